/// Makes gzip streams (RFC 1952) without a compressor: faults need the form, not the saving.
enum GzipWriter {
    /// A stream whose blocks hold the bytes as they are (RFC 1951, section 3.2.4).
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream = header
        var start = 0
        repeat {
            let end = min(bytes.count, start + 65_535)
            let count = UInt16(end - start)
            stream += [end == bytes.count ? 1 : 0]
            stream += little(UInt32(count)).prefix(2) + little(UInt32(~count)).prefix(2)
            stream += bytes[start..<end]
            start = end
        } while start < bytes.count
        return stream + little(checksum(bytes)) + little(UInt32(truncatingIfNeeded: bytes.count))
    }

    static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

    private static func little(_ number: UInt32) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// CRC-32 as gzip has it (RFC 1952, section 8).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
