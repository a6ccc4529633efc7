import Columns

/// A split-block bloom filter (Parquet's BloomFilter.md): blocks of eight 32-bit words, one bit set in each word.
struct BloomFilter {
    private(set) var words: [UInt32]

    private static let salts: [UInt32] = [
        0x47B6_137B, 0x4497_4D91, 0x8824_AD5B, 0xA2B7_289D, 0x7054_95C7, 0x2DF1_424B, 0x9EFC_4947, 0x5C6B_FB31,
    ]
    private static let bytesOfBlock = 32
    /// The largest filter that is written, and read (the limit of parquet-cpp for reading is the same order).
    static let maximumBytes = 1 << 20
    static let maximumBytesRead = 128 << 20

    /// An empty filter for `distinctCount` values, of which absent ones pass with the given probability.
    init(distinctCount: Int, falsePositives: Double) {
        // Eight words are probed: p = (1 - e^(-8n/m))^8, solved for the number of bits m by the bound of the
        // specification's table: 10.5 bits a value for 1 %, 16.9 for 0.1 %.
        let rate = min(max(falsePositives, 0.0001), 0.5)
        let bitsPerValue = rate >= 0.1 ? 6.0 : rate >= 0.01 ? 10.5 : rate >= 0.001 ? 16.9 : 26.4
        let wanted = Int(Double(max(1, distinctCount)) * bitsPerValue / 8)
        var bytes = Self.bytesOfBlock
        while bytes < wanted && bytes < Self.maximumBytes { bytes *= 2 }
        words = [UInt32](repeating: 0, count: bytes / 4)
    }

    /// A filter of stored bytes; their number is a multiple of 32.
    init(stored bytes: ArraySlice<UInt8>) throws {
        guard !bytes.isEmpty, bytes.count % Self.bytesOfBlock == 0 else {
            throw ParquetError.corrupt("a bloom filter of \(bytes.count) bytes; blocks have 32")
        }
        words = bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / 4).map {
                UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))
            }
        }
    }

    /// The filter as it is stored.
    var bytes: [UInt8] { words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } } }

    mutating func insert(_ hash: UInt64) {
        let first = block(of: hash)
        for index in 0..<8 { words[first + index] |= Self.mask(hash, index) }
    }

    func mightContain(_ hash: UInt64) -> Bool {
        let first = block(of: hash)
        return (0..<8).allSatisfy { words[first + $0] & Self.mask(hash, $0) != 0 }
    }

    private func block(of hash: UInt64) -> Int {
        Int(((hash >> 32) &* UInt64(words.count / 8)) >> 32) * 8
    }

    private static func mask(_ hash: UInt64, _ index: Int) -> UInt32 {
        1 << ((UInt32(truncatingIfNeeded: hash) &* salts[index]) >> 27)
    }
}

extension BloomFilter {
    /// The header that stands in front of the stored bytes (parquet.thrift, `BloomFilterHeader`).
    func header() -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { writer in
            writer.int32(1, words.count * 4)
            for field: Int16 in 2...4 {
                // Unions whose first members say: split blocks, xxHash, not compressed.
                writer.structure(field) { $0.structure(1) { _ in } }
            }
        }
        return writer.bytes
    }

    /// Reads the header: the number of bytes of the filter, and where they begin.
    static func readHeader(_ bytes: UnsafeRawBufferPointer) throws -> (size: Int, start: Int) {
        var reader = ThriftReader(bytes)
        var size: Int32 = 0
        var isKnown = true
        try reader.structure { reader, field, type in
            guard field > 1 else {
                size = try reader.int32(type)
                return true
            }
            guard (2...4).contains(field) else { return false }
            try reader.structure { _, member, _ in
                isKnown = isKnown && member == 1
                return false
            }
            return true
        }
        guard isKnown else { throw ParquetError.unsupported("a bloom filter of an unknown kind") }
        guard size > 0, size <= maximumBytesRead else {
            throw ParquetError.limit("a bloom filter of \(size) bytes; \(maximumBytesRead) are the most")
        }
        return (Int(size), reader.position)
    }
}

extension Value {
    /// The hash of the value's PLAIN encoding in a column of `type`; nil when the column cannot hold the value, or the
    /// type has no filter (booleans).
    func bloomHash(in physical: PhysicalType, length: Int32?) -> UInt64? {
        plainBytes(in: physical, length: length)?.withUnsafeBytes(XXHash64.hash)
    }

    /// The value in PLAIN encoding without the length in front; nil when a column of the type cannot hold it.
    func plainBytes(in physical: PhysicalType, length: Int32?) -> [UInt8]? {
        switch (physical, self) {
        case (.boolean, .bool(let value)): [value ? 1 : 0]
        case (.int32, .int(let value)): Int32(exactly: value).map(Self.littleEndian)
        case (.int32, .date(let value)): Self.littleEndian(value)
        case (.int32, .decimal(let value)): Int32(exactly: value.unscaled).map(Self.littleEndian)
        case (.int64, .int(let value)), (.int64, .timestamp(let value)): Self.littleEndian(value)
        case (.int64, .decimal(let value)): Int64(exactly: value.unscaled).map(Self.littleEndian)
        case (.double, .double(let value)): Self.littleEndian(value.bitPattern)
        case (.byteArray, .string(let value)): Array(value.utf8)
        case (.byteArray, .binary(let value)): value
        case (.fixedLengthByteArray, .binary(let value)): value
        case (.fixedLengthByteArray, .decimal(let value)): Self.bigEndian(value.unscaled, length: Int(length ?? 16))
        default: nil
        }
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }

    /// The lowest `length` bytes (1 to 16) of a number, highest first.
    static func bigEndian(_ value: Int128, length: Int) -> [UInt8] {
        Array(withUnsafeBytes(of: value.bigEndian, Array.init).suffix(length))
    }
}
