import Cassettes
import Conformance
import Foundation
import Tributary

/// The report of `tributary check` for a person at a terminal.
struct CheckReportText {
    let report: ConformanceReport
    let paint: Paint
    let showsTimings: Bool

    /// The whole report: matrix, what fails, accepted failures, times, the sum.
    var text: String {
        let (quiet, loud) = (report.failures.filter(Self.isQuiet), report.failures.filter { !Self.isQuiet($0) })
        var parts = [matrix] + report.problems.map(problem) + loud.map(failure) + notExercised(quiet)
        if !accepted.isEmpty { parts.append(accepted) }
        if showsTimings { parts.append(timings) }
        if let madeUp = madeUp(loud) { parts.append(madeUp) }
        return (parts + [summary]).joined(separator: "\n\n")
    }

    /// Scenario and table by group of checks.
    var matrix: String {
        let groups = report.groups
        var table = TextTable(
            [("SOURCE / SCENARIO / TABLE", .left)] + groups.map { ($0.rawValue, .right) } + [("CASES", .right)])
        let rows = report.rows
        for row in rows {
            let cells = groups.map { group in
                Self.cell(row.results.filter { $0.item.check.group == group }.map(\.verdict))
            }
            table.add(["\(row.scenario) / \(row.table)"] + cells + [String(row.results.count)])
        }
        let lines = table.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let painted = zip(lines.dropFirst(), rows).map { line, row in paint.row(line, row) }
        let legend = groups.map { "\($0.rawValue) \($0.title)" }.joined(separator: " · ")
        return ([paint.strong(lines.first ?? "")] + painted + ["", paint.quiet(Self.signs), paint.quiet(legend)])
            .joined(separator: "\n")
    }

    private static let signs =
        "✓ passed · ✗ failed · ! could not run · ? not exercised · w waived · k known · – not applicable; the gravest counts"

    private static func cell(_ verdicts: [Verdict]) -> String {
        let names = verdicts.map(\.name)
        let order = ["failed", "could not run", "known", "waived", "not exercised", "passed", "not applicable"]
        guard let gravest = order.first(where: names.contains) else { return "" }
        return "\(names.count { $0 == gravest })\(sign(gravest))"
    }

    private static func sign(_ verdict: String) -> String {
        switch verdict {
        case "passed": "✓"
        case "failed": "✗"
        case "could not run": "!"
        case "not exercised": "?"
        case "waived": "w"
        case "known": "k"
        default: "–"
        }
    }

    /// A failure in its six parts.
    private func failure(_ result: CheckResult) -> String {
        let story = FailureStory(result)
        let lines = story.lines.map { line -> String in
            guard let end = line.firstIndex(of: ":"), !line.hasPrefix(" ") else { return line }
            return paint.strong(String(line[...end])) + line[line.index(after: end)...]
        }
        return ([paint.verdict(story.title, story.verdict)] + lines).joined(separator: "\n")
    }

    private static func isQuiet(_ result: CheckResult) -> Bool {
        if case .notExercised = result.verdict { true } else { false }
    }

    /// What a strict run counts as failed because there was nothing to look at: one block for each reason.
    private func notExercised(_ results: [CheckResult]) -> [String] {
        var reasons: [(reason: String, cases: [CheckResult])] = []
        for result in results {
            guard case .notExercised(let reason) = result.verdict else { continue }
            if let index = reasons.firstIndex(where: { $0.reason == reason }) {
                reasons[index].cases.append(result)
            } else {
                reasons.append((reason, [result]))
            }
        }
        return reasons.map { reason, cases in
            let count = cases.count.counted("case")
            let shown = cases.prefix(8).map { "    \($0.item.id)" }
            let more = cases.count > 8 ? ["    … and \(cases.count - 8) more"] : []
            return ([paint.verdict("NOT EXERCISED  \(count)", "not exercised"), "Reason:   \(reason)"] + shown + more)
                .joined(separator: "\n")
        }
    }

    private func problem(_ problem: Finding) -> String {
        [
            paint.verdict("FAILED  \(problem.place)", "failed"), "Expected: \(problem.expected)",
            "Actual:   \(problem.actual)",
        ].joined(separator: "\n")
    }

    /// Failures of scenarios that nobody recorded, such as the first one of a new source: they may be the scenario's own.
    private func madeUp(_ failures: [CheckResult]) -> String? {
        let scenarios = failures.map(\.item.input.scenario).filter(\.isMadeUpTraffic)
        guard !scenarios.isEmpty else { return nil }
        let folders = Set(scenarios.map(\.folder.relativePath)).sorted().joined(separator: " ")
        return
            "Failures of made-up scenarios: \(scenarios.count) of \(failures.count). Where the source was changed since, they show "
            + "that and no fault of it. Record what the API answers, then: rm -r \(folders)"
    }

    /// Waivers and known failures, which every report shows; those of one table with one reason together.
    private var accepted: String {
        struct Group {
            let opening: String
            let reason: String
            var results: [CheckResult]
        }
        var groups: [Group] = []
        for result in report.results {
            let (until, reason): (String, String)
            switch result.verdict {
            case .waived(let waiver, _):
                (until, reason) = ("waived until \(waiver.until)", "\(waiver.reason) (\(waiver.reference))")
            case .known(let entry, _): (until, reason) = ("known since \(entry.since) ", entry.reference)
            default: continue
            }
            let opening = "\(until)  \(result.item.input.scenario.id) / \(result.item.table)"
            if let index = groups.firstIndex(where: { $0.opening == opening && $0.reason == reason }) {
                groups[index].results.append(result)
            } else {
                groups.append(Group(opening: opening, reason: reason, results: [result]))
            }
        }
        let lines = groups.flatMap { group -> [String] in
            let only = group.results.count == 1 ? group.results[0].item.check.name : nil
            let told = group.results.compactMap { result in
                result.findings.first.map { "    " + (only == nil ? "\(result.item.check.name): " : "") + $0.actual }
            }
            let name = only ?? group.results.count.counted("check")
            return ["\(group.opening) / \(name): \(group.reason)"] + told
        }
        return lines.isEmpty ? "" : ([paint.strong("Accepted failures")] + lines).joined(separator: "\n")
    }

    /// The budget of each check, and the cases that take longest.
    private var timings: String {
        var checks = TextTable([
            ("SUM", .right), ("MOST", .right), ("MEAN", .right), ("CASES", .right), ("CHECK", .left),
        ])
        for timing in report.timings {
            let mean = timing.seconds / Double(max(1, timing.cases))
            checks.add(
                [timing.seconds, timing.slowest, mean].map(Self.seconds) + [String(timing.cases), timing.check])
        }
        var cases = TextTable([("SECONDS", .right), ("CASE", .left)])
        for result in report.results.sorted(by: { $0.duration > $1.duration }).prefix(15) {
            cases.add([Self.seconds(result.seconds), result.item.id])
        }
        return [paint.strong("Seconds by check"), checks.text, "", paint.strong("The slowest cases"), cases.text]
            .joined(separator: "\n")
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.3f", value) }

    /// How many cases there were, how they ended, and in what time.
    var summary: String {
        let counts = report.counts.map { paint.verdict("\($0.count) \($0.verdict)", $0.verdict) }
        let strict = report.options.isStrict ? ", strict" : ""
        let problems =
            report.problems.isEmpty ? "" : " \(report.problems.count.counted("problem")) of waivers or ledger."
        return "\(report.results.count.counted("case")) in \(Figures.duration(report.duration / .seconds(1))) (profile "
            + "\(report.options.profile.rawValue)\(strict)): \(counts.joined(separator: ", ")).\(problems)"
    }
}

/// Colours of a terminal, or none.
struct Paint {
    let isOn: Bool

    func strong(_ text: String) -> String { wrapped(text, "1") }
    func quiet(_ text: String) -> String { wrapped(text, "2") }

    func verdict(_ text: String, _ verdict: String) -> String {
        switch verdict {
        case "passed": wrapped(text, "32")
        case "failed", "could not run": wrapped(text, "1;31")
        case "not exercised": wrapped(text, "33")
        case "waived", "known": wrapped(text, "35")
        default: quiet(text)
        }
    }

    /// A line of the matrix: red where something failed, dim where nothing was judged.
    func row(_ line: String, _ row: ConformanceReport.Row) -> String {
        let names = Set(row.results.map(\.verdict.name))
        if names.contains("failed") || names.contains("could not run") { return wrapped(line, "31") }
        return names.contains("passed") ? line : quiet(line)
    }

    private func wrapped(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
