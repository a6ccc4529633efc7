/// Many texts that are looked for at once, each with what takes its place.
///
/// One pass over a text, whatever the number of patterns: the first four bytes choose the candidates, of which the
/// longest wins. A short word must stand alone, so that the name `Anna` is not found in `Annapolis`.
struct PatternSet: Sendable {
    /// A pattern that was found.
    struct Match {
        var range: Range<Int>
        var replacement: String
    }

    private struct Pattern: Sendable {
        var bytes: [UInt8]
        var replacement: String
        /// Whether letters and digits right before or behind mean that it is something else.
        var standsAlone: Bool
    }

    private static let minimum = 4
    private var candidates: [UInt32: [Pattern]] = [:]
    private var firstBytes = [Bool](repeating: false, count: 256)

    /// A set of patterns; those shorter than four bytes are left out, for they would be found everywhere.
    init(_ patterns: [(text: String, replacement: String)]) {
        for (text, replacement) in patterns where text.utf8.count >= Self.minimum {
            let bytes = Array(text.utf8)
            let pattern = Pattern(bytes: bytes, replacement: replacement, standsAlone: bytes.count < 16)
            candidates[Self.key(bytes, at: 0), default: []].append(pattern)
            firstBytes[Int(bytes[0])] = true
        }
        candidates = candidates.mapValues { $0.sorted { $0.bytes.count > $1.bytes.count } }
    }

    var isEmpty: Bool { candidates.isEmpty }

    private static func key(_ bytes: [UInt8], at index: Int) -> UInt32 {
        UInt32(bytes[index]) << 24 | UInt32(bytes[index + 1]) << 16 | UInt32(bytes[index + 2]) << 8
            | UInt32(bytes[index + 3])
    }

    /// The patterns in a text, from left to right, none inside another.
    func matches(in bytes: [UInt8]) -> [Match] {
        guard !isEmpty, bytes.count >= Self.minimum else { return [] }
        var matches: [Match] = []
        var index = 0
        while index + Self.minimum <= bytes.count {
            if firstBytes[Int(bytes[index])], let pattern = pattern(in: bytes, at: index) {
                let end = index + pattern.bytes.count
                matches.append(Match(range: index..<end, replacement: pattern.replacement))
                index = end
            } else {
                index += 1
            }
        }
        return matches
    }

    private func pattern(in bytes: [UInt8], at index: Int) -> Pattern? {
        candidates[Self.key(bytes, at: index)]?.first { pattern in
            let end = index + pattern.bytes.count
            guard end <= bytes.count, bytes[index..<end].elementsEqual(pattern.bytes) else { return false }
            guard pattern.standsAlone else { return true }
            let isFreeBefore =
                index == 0 || !TextLayers.isAlphanumeric(bytes[index - 1]) || !TextLayers.isAlphanumeric(bytes[index])
            let isFreeBehind =
                end == bytes.count || !TextLayers.isAlphanumeric(bytes[end])
                || !TextLayers.isAlphanumeric(bytes[end - 1])
            return isFreeBefore && isFreeBehind
        }
    }

    /// The text with each pattern replaced; nil when there was none.
    func replacing(_ bytes: [UInt8]) -> [UInt8]? {
        let matches = matches(in: bytes)
        guard !matches.isEmpty else { return nil }
        var result: [UInt8] = []
        var position = 0
        for match in matches {
            result += bytes[position..<match.range.lowerBound]
            result += match.replacement.utf8
            position = match.range.upperBound
        }
        return result + bytes[position...]
    }
}
