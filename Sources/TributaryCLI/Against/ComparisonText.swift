import Columns
import Conformance

/// A comparison of two versions for a person at a terminal.
struct ComparisonText {
    let comparison: PortraitComparison
    let paint: Paint

    var text: String {
        let groups = ContractChange.Impact.allCases.compactMap(group)
        let missing = comparison.notCompared.map { "not compared: \($0)" }.joined(separator: "\n")
        return (groups + [missing, summary]).filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private func group(_ impact: ContractChange.Impact) -> String? {
        let changes = comparison.changes.filter { $0.impact == impact }
        if changes.isEmpty { return nil }
        let head = paint.verdict("\(Self.title(impact)) (\(changes.count))", Self.verdict(impact))
        return ([head] + changes.flatMap(lines)).joined(separator: "\n")
    }

    private func lines(_ change: ContractChange) -> [String] {
        let seen = change.seenFirst.map { paint.quiet(" [\($0)]") } ?? ""
        return ["  \(paint.strong(change.place)), \(change.subject.rawValue): \(change.text)\(seen)"]
            + change.witness.map { "      \($0)" }
    }

    static func title(_ impact: ContractChange.Impact) -> String {
        switch impact {
        case .breaking: "Breaks what users have"
        case .notable: "Can be noticed"
        case .harmless: "Adds, and takes nothing away"
        }
    }

    private static func verdict(_ impact: ContractChange.Impact) -> String {
        switch impact {
        case .breaking: "failed"
        case .notable: "not exercised"
        case .harmless: "passed"
        }
    }

    /// What was looked at, and what came of it.
    var summary: String {
        let extent = comparison.compared
        let looked =
            "\(comparison.before) → \(comparison.after): \(extent.sources.counted("source")), "
            + "\(extent.tables.counted("table")), \(extent.runs.counted("sync")), \(extent.rows.counted("row")) and "
            + "\(extent.requests.counted("request")) compared"
        let counts = ContractChange.Impact.allCases.map { "\(comparison.count($0)) \($0.rawValue)" }
        return comparison.changes.isEmpty
            ? "\(looked): no change." : "\(looked): \(counts.joined(separator: ", "))."
    }
}
