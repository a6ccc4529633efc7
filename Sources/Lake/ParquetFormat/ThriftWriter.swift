/// The types of Thrift's compact protocol (thrift-compact-protocol.md, section "Struct encoding").
enum ThriftType: UInt8 {
    case boolTrue = 1
    case boolFalse = 2
    case byte = 3
    case int16 = 4
    case int32 = 5
    case int64 = 6
    case double = 7
    case binary = 8
    case list = 9
    case set = 10
    case map = 11
    case structure = 12
    case uuid = 13
}

/// Writes structures in Thrift's compact protocol, the encoding of Parquet's metadata.
struct ThriftWriter {
    private(set) var bytes: [UInt8] = []
    private var lastField: Int16 = 0

    /// Writes a structure whose fields `body` writes in ascending order.
    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        let outer = lastField
        lastField = 0
        body(&self)
        bytes.append(0)
        lastField = outer
    }

    mutating func structure(_ field: Int16, _ body: (inout ThriftWriter) -> Void) {
        header(field, .structure)
        structure(body)
    }

    mutating func bool(_ field: Int16, _ value: Bool?) {
        if let value { header(field, value ? .boolTrue : .boolFalse) }
    }

    mutating func byte(_ field: Int16, _ value: Int8) {
        header(field, .byte)
        bytes.append(UInt8(bitPattern: value))
    }

    mutating func int32(_ field: Int16, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        header(field, .int32)
        zigzag(Int64(value))
    }

    mutating func int64(_ field: Int16, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        header(field, .int64)
        zigzag(Int64(value))
    }

    mutating func binary(_ field: Int16, _ value: (some Collection<UInt8>)?) {
        guard let value else { return }
        header(field, .binary)
        binary(value)
    }

    mutating func list<Element>(
        _ field: Int16, _ type: ThriftType, _ elements: [Element], _ body: (inout ThriftWriter, Element) -> Void
    ) {
        header(field, .list)
        if elements.count < 15 {
            bytes.append(UInt8(elements.count) << 4 | type.rawValue)
        } else {
            bytes.append(0xF0 | type.rawValue)
            varint(UInt64(elements.count))
        }
        for element in elements { body(&self, element) }
    }

    /// An element of a list of integers.
    mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    /// An element of a list of strings.
    mutating func binary(_ value: some Collection<UInt8>) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func header(_ field: Int16, _ type: ThriftType) {
        let delta = field - lastField
        if delta > 0 && delta <= 15 {
            bytes.append(UInt8(delta) << 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            zigzag(Int64(field))
        }
        lastField = field
    }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }
}
