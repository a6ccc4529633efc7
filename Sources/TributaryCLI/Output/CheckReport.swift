import Cassettes
import Conformance
import Foundation
import Tributary

/// What `tributary check` shows.
enum CheckReport {
    /// One case in the JSON report.
    struct Entry: Encodable {
        var name: String
        var scenario: String
        var verdict: String
        var detail: String?
        var looked: Counters?
        var findings: [Finding] = []
        var seconds: Double
        var command: String

        init(_ result: CheckResult) {
            name = result.item.name
            scenario = result.item.input.scenario.id
            verdict = result.verdict.name
            seconds = result.duration / .seconds(1)
            command = result.command
            switch result.verdict {
            case .passed(let counters): looked = counters
            case .failed(let found): findings = found
            case .waived(let waiver, let found):
                findings = found
                detail = waiver.reason
            case .notApplicable(let text), .notExercised(let text), .couldNotRun(let text): detail = text
            }
        }
    }

    static func list(_ checks: [Check]) {
        var table = TextTable([
            ("CHECK", .left), ("GROUP", .left), ("LEVEL", .left), ("PROFILE", .left), ("PROVES", .left),
        ])
        for check in checks {
            table.add([check.name, check.group.rawValue, check.level.rawValue, check.profile.rawValue, check.proves])
        }
        Console.result(table.text)
    }

    static func explain(_ check: Check) {
        let faults = check.catches.map { name in
            "  \(name)" + (SeededFault.named(name).map { ": \($0.story)" } ?? "")
        }
        Console.result(
            """
            \(check.name)  (group \(check.group.rawValue), \(check.group.title); \(check.level.rawValue))

            Proves: \(check.proves)
            How:    \(check.method)
            If it fails: \(check.likelyCause)
            Seeded faults that it catches:
            \(faults.joined(separator: "\n"))
            """)
    }

    /// Scenario and table by verdict.
    static func matrix(_ results: [CheckResult]) -> String {
        var table = TextTable([
            ("SOURCE / SCENARIO / TABLE", .left), ("PASSED", .right), ("FAILED", .right), ("WAIVED", .right),
            ("NOT APPLICABLE", .right), ("NOT EXERCISED", .right), ("COULD NOT RUN", .right),
        ])
        var order: [String] = []
        var groups: [String: [CheckResult]] = [:]
        for result in results {
            let name = "\(result.item.input.scenario.id) / \(result.item.input.schema?.name ?? "*")"
            if groups[name] == nil { order.append(name) }
            groups[name, default: []].append(result)
        }
        for name in order {
            let verdicts = (groups[name] ?? []).map(\.verdict.name)
            let counts = ["passed", "failed", "waived", "not applicable", "not exercised", "could not run"].map {
                verdict in
                String(verdicts.count { $0 == verdict })
            }
            table.add([name] + counts.map { $0 == "0" ? "." : $0 })
        }
        return table.text
    }

    /// A failure in six parts.
    static func failure(_ result: CheckResult) -> String {
        let check = result.item.check
        var lines = ["", "FAILED  \(result.item.name)  (\(result.item.input.scenario.id))"]
        lines.append("Promise:  \(check.proves)")
        switch result.verdict {
        case .failed(let findings):
            for finding in findings { lines += self.lines(finding) }
        case .notExercised(let text), .couldNotRun(let text): lines.append("Verdict:  \(result.verdict.name): \(text)")
        default: break
        }
        // Of what was not looked at, no cause is known.
        let causes = result.causes.isEmpty && result.hasFindings ? [check.likelyCause] : result.causes
        lines.append("Repeat:   \(result.command)")
        lines += causes.map { "Cause:    \($0)" }
        lines.append("Clause:   \(check.group.rawValue), \(check.group.title): tributary check --explain \(check.name)")
        return lines.joined(separator: "\n")
    }

    private static func lines(_ finding: Finding) -> [String] {
        var lines = [
            "Where:    \(finding.place)", "Expected: \(finding.expected)", "Actual:   \(finding.actual)",
        ]
        lines += finding.witness.map { "          \($0)" }
        if !finding.history.isEmpty {
            lines.append("History:")
            lines += finding.history.suffix(12).map { "          \($0)" }
        }
        return lines
    }

    static func slowest(_ results: [CheckResult]) -> String {
        var table = TextTable([("SECONDS", .right), ("CASE", .left)])
        for result in results.sorted(by: { $0.duration > $1.duration }).prefix(10) {
            table.add([seconds(result.duration), result.item.name])
        }
        return "\n" + table.text
    }

    static func summary(_ results: [CheckResult]) -> String {
        let counts = Dictionary(grouping: results, by: \.verdict.name).mapValues(\.count)
        let text = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "\n\(results.count) cases: \(text)."
    }

    /// Fault by check.
    static func selfTest(_ rows: [SelfTest.Row]) -> String {
        var table = TextTable([
            ("FAULT", .left), ("INTENDED", .left), ("CAUGHT", .left), ("ALSO BY", .left),
        ])
        for row in rows {
            let others = row.caughtBy.filter { !row.intended.contains($0) }
            table.add([
                row.fault?.name ?? "(clean twin of \(row.specimen))", row.intended.joined(separator: " "),
                row.isAsIntended ? (row.fault == nil ? "passes" : "yes") : (row.fault == nil ? "FALSE ALARM" : "NO"),
                others.joined(separator: " "),
            ])
        }
        let faults = rows.filter { $0.fault != nil }
        let caught = faults.filter(\.isAsIntended).count
        return table.text + "\n\n\(caught) of \(faults.count) seeded faults caught by the intended check."
    }

    /// What the checks said of a fault that was not caught, or of a clean twin that was not passed.
    static func unintended(_ row: SelfTest.Row) -> String {
        let name = row.fault?.name ?? "clean twin of \(row.specimen)"
        let results = row.results.filter { result in
            row.fault == nil ? result.isFailure(strict: false) : row.intended.contains(result.item.check.name)
        }
        return results.map { "\n\(name): \($0.verdict.name)\n" + failure($0) }.joined(separator: "\n")
    }

    private static func seconds(_ duration: Duration) -> String { String(format: "%.3f", duration / .seconds(1)) }
}

extension CheckResult {
    fileprivate var hasFindings: Bool { if case .failed = verdict { true } else { false } }

    /// Better guesses than the check's own.
    fileprivate var causes: [String] {
        if case .failed(let findings) = verdict { findings.compactMap(\.cause) } else { [] }
    }
}
