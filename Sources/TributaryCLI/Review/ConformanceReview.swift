import Cassettes
import Conformance
import Tributary

/// What the kit says now, and what it said before.
struct ConformanceReview {
    let results: [CheckResult]
    /// Verdicts of the base, by `scenario / table / check`; nil when there are none to compare with.
    let before: [String: String]?

    func remarks() -> [ReviewReport.Remark] {
        guard !results.isEmpty else { return [.init(level: .bad, text: "No check ran.")] }
        let now = ReviewReport.Remark(
            level: .good, text: "\(results.count.counted("case")): \(Self.counts(results.map(\.verdict.name))).")
        return [now] + comparison + failures + notExercised
    }

    /// One line for each check, since one cause often fails many tables. What failed in the base too is not this change's.
    private var failures: [ReviewReport.Remark] {
        let failed = results.filter { $0.isFailure(strict: false) }
        return grouped(failed) { "\($0.item.input.scenario.id) \($0.item.check.name)" }.map { group in
            let isOld = group.allSatisfy { before?[$0.item.id] == "failed" }
            let first = group[0]
            let check = "\(first.item.input.scenario.id): \(first.item.check.name)"
            let places = tables(group).map { " (\($0))" } ?? ""
            let since = isOld ? ", as in the base" : before == nil ? "" : ", and did not in the base"
            return ReviewReport.Remark(
                level: isOld ? .warning : .bad, text: "\(check)\(places) failed\(since): \(Self.words(first))",
                details: ["repeat: \(first.command)"])
        }
    }

    /// What nothing was there for is no pass; one line for each reason.
    private var notExercised: [ReviewReport.Remark] {
        let open = results.filter { $0.verdict.name == "not exercised" }
        return grouped(open) { $0.verdict.detail ?? "" }.map { group in
            let checks = Set(group.map(\.item.check.name)).sorted()
            return ReviewReport.Remark(
                level: .warning,
                text:
                    "Not exercised in \(group.count.counted("case")): \(Self.few(checks)). \(group[0].verdict.detail ?? "")"
            )
        }
    }

    /// Results that have something in common, in the order of the first of each.
    private func grouped(_ results: [CheckResult], by name: (CheckResult) -> String) -> [[CheckResult]] {
        var order: [String] = []
        let groups = Dictionary(grouping: results) { result in
            let name = name(result)
            if !order.contains(name) { order.append(name) }
            return name
        }
        return order.compactMap { groups[$0] }
    }

    private func tables(_ results: [CheckResult]) -> String? {
        let names = Set(results.map(\.item.table)).subtracting(["*"]).sorted()
        return names.isEmpty ? nil : Self.few(names)
    }

    private var comparison: [ReviewReport.Remark] {
        guard let before else { return [] }
        let now = Dictionary(results.map { ($0.item.id, $0.verdict.name) }) { first, _ in first }
        let gone = before.keys.filter { now[$0] == nil }.sorted()
        let mended = now.filter { $0.value == "passed" && before[$0.key] == "failed" }.keys.sorted()
        let weaker = now.filter { $0.value != "passed" && $0.value != "failed" && before[$0.key] == "passed" }.keys
            .sorted()
        var remarks = [
            ReviewReport.Remark(
                level: .good, text: "Before: \(before.count.counted("case")): \(Self.counts(Array(before.values))).")
        ]
        if !gone.isEmpty {
            remarks.append(
                .init(level: .warning, text: "\(gone.count.counted("case is", "cases are")) gone: \(Self.few(gone))."))
        }
        if !weaker.isEmpty {
            let text =
                "\(weaker.count.counted("case")) passed before, and not judged any more: "
                + Self.few(weaker.map { "\($0) (\(now[$0] ?? ""))" }) + "."
            remarks.append(.init(level: .warning, text: text))
        }
        if !mended.isEmpty {
            remarks.append(
                .init(level: .good, text: "\(mended.count.counted("case")) failed before: \(Self.few(mended))."))
        }
        return remarks
    }

    private static func counts(_ verdicts: [String]) -> String {
        Dictionary(grouping: verdicts) { $0 }.mapValues(\.count).sorted { $0.key < $1.key }
            .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    private static func few(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }

    /// What was found, on one line: the whole story is one command away.
    private static func words(_ result: CheckResult) -> String {
        let text: String
        switch result.verdict {
        case .failed(let findings):
            text = findings.first.map { "at \($0.place): \($0.actual) Expected: \($0.expected)." } ?? ""
        case .couldNotRun(let reason): text = "it could not run: \(reason)"
        default: text = result.verdict.name
        }
        let line = text.replacing("\n", with: " ")
        return line.count > 400 ? "\(line.prefix(400))…" : line
    }
}
