import Columns

/// What a failure has been reduced to: the smallest history that was found to fail in the same way.
public struct ShrunkHistory: Sendable, Hashable, Codable {
    public var history: History
    /// The rows of the sample, before and after.
    public var rowsBefore: Int
    public var rowsAfter: Int
    /// The keys of the rows that are left.
    public var keys: [String]
    /// How often the check was run for it.
    public var attempts: Int
    /// Whether nothing more can be left out; otherwise the time had run out.
    public var isMinimal: Bool

    /// One sentence: what is left.
    public var description: String {
        let shown = keys.prefix(4).joined(separator: ", ") + (keys.count > 4 ? ", …" : "")
        var parts = ["from \(rowsBefore.counted("row")) to \(rowsAfter)\(keys.isEmpty ? "" : " (\(shown))")"]
        if let page = history.page { parts.append("\(page) on a page") }
        if let states = history.states { parts.append(states.counted("state")) }
        if let moments = history.moments { parts.append("moment \(moments)") }
        let end = isMinimal ? "" : "; the time for it ran out"
        return parts.joined(separator: ", ") + " (\(attempts.counted("attempt"))\(end))"
    }
}
