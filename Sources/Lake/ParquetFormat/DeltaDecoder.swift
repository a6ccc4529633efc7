/// Decodes DELTA_BINARY_PACKED (Encodings.md): blocks of differences, packed in miniblocks of their own width.
struct DeltaDecoder {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    private let blockSize: Int
    private let miniblocks: Int
    private let total: Int
    private let first: Int64

    /// Reads the header. The bytes have ``RawBuffer/slack`` behind them.
    init(_ bytes: UnsafeRawBufferPointer) throws {
        self.bytes = bytes
        var position = 0
        let blockSize = try Self.varint(bytes, &position)
        let miniblocks = try Self.varint(bytes, &position)
        let total = try Self.varint(bytes, &position)
        first = try Self.zigzag(bytes, &position)
        guard (1...(1 << 20)).contains(blockSize), (1...blockSize).contains(miniblocks),
            blockSize % miniblocks == 0, (blockSize / miniblocks) % 8 == 0, total <= UInt64(Int32.max)
        else { throw ParquetError.corrupt("a header of delta encoding is damaged") }
        self.blockSize = Int(blockSize)
        self.miniblocks = Int(miniblocks)
        self.total = Int(total)
        self.position = position
    }

    /// Decodes all values, which must be `count`; afterwards `position` is behind them.
    mutating func decode(_ count: Int) throws -> [Int64] {
        guard total == count else { throw ParquetError.corrupt("delta encoding of \(total) values for \(count)") }
        var values: [Int64] = []
        if count == 0 { return values }
        values.append(first)
        var last = first
        while values.count < count {
            let smallest = try Self.zigzag(bytes, &position)
            guard position + miniblocks <= bytes.count else { throw damaged }
            let widths = Array(bytes[position..<position + miniblocks])
            position += miniblocks
            for width in widths where values.count < count {
                try miniblock(Int(width), smallest, &last, &values, count)
            }
        }
        return values
    }

    private mutating func miniblock(
        _ width: Int, _ smallest: Int64, _ last: inout Int64, _ values: inout [Int64], _ count: Int
    ) throws {
        let size = blockSize / miniblocks
        guard width <= 64, size * width / 8 <= bytes.count - position else { throw damaged }
        for index in 0..<min(size, count - values.count) {
            last = last &+ smallest &+ Int64(bitPattern: packed(position * 8 + index * width, width))
            values.append(last)
        }
        position += size * width / 8
    }

    /// The number in `width` bits from bit `bit` on.
    private func packed(_ bit: Int, _ width: Int) -> UInt64 {
        if width == 0 { return 0 }
        var result: UInt64 = 0
        var done = 0
        while done < width {
            let take = min(8 - (bit + done) & 7, width - done)
            let part = UInt64(bytes[(bit + done) >> 3] >> UInt8((bit + done) & 7)) & ((1 << UInt64(take)) - 1)
            result |= part << UInt64(done)
            done += take
        }
        return result
    }

    private var damaged: ParquetError { .corrupt("delta encoding ends too early") }

    private static func varint(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < bytes.count else { throw ParquetError.corrupt("delta encoding ends too early") }
            let byte = bytes[position]
            position += 1
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw ParquetError.corrupt("a number of delta encoding is out of range")
    }

    private static func zigzag(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws -> Int64 {
        let value = try varint(bytes, &position)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
