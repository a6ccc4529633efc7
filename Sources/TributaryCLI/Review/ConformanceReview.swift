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
            level: .good, text: "\(results.count) cases: \(Self.counts(results.map(\.verdict.name))).")
        return [now] + comparison + failures + notExercised
    }

    private var failures: [ReviewReport.Remark] {
        results.filter { $0.isFailure(strict: false) }.map { result in
            let before = before?[result.item.id].map { ", before: \($0)" } ?? ""
            return ReviewReport.Remark(
                level: .bad, text: "\(result.item.name)\(before): \(Self.words(result))",
                details: ["repeat: \(result.command)"])
        }
    }

    /// What nothing was there for is no pass; one line for each check.
    private var notExercised: [ReviewReport.Remark] {
        var tables: [(check: String, names: [String], reason: String)] = []
        for result in results {
            guard case .notExercised(let reason) = result.verdict else { continue }
            let index = tables.firstIndex { $0.check == result.item.check.name } ?? tables.endIndex
            if index == tables.endIndex { tables.append((result.item.check.name, [], reason)) }
            tables[index].names.append(result.item.table)
        }
        return tables.map { check, names, reason in
            let places = Set(names).subtracting(["*"]).sorted()
            let text = places.isEmpty ? "" : " (\(Self.few(places)))"
            return ReviewReport.Remark(level: .warning, text: "\(check) was not exercised\(text): \(reason)")
        }
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
                level: .good, text: "Before: \(before.count) cases: \(Self.counts(Array(before.values))).")
        ]
        if !gone.isEmpty {
            remarks.append(.init(level: .warning, text: "\(gone.count) cases are gone: \(Self.few(gone))."))
        }
        if !weaker.isEmpty {
            let text =
                "\(weaker.count) cases passed before and are judged no more: "
                + Self.few(weaker.map { "\($0) (\(now[$0] ?? ""))" }) + "."
            remarks.append(.init(level: .warning, text: text))
        }
        if !mended.isEmpty {
            remarks.append(.init(level: .good, text: "\(mended.count) cases failed before: \(Self.few(mended))."))
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

    private static func words(_ result: CheckResult) -> String {
        switch result.verdict {
        case .failed(let findings):
            findings.first.map { "\($0.place): \($0.actual) Expected: \($0.expected)." } ?? "failed"
        case .couldNotRun(let text): "could not run: \(text)"
        default: result.verdict.name
        }
    }
}
