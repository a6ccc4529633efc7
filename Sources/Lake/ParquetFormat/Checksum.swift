/// CRC-32 as in gzip (polynomial 0xEDB88320), which Parquet uses for pages; sixteen bytes a step.
enum Checksum {
    static func crc32(_ bytes: UnsafeRawBufferPointer, continuing start: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress else { return start }
        return table.withUnsafeBufferPointer { table in
            var crc = ~start
            var index = 0
            while index + 16 <= bytes.count {
                crc = step(table, crc, base + index)
                index += 16
            }
            while index < bytes.count {
                let byte = base.load(fromByteOffset: index, as: UInt8.self)
                crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8)
                index += 1
            }
            return ~crc
        }
    }

    @inline(__always)
    private static func step(
        _ table: UnsafeBufferPointer<UInt32>, _ crc: UInt32, _ source: UnsafeRawPointer
    ) -> UInt32 {
        let low = UInt64(littleEndian: source.loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
        let high = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        var result: UInt32 = 0
        for byte in 0..<8 {
            result ^= table[(15 - byte) << 8 + Int(UInt8(truncatingIfNeeded: low >> UInt64(8 * byte)))]
            result ^= table[(7 - byte) << 8 + Int(UInt8(truncatingIfNeeded: high >> UInt64(8 * byte)))]
        }
        return result
    }

    /// `table[k * 256 + b]` is the checksum of byte `b` followed by `k` zero bytes.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 16 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 != 0 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
            table[byte] = crc
        }
        for index in 256..<16 * 256 {
            let previous = table[index - 256]
            table[index] = table[Int(previous & 0xFF)] ^ (previous >> 8)
        }
        return table
    }()
}
