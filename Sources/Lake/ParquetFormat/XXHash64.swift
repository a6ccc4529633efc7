/// xxHash's 64-bit variant with seed 0, the hash of Parquet's bloom filters (BloomFilter.md).
enum XXHash64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        guard let base = bytes.baseAddress else { return finish(prime5) }
        var index = 0
        var hash = prime5
        if bytes.count >= 32 { hash = stripes(base, bytes.count, &index) }
        hash &+= UInt64(bytes.count)
        while index + 8 <= bytes.count {
            hash = (hash ^ round(0, word(base, index))).rotated(27) &* prime1 &+ prime4
            index += 8
        }
        if index + 4 <= bytes.count {
            let value = UInt64(UInt32(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt32.self)))
            hash = (hash ^ value &* prime1).rotated(23) &* prime2 &+ prime3
            index += 4
        }
        while index < bytes.count {
            hash = (hash ^ UInt64(bytes[index]) &* prime5).rotated(11) &* prime1
            index += 1
        }
        return finish(hash)
    }

    private static func stripes(_ base: UnsafeRawPointer, _ count: Int, _ index: inout Int) -> UInt64 {
        var lane1 = prime1 &+ prime2
        var lane2 = prime2
        var lane3: UInt64 = 0
        var lane4 = 0 &- prime1
        while index + 32 <= count {
            lane1 = round(lane1, word(base, index))
            lane2 = round(lane2, word(base, index + 8))
            lane3 = round(lane3, word(base, index + 16))
            lane4 = round(lane4, word(base, index + 24))
            index += 32
        }
        var hash = lane1.rotated(1) &+ lane2.rotated(7)
        hash &+= lane3.rotated(12) &+ lane4.rotated(18)
        for lane in [lane1, lane2, lane3, lane4] { hash = (hash ^ round(0, lane)) &* prime1 &+ prime4 }
        return hash
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        (lane &+ input &* prime2).rotated(31) &* prime1
    }

    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ index: Int) -> UInt64 {
        UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    private static func finish(_ hash: UInt64) -> UInt64 {
        var hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }
}

extension UInt64 {
    @inline(__always)
    fileprivate func rotated(_ count: UInt64) -> UInt64 { self &<< count | self &>> (64 &- count) }
}
