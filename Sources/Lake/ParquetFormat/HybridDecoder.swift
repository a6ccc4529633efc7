/// Reads the hybrid of run-length and bit-packed runs out of bytes that may be hostile.
///
/// The bytes have ``RawBuffer/slack`` behind them, so that eight may be loaded wherever one is.
struct HybridDecoder {
    private let bytes: UnsafeRawBufferPointer
    private let width: Int
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer, width: Int) throws {
        guard (0...32).contains(width) else { throw ParquetError.corrupt("levels or indices of \(width) bits") }
        self.bytes = bytes
        self.width = width
    }

    /// Decodes exactly `count` values into `target`.
    mutating func decode(_ count: Int, into target: UnsafeMutablePointer<UInt32>) throws {
        var done = 0
        while done < count {
            switch try nextRun() {
            case .repeated(let value, let length):
                let take = min(length, count - done)
                (target + done).update(repeating: value, count: take)
                done += take
            case .packed(let start, let length):
                let take = min(length, count - done)
                unpack(start, take, target + done)
                done += take
            }
        }
    }

    /// Decodes exactly `count` values of one bit into the bits of `target` from bit `offset` on, which are zero.
    mutating func decodeBits(_ count: Int, into target: UnsafeMutablePointer<UInt8>, at offset: Int) throws {
        var done = 0
        while done < count {
            switch try nextRun() {
            case .repeated(let value, let length):
                let take = min(length, count - done)
                if value & 1 != 0 { BitCopy.fill(target, offset + done, take) }
                done += take
            case .packed(let start, let length):
                let take = min(length, count - done)
                if let base = bytes.baseAddress {
                    BitCopy.copy(
                        (base + start).assumingMemoryBound(to: UInt8.self), 0, target, offset + done, take)
                }
                done += take
            }
        }
    }

    private enum Run {
        case repeated(UInt32, count: Int)
        /// Values packed from byte `start` on.
        case packed(start: Int, count: Int)
    }

    /// The next run, of one value at least.
    private mutating func nextRun() throws -> Run {
        let header = try varint()
        let count = header >> 1
        guard count > 0 else { throw ParquetError.corrupt("a run of no values in levels or indices") }
        if header & 1 == 0 {
            let size = (width + 7) / 8
            guard size <= bytes.count - position else { throw tooShort }
            var value: UInt32 = 0
            for index in 0..<size { value |= UInt32(bytes[position + index]) << UInt32(8 * index) }
            position += size
            return .repeated(value, count: Int(count))
        }
        // Some writers cut the padding of the last group off: take the values that are whole.
        let available = bytes.count - position
        let size = min(Int(count) * width, available)
        let values = width == 0 ? Int(count) * 8 : size * 8 / width
        guard values > 0 else { throw tooShort }
        defer { position += size }
        return .packed(start: position, count: values)
    }

    private func unpack(_ start: Int, _ count: Int, _ target: UnsafeMutablePointer<UInt32>) {
        guard let base = bytes.baseAddress else { return }
        let source = base + start
        let mask = UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(width)) - 1)
        var bit = 0
        for index in 0..<count {
            let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self))
            target[index] = UInt32(truncatingIfNeeded: word >> UInt64(bit & 7)) & mask
            bit += width
        }
    }

    private mutating func varint() throws -> UInt32 {
        var result: UInt32 = 0
        var shift: UInt32 = 0
        while shift < 35 {
            guard position < bytes.count else { throw tooShort }
            let byte = bytes[position]
            position += 1
            result |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 { return result }
            shift += 7
        }
        throw ParquetError.corrupt("the length of a run in levels or indices is out of range")
    }

    private var tooShort: ParquetError { .corrupt("levels or indices end too early") }
}

/// Copies and counts ranges of bits, least significant first. The memory must hold all bits that are named.
enum BitCopy {
    /// Sets `count` bits from bit `offset` on.
    static func fill(_ target: UnsafeMutablePointer<UInt8>, _ offset: Int, _ count: Int) {
        var bit = offset
        let end = offset + count
        while bit < end && bit & 7 != 0 {
            target[bit >> 3] |= 1 << UInt8(bit & 7)
            bit += 1
        }
        let whole = (end - bit) >> 3
        (target + bit >> 3).update(repeating: 0xFF, count: whole)
        bit += whole << 3
        while bit < end {
            target[bit >> 3] |= 1 << UInt8(bit & 7)
            bit += 1
        }
    }

    /// Copies `count` bits to bits of `target` that are zero.
    static func copy(
        _ source: UnsafePointer<UInt8>, _ from: Int, _ target: UnsafeMutablePointer<UInt8>, _ offset: Int,
        _ count: Int
    ) {
        var done = 0
        if from & 7 == 0 && offset & 7 == 0 {
            (target + offset >> 3).update(from: source + from >> 3, count: count >> 3)
            done = count & ~7
        }
        while done < count {
            let bit = offset + done
            let take = min(8 - bit & 7, count - done)
            target[bit >> 3] |= byte(source, from + done, take) << UInt8(bit & 7)
            done += take
        }
    }

    /// Up to 8 bits from bit `from` on.
    @inline(__always)
    static func byte(_ source: UnsafePointer<UInt8>, _ from: Int, _ count: Int) -> UInt8 {
        let shift = from & 7
        var word = UInt16(source[from >> 3]) >> UInt16(shift)
        if shift + count > 8 { word |= UInt16(source[from >> 3 + 1]) << UInt16(8 - shift) }
        return UInt8(truncatingIfNeeded: word) & UInt8(truncatingIfNeeded: (1 << count) - 1)
    }

    /// The number of set bits in a range.
    static func count(_ source: UnsafePointer<UInt8>, _ range: Range<Int>) -> Int {
        var bit = range.lowerBound
        var total = 0
        while bit < range.upperBound && bit & 7 != 0 {
            total += Int(source[bit >> 3] >> UInt8(bit & 7) & 1)
            bit += 1
        }
        while bit + 64 <= range.upperBound {
            total += (UnsafeRawPointer(source) + bit >> 3).loadUnaligned(as: UInt64.self).nonzeroBitCount
            bit += 64
        }
        while bit < range.upperBound {
            let take = min(8, range.upperBound - bit)
            total += byte(source, bit, take).nonzeroBitCount
            bit += take
        }
        return total
    }
}
