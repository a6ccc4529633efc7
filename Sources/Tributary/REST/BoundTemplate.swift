/// The text around a bound: `{value}` stands for it as its format spells it, `{value:yyyy-MM-dd.HH:mm:ss}` for a time in a
/// form of the upstream's own, in UTC.
struct BoundTemplate: Hashable, Sendable {
    private enum Part: Hashable {
        case literal(String)
        case value
        case pattern(String)
    }

    private let parts: [Part]

    init(_ template: String) {
        var parts: [Part] = []
        var rest = template[...]
        // By single characters: a template is read for each request, and a search for a text takes many times as long.
        while let open = rest.firstIndex(of: "{") {
            let behind = rest[open...].dropFirst("{value".count)
            guard rest[open...].hasPrefix("{value"), behind.first == "}" || behind.first == ":",
                let close = behind.firstIndex(of: "}")
            else {
                parts.append(.literal(String(rest[...open])))
                rest = rest[open...].dropFirst()
                continue
            }
            parts.append(.literal(String(rest[..<open])))
            let pattern = String(behind[..<close].dropFirst())
            parts.append(behind.first == "}" ? .value : .pattern(pattern))
            rest = behind[close...].dropFirst()
        }
        self.parts = (parts + [.literal(String(rest))]).filter { $0 != .literal("") }
    }

    /// Whether there is nothing but the bound.
    var isPlain: Bool { parts == [.value] }

    /// The pattern of a time, where there is one.
    var pattern: String? {
        parts.lazy.compactMap { if case .pattern(let pattern) = $0 { pattern } else { nil } }.first
    }

    /// The format whose texts the pattern takes apart: no finer than the pattern, so that bounds are rounded as they should.
    var patternFormat: CursorFormat? {
        guard let pattern else { return nil }
        if pattern.contains("S") { return .iso8601 }
        return pattern.contains("s") ? .iso8601Seconds : .date
    }

    /// What is wrong with the pattern: a bound must say the whole day, and all of the time or none of it.
    var problem: String? {
        guard let pattern else { return nil }
        let missing = ["yyyy", "MM", "dd"].filter { !pattern.contains($0) }
        if !missing.isEmpty { return "the pattern '\(pattern)' lacks \(missing.joined(separator: ", "))" }
        let time = ["HH", "mm", "ss"].filter { !pattern.contains($0) }
        return time.isEmpty || time.count == 3
            ? nil : "the pattern '\(pattern)' has a time without \(time.joined(separator: ", "))"
    }

    /// The text with the bound in its place.
    ///
    /// - Parameter value: as its format spells it; in ISO 8601 where there is a pattern.
    func filled(_ value: String) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .literal(let literal): text += literal
            case .value: text += value
            case .pattern(let pattern): text += Self.spelt(value, by: pattern)
            }
        }
    }

    /// A moment such as `2026-01-31T09:00:00.250000Z`, or a day, by a pattern.
    private static func spelt(_ moment: String, by pattern: String) -> String {
        let digits = moment.split { !$0.isNumber }.map(String.init) + Array(repeating: "00", count: 4)
        let fraction = moment.contains(".") ? digits[6] : ""
        let parts = [
            ("yyyy", digits[0]), ("MM", digits[1]), ("dd", digits[2]), ("HH", digits[3]), ("mm", digits[4]),
            ("ss", digits[5]),
        ]
        var text = pattern
        for (name, value) in parts { text = text.replacing(name, with: value) }
        for count in [6, 3] {
            let padded = fraction.padding(to: count)
            text = text.replacing(String(repeating: "S", count: count), with: padded)
        }
        return text
    }
}

extension String {
    fileprivate func padding(to count: Int) -> String {
        String(prefix(count)) + String(repeating: "0", count: Swift.max(0, count - self.count))
    }
}
