/// Undoes gzip (RFC 1952) and DEFLATE (RFC 1951), for the scanner that looks into compressed bodies.
///
/// Plain and bounded rather than fast: it sees fixtures, not traffic.
struct Inflate {
    private let bytes: [UInt8]
    private let limit: Int
    private var position: Int
    private var bitBuffer: UInt32 = 0
    private var bitCount = 0
    private var output: [UInt8] = []

    private init(_ bytes: [UInt8], from start: Int, limit: Int) {
        self.bytes = bytes
        self.limit = limit
        position = start
    }

    /// Whether the bytes begin as gzip does.
    static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B, 8]) }

    /// The content of the first member of a gzip file; what came before the damage when it is damaged or larger than
    /// `limit`, nil when there is nothing at all.
    static func gzip(_ bytes: [UInt8], limit: Int = 64 << 20) -> [UInt8]? {
        guard isGzip(bytes), bytes.count > 18, let start = headerEnd(bytes) else { return nil }
        var inflate = Inflate(bytes, from: start, limit: limit)
        while inflate.block() {}
        return inflate.output.isEmpty ? nil : inflate.output
    }

    private static func headerEnd(_ bytes: [UInt8]) -> Int? {
        let flags = bytes[3]
        var position = 10
        if flags & 4 != 0 {
            guard position + 2 <= bytes.count else { return nil }
            position += 2 + Int(bytes[position]) + Int(bytes[position + 1]) << 8
        }
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            guard position < bytes.count, let end = bytes[position...].firstIndex(of: 0) else { return nil }
            position = end + 1
        }
        if flags & 2 != 0 { position += 2 }
        return position < bytes.count ? position : nil
    }

    /// Reads a block; false at the end of the stream, and where it is damaged.
    private mutating func block() -> Bool {
        guard let last = bits(1), let type = bits(2) else { return false }
        let isWhole: Bool
        switch type {
        case 0: isWhole = stored()
        case 1: isWhole = compressed(Self.fixedLiterals, Self.fixedDistances)
        case 2:
            guard let codes = dynamicCodes() else { return false }
            isWhole = compressed(codes.literals, codes.distances)
        default: return false
        }
        return isWhole && last == 0
    }

    private mutating func bits(_ count: Int) -> Int? {
        while bitCount < count {
            guard position < bytes.count else { return nil }
            bitBuffer |= UInt32(bytes[position]) << UInt32(bitCount)
            position += 1
            bitCount += 8
        }
        let value = bitBuffer & (1 << UInt32(count) - 1)
        bitBuffer >>= UInt32(count)
        bitCount -= count
        return Int(value)
    }

    private mutating func stored() -> Bool {
        bitBuffer = 0
        bitCount = 0
        guard position + 4 <= bytes.count else { return false }
        let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
        position += 4
        guard position + length <= bytes.count, output.count + length <= limit else { return false }
        output += bytes[position..<position + length]
        position += length
        return true
    }

    private mutating func compressed(_ literals: Huffman, _ distances: Huffman) -> Bool {
        while let symbol = symbol(literals) {
            if symbol == 256 { return true }
            guard output.count < limit else { return false }
            if symbol < 256 {
                output.append(UInt8(symbol))
            } else if !copy(symbol - 257, distances) {
                return false
            }
        }
        return false
    }

    private mutating func copy(_ lengthSymbol: Int, _ distances: Huffman) -> Bool {
        guard lengthSymbol < Self.lengths.count, let more = bits(Self.lengths[lengthSymbol].extra),
            let symbol = symbol(distances), symbol < Self.distances.count,
            let further = bits(Self.distances[symbol].extra)
        else { return false }
        let distance = Self.distances[symbol].base + further
        guard distance <= output.count else { return false }
        for _ in 0..<Self.lengths[lengthSymbol].base + more { output.append(output[output.count - distance]) }
        return true
    }

    private mutating func symbol(_ code: Huffman) -> Int? {
        var value = 0
        var first = 0
        var index = 0
        for count in code.counts.dropFirst() {
            guard let bit = bits(1) else { return nil }
            value |= bit
            if value - count < first { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        return nil
    }

    private mutating func dynamicCodes() -> (literals: Huffman, distances: Huffman)? {
        guard let literals = bits(5).map({ $0 + 257 }), let distances = bits(5).map({ $0 + 1 }),
            let count = bits(4).map({ $0 + 4 })
        else { return nil }
        var codeLengths = [Int](repeating: 0, count: 19)
        for index in Self.codeOrder.prefix(count) {
            guard let length = bits(3) else { return nil }
            codeLengths[index] = length
        }
        let code = Huffman(codeLengths)
        var lengths: [Int] = []
        while lengths.count < literals + distances {
            guard let symbol = symbol(code) else { return nil }
            switch symbol {
            case 0..<16: lengths.append(symbol)
            case 16:
                guard let last = lengths.last, let times = bits(2) else { return nil }
                lengths += Array(repeating: last, count: times + 3)
            default:
                guard let times = bits(symbol == 17 ? 3 : 7) else { return nil }
                lengths += Array(repeating: 0, count: times + (symbol == 17 ? 3 : 11))
            }
        }
        let split = lengths.prefix(literals)
        return (Huffman(Array(split)), Huffman(Array(lengths.dropFirst(literals).prefix(distances))))
    }

    /// A canonical code: how many symbols each length has, and the symbols in order.
    private struct Huffman {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        init(_ lengths: [Int]) {
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            for length in 1..<16 { symbols += lengths.indices.filter { lengths[$0] == length } }
            // A code that promises more symbols than it has must not lead outside.
            symbols += Array(repeating: 0, count: 1)
        }
    }

    private static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let fixedLiterals = Huffman(
        Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112) + Array(repeating: 7, count: 24)
            + Array(repeating: 8, count: 8))
    private static let fixedDistances = Huffman(Array(repeating: 5, count: 30))

    private static let lengths: [(base: Int, extra: Int)] = {
        let extras = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
        let bases = [
            3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
            227, 258,
        ]
        return zip(bases, extras).map { ($0, $1) }
    }()

    private static let distances: [(base: Int, extra: Int)] = {
        var base = 1
        return (0..<30).map { index in
            let extra = max(0, index / 2 - 1)
            defer { base += 1 << extra }
            return (base, extra)
        }
    }()
}
