/// Reads structures in Thrift's compact protocol out of bytes that may be hostile.
///
/// Every read is checked against the end, lists against the bytes that are left, and nesting against a limit.
struct ThriftReader {
    private let bytes: UnsafeRawBufferPointer
    /// The next byte to be read, counted from the start of the buffer.
    private(set) var position: Int
    private var depth = 0

    private static let maximumDepth = 64

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var remaining: Int { bytes.count - position }

    /// Reads a structure; `body` reads the field it is told, or returns false to have it skipped.
    mutating func structure(_ body: (inout ThriftReader, Int16, ThriftType) throws -> Bool) throws {
        try nested { reader in
            var field: Int16 = 0
            while true {
                let byte = try reader.byte()
                if byte == 0 { return }
                guard let type = ThriftType(rawValue: byte & 0x0F) else { throw reader.damaged("an unknown type") }
                let delta = Int16(byte >> 4)
                let (next, overflow) = field.addingReportingOverflow(delta)
                guard !overflow else { throw reader.damaged("a field number out of range") }
                field = delta == 0 ? try reader.int16() : next
                if try !body(&reader, field, type) { try reader.skip(type) }
            }
        }
    }

    /// Reads a list; `body` reads one element of the type it is told.
    mutating func list<Element>(_ body: (inout ThriftReader, ThriftType) throws -> Element) throws -> [Element] {
        try nested { reader in
            let (type, count) = try reader.listHeader()
            var elements: [Element] = []
            for _ in 0..<count { elements.append(try body(&reader, type)) }
            return elements
        }
    }

    /// Reads an integer of any width; the type must be one.
    mutating func integer(_ type: ThriftType) throws -> Int64 {
        switch type {
        case .byte: return Int64(Int8(bitPattern: try byte()))
        case .int16, .int32, .int64: return try zigzag()
        default: throw damaged("a field of type \(type) where an integer belongs")
        }
    }

    mutating func int32(_ type: ThriftType) throws -> Int32 {
        guard let value = Int32(exactly: try integer(type)) else { throw damaged("an integer above 32 bits") }
        return value
    }

    func bool(_ type: ThriftType) throws -> Bool {
        guard type == .boolTrue || type == .boolFalse else { throw damaged("a field of type \(type) for a boolean") }
        return type == .boolTrue
    }

    mutating func binary(_ type: ThriftType) throws -> [UInt8] {
        guard type == .binary else { throw damaged("a field of type \(type) where bytes belong") }
        let count = try length()
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func string(_ type: ThriftType) throws -> String { String(decoding: try binary(type), as: UTF8.self) }

    private mutating func skip(_ type: ThriftType) throws {
        switch type {
        case .boolTrue, .boolFalse: break
        case .byte: _ = try byte()
        case .int16, .int32, .int64: _ = try varint()
        case .double: try advance(8)
        case .uuid: try advance(16)
        case .binary: try advance(try length())
        case .structure: try structure { _, _, _ in false }
        case .list, .set: try skipList()
        case .map: try skipMap()
        }
    }

    private mutating func skipList() throws {
        try nested { reader in
            let (type, count) = try reader.listHeader()
            for _ in 0..<count { try reader.skipElement(type) }
        }
    }

    private mutating func skipMap() throws {
        try nested { reader in
            let count = try reader.varint()
            if count == 0 { return }
            let types = try reader.byte()
            guard count <= UInt64(reader.remaining), let key = ThriftType(rawValue: types >> 4),
                let value = ThriftType(rawValue: types & 0x0F)
            else { throw reader.damaged("a map longer than the bytes that are left") }
            for _ in 0..<count {
                try reader.skipElement(key)
                try reader.skipElement(value)
            }
        }
    }

    /// In a collection a boolean takes a byte of its own.
    private mutating func skipElement(_ type: ThriftType) throws {
        if type == .boolTrue || type == .boolFalse { try advance(1) } else { try skip(type) }
    }

    private mutating func listHeader() throws -> (ThriftType, Int) {
        let byte = try byte()
        let count = byte >> 4 == 15 ? try varint() : UInt64(byte >> 4)
        guard let type = ThriftType(rawValue: byte & 0x0F) ?? (count == 0 ? .byte : nil) else {
            throw damaged("a list of an unknown type")
        }
        // An element takes a byte at least: a longer list is damage, and is refused before it takes memory.
        guard count <= UInt64(remaining) else { throw damaged("a list longer than the bytes that are left") }
        return (type, Int(count))
    }

    private mutating func nested<Result>(_ body: (inout ThriftReader) throws -> Result) throws -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw damaged("more than \(Self.maximumDepth) nested levels") }
        return try body(&self)
    }

    private mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw damaged("the metadata ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func advance(_ count: Int) throws {
        guard count <= remaining else { throw damaged("the metadata ends too early") }
        position += count
    }

    private mutating func length() throws -> Int {
        let count = try varint()
        guard count <= UInt64(remaining) else { throw damaged("a string longer than the bytes that are left") }
        return Int(count)
    }

    private mutating func int16() throws -> Int16 {
        guard let value = Int16(exactly: try zigzag()) else { throw damaged("a field number out of range") }
        return value
    }

    private mutating func zigzag() throws -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private mutating func varint() throws -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let byte = try byte()
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
            shift += 7
        }
        throw damaged("an integer of more than ten bytes")
    }

    private func damaged(_ what: String) -> ParquetError {
        .corrupt("the metadata is damaged: \(what); write the file anew", offset: position)
    }
}
