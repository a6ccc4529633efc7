import Cassettes

/// In which order failures are told: those that explain others come before them, and the others say so.
enum FailureOrder {
    /// Checks whose failure explains others on the same table, the most telling first.
    private static let roots = [
        "config-fields-well-formed", "db-read-only", "db-errors-classified", "read-repeatable-instance",
        "read-tables-isolated", "key-declared-and-in-schema",
        "key-non-null", "key-unique-over-table", "discovery-names-survive-normalisation",
        "partition-one-row-one-place", "partition-key-immutable", "db-type-map-complete",
        "watermark-full-refresh-sends-no-bound",
        "read-figures-as-recorded", "read-values-as-recorded", "read-rows-equal-model",
        "read-long-list-complete", "watermark-sort-mode-truthful", "watermark-split-equivalence",
        "resume-at-every-step",
    ]
    /// Checks of how pages are cut, whose causes say nothing where the plainest read is wrong already.
    private static let pages: Set = [
        "read-page-size-invariant", "read-empty-page-is-not-the-end", "read-short-page-is-not-the-end",
        "read-overlapping-pages", "read-truncation-detected", "read-insert-while-paging",
        "read-delete-while-paging",
    ]
    /// What is judged by the rows of a table, and may follow from what is wrong with them.
    static let ofRows: Set<CheckGroup> = [
        .reading, .primaryKeys, .types, .watermark, .resume, .partitions, .memory, .http, .database, .performance,
    ]

    /// The results, each failure with the check that most likely explains it.
    static func explained(_ results: [CheckResult]) -> [CheckResult] {
        var first: [String: Int] = [:]
        for result in results where result.hasFailed {
            guard let rank = rootRank(result) else { continue }
            first[table(result)] = min(rank, first[table(result)] ?? rank)
        }
        return results.map { result in
            guard result.hasFailed, let rank = first[table(result)], rootRank(result) ?? .max > rank,
                mayFollow(result, from: roots[rank % roots.count])
            else { return result }
            var result = result
            result.precedent = roots[rank % roots.count]
            return result
        }
    }

    private static func mayFollow(_ result: CheckResult, from root: String) -> Bool {
        if ofRows.contains(result.item.check.group) || result.saysOnlyThatReadsFail { return true }
        // Who swallows the errors of a database swallows the refusal of its host as well.
        return root == "db-errors-classified" && result.item.check.name.hasPrefix("ssrf-")
    }

    /// Failures in the order in which they should be read, scenario by scenario, that with the most of them first: what one
    /// of a refusal says is an aside where whole tables fail.
    static func sorted(_ failures: [CheckResult]) -> [CheckResult] {
        let scenarios = failures.map(\.item.input.scenario.id)
        let counts = Dictionary(scenarios.map { ($0, 1) }, uniquingKeysWith: +)
        let places = Dictionary(zip(scenarios, scenarios.indices)) { first, _ in first }
        func place(_ failure: CheckResult) -> (Int, Int) {
            let scenario = failure.item.input.scenario.id
            return (-(counts[scenario] ?? 0), places[scenario] ?? 0)
        }
        let ranked = failures.enumerated().sorted { one, other in
            (rank(one.element), one.offset) < (rank(other.element), other.offset)
        }.map(\.element)
        // The same check says of a second table what it says of the first: another check's words come before that.
        var told: Set<String> = []
        let again = ranked.map { told.insert("\($0.item.input.scenario.id) \($0.item.check.name)").inserted ? 0 : 1 }
        return zip(ranked, again).enumerated().sorted { one, other in
            let (a, b) = (place(one.element.0), place(other.element.0))
            return (a.0, a.1, one.element.1, one.offset) < (b.0, b.1, other.element.1, other.offset)
        }.map(\.element.0)
    }

    /// Whether the check's own cause says nothing where another one precedes it.
    static func isSilent(_ result: CheckResult) -> Bool {
        pages.contains(result.item.check.name) || result.saysOnlyThatReadsFail
    }

    /// Whether the failure is that of a read with nothing wrong at the upstream, whose error says why.
    static func isOfThePlainRead(_ result: CheckResult) -> Bool {
        roots.contains(result.item.check.name) && result.saysOnlyThatReadsFail
    }

    private static func rank(_ result: CheckResult) -> Int {
        let check = result.item.check
        // What leaks is gravest, whatever else is wrong; a read that fails leaks nothing by that.
        if check.group == .security, result.precedent == nil { return 0 }
        if result.passesAlone == result.item.name { return 1 }
        if let place = rootRank(result) { return 2 + place }
        // A check that passes may do so since the table is broken: what is left over is looked at when the rest is mended.
        if check.name == "waivers-alive" { return 2 * roots.count + 4 }
        return 2 * roots.count + (pages.contains(check.name) ? 3 : 2)
    }

    /// The place among those that explain others; one that could look at no rows comes behind all that did.
    private static func rootRank(_ result: CheckResult) -> Int? {
        // Rows that are lost behind a passing failure follow from how the read goes on.
        if result.item.check.name == "db-errors-classified", !result.saysThatErrorsAreGone { return nil }
        return roots.firstIndex(of: result.item.check.name).map {
            $0 + (result.saysOnlyThatReadsFail ? roots.count : 0)
        }
    }

    private static func table(_ result: CheckResult) -> String {
        "\(result.item.input.scenario.id) \(result.item.table)"
    }
}

extension CheckResult {
    /// Whether nothing was found but syncs that ended with an error.
    fileprivate var saysOnlyThatReadsFail: Bool {
        !findings.isEmpty && findings.allSatisfy { $0.expected == Finding.syncSucceeds }
    }

    /// Whether a failure that lasts was taken for success.
    fileprivate var saysThatErrorsAreGone: Bool { findings.contains { $0.actual == Finding.errorIsGone } }

    fileprivate var hasFailed: Bool { if case .failed = verdict { true } else { false } }
}
