/// Writes the hybrid of run-length and bit-packed runs (Parquet's Encodings.md, "RLE/Bit-Packing Hybrid").
enum HybridEncoder {
    /// A repeated value pays as a run of its own from this length on.
    private static let shortestRun = 16

    /// The bits that hold every number up to `maximum`.
    static func bitWidth(of maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }

    /// Appends `values`, each of `width` bits.
    static func encode(_ values: UnsafeBufferPointer<UInt32>, width: Int, to output: RawBuffer) {
        var literalStart = 0
        var index = 0
        while index < values.count {
            let value = values[index]
            var end = index + 1
            while end < values.count && values[end] == value { end += 1 }
            // A bit-packed run holds a multiple of 8 values: the run of equal ones gives what is missing.
            let missing = (8 - (index - literalStart) % 8) % 8
            if end - index - missing >= shortestRun {
                pack(values, literalStart..<index + missing, width, output)
                run(of: value, count: end - index - missing, width, output)
                literalStart = end
            }
            index = end
        }
        pack(values, literalStart..<values.count, width, output)
    }

    /// Appends one run of `count` equal values.
    static func run(of value: UInt32, count: Int, _ width: Int, _ output: RawBuffer) {
        output.append(varint: UInt64(count) << 1)
        for byte in 0..<(width + 7) / 8 { output.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))) }
    }

    /// Appends the header of a bit-packed run of `count` values, rounded up to groups of 8.
    static func packedHeader(count: Int, _ output: RawBuffer) {
        output.append(varint: UInt64((count + 7) / 8) << 1 | 1)
    }

    private static func pack(
        _ values: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, _ width: Int, _ output: RawBuffer
    ) {
        if range.isEmpty { return }
        packedHeader(count: range.count, output)
        let groups = (range.count + 7) / 8
        output.reserve(groups * width + 8)
        let target = output.base + output.count
        var pending: UInt64 = 0
        var bits = 0
        var written = 0
        // At most 31 bits wait when a value of at most 32 is added, so nothing is lost in 64.
        for index in range {
            pending |= UInt64(values[index]) << UInt64(truncatingIfNeeded: bits)
            bits += width
            if bits >= 32 {
                target.storeBytes(of: UInt32(truncatingIfNeeded: pending), toByteOffset: written, as: UInt32.self)
                written += 4
                pending >>= 32
                bits -= 32
            }
        }
        let total = groups * width
        while written < total {
            target.storeBytes(of: UInt8(truncatingIfNeeded: pending), toByteOffset: written, as: UInt8.self)
            written += 1
            pending >>= 8
        }
        output.count += total
    }
}
