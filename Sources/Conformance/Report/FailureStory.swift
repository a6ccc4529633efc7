import Cassettes
import Foundation

/// A case that failed, told in the six parts of a bug report, in their order: where; the promise; what was expected and
/// what came; how to see it again; the likely cause; the clause.
public struct FailureStory: Sendable, Codable {
    /// `source / table / check`.
    public var name: String
    public var scenario: String
    public var check: String
    public var table: String
    public var verdict: String
    /// One sentence: what a pass means.
    public var promise: String
    /// What was found; each with its place, expected, actual, witness and history.
    public var findings: [Finding]
    /// Why there is no verdict, where a check could not run or had nothing to look at.
    public var reason: String?
    public var seed: UInt64
    /// What the upstream's history was reduced to; the findings and the command are of that.
    public var shrunk: ShrunkHistory?
    public var command: String
    /// The likely causes, and what to change.
    public var causes: [String]
    /// The group of the catalogue and where to read on.
    public var clause: String

    public init(_ result: CheckResult) {
        let check = result.item.check
        name = result.item.name
        scenario = result.item.input.scenario.id
        self.check = check.name
        table = result.item.table
        verdict = result.verdict.name
        promise = check.proves
        findings = result.findings
        seed = result.seed
        shrunk = result.shrunk
        command = result.command
        clause = "\(check.group.rawValue), \(check.group.title): tributary check --explain \(check.name)"
        let own = findings.compactMap(\.cause)
        // Of what was not looked at, no cause is known.
        causes = own.isEmpty && !findings.isEmpty ? [check.likelyCause] : own
        if let alone = result.passesAlone {
            let state =
                "the source keeps something between reads, of this connection or of another, such as a static variable, a "
                + "shared client or a cache."
            causes =
                alone == result.item.name
                ? ["In a process of its own this case passes: \(state)"]
                : ["In a process of its own \(alone) passes: \(state) Look at that first, this may follow from it."]
                    + causes
        } else if let precedent = result.precedent {
            let first = "\(precedent) fails on this table too: look at that first, this may follow from it."
            causes = [first] + (FailureOrder.isSilent(result) ? [] : causes)
        } else if FailureOrder.isOfThePlainRead(result) {
            causes = ["What the error says: nothing is wrong with the upstream here."]
        }
        switch result.verdict {
        case .notExercised(let text), .couldNotRun(let text), .notApplicable(let text): reason = text
        default: break
        }
    }

    /// The story as plain text, with its title.
    public var text: String { ([title] + lines).joined(separator: "\n") }

    /// `FAILED  stripe / charges / read-rows-equal-model  (stripe/billing)`.
    public var title: String { "\(verdict.uppercased())  \(name)  (\(scenario))" }

    /// The parts behind the title, one line a part, with labels of equal width.
    public var lines: [String] {
        var lines: [String] = []
        for (index, finding) in findings.enumerated() {
            lines.append("Where:    \(finding.position(in: scenario))")
            if index == 0 { lines.append("Promise:  \(promise)") }
            lines += Self.lines(finding)
        }
        if findings.isEmpty { lines.append("Promise:  \(promise)") }
        if let reason { lines.append("Verdict:  \(verdict): \(reason)") }
        if let shrunk { lines.append("Shrunk:   \(shrunk.description)") }
        lines.append("Repeat:   \(command)")
        lines += causes.map { "Cause:    \($0)" }
        return lines + ["Clause:   \(clause)"]
    }

    private static func lines(_ finding: Finding) -> [String] {
        var lines = ["Expected: \(finding.expected)", "Actual:   \(finding.actual)"]
        lines += finding.witness.map { "          \($0)" }
        if !finding.history.isEmpty {
            let shown = finding.history.suffix(12)
            let left = finding.history.count - shown.count
            lines.append("History:  " + (left > 0 ? "(\(left) earlier events left out)" : ""))
            lines += shown.map { "          \($0)" }
        }
        return lines.map { $0.replacing(/\s+$/, with: "") }
    }
}

extension Finding {
    /// The place, with the line of the file that shows it.
    func position(in scenario: String) -> String {
        guard let file, let line, !place.contains("\(file):\(line)") else { return place }
        return "\(place) (\(scenario)/\(file):\(line))"
    }
}
