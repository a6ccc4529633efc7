import Cassettes

/// In which order failures are told: those that explain others come before them, and the others say so.
enum FailureOrder {
    /// Checks whose failure explains others on the same table, the most telling first.
    private static let roots = [
        "read-repeatable-instance", "read-tables-isolated", "key-unique-over-table", "partition-one-row-one-place",
        "read-figures-as-recorded", "read-values-as-recorded", "read-rows-equal-model", "resume-at-every-step",
    ]
    /// Checks of how pages are cut, whose causes say nothing where the plainest read is wrong already.
    private static let pages: Set = [
        "read-page-size-invariant", "read-empty-page-is-not-the-end", "read-short-page-is-not-the-end",
        "read-long-list-complete", "read-overlapping-pages", "read-truncation-detected", "read-insert-while-paging",
        "read-delete-while-paging",
    ]
    /// What is judged by the rows of a table, and may follow from what is wrong with them.
    private static let ofRows: Set<CheckGroup> = [
        .reading, .primaryKeys, .types, .watermark, .resume, .partitions, .memory, .http, .database, .performance,
    ]

    /// The results, each failure with the check that most likely explains it.
    static func explained(_ results: [CheckResult]) -> [CheckResult] {
        var first: [String: Int] = [:]
        for result in results where result.hasFailed {
            guard let rank = roots.firstIndex(of: result.item.check.name) else { continue }
            first[table(result)] = min(rank, first[table(result)] ?? rank)
        }
        return results.map { result in
            guard result.hasFailed, ofRows.contains(result.item.check.group), let rank = first[table(result)],
                roots.firstIndex(of: result.item.check.name) ?? .max > rank
            else { return result }
            var result = result
            result.precedent = roots[rank]
            return result
        }
    }

    /// Failures in the order in which they should be read, scenario by scenario.
    static func sorted(_ failures: [CheckResult]) -> [CheckResult] {
        var scenarios: [String: Int] = [:]
        for failure in failures {
            scenarios[failure.item.input.scenario.id] = scenarios[failure.item.input.scenario.id] ?? scenarios.count
        }
        let ranked = failures.enumerated().map { index, failure in
            (scenarios[failure.item.input.scenario.id] ?? 0, rank(failure), index, failure)
        }
        return ranked.sorted { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }.map(\.3)
    }

    /// Whether the check's own cause says nothing where another one precedes it.
    static func isSilent(_ check: Check) -> Bool { pages.contains(check.name) }

    private static func rank(_ result: CheckResult) -> Int {
        let check = result.item.check
        // What leaks is gravest, whatever else is wrong.
        if check.group == .security { return 0 }
        if let place = roots.firstIndex(of: check.name) { return 1 + place }
        return roots.count + (pages.contains(check.name) ? 2 : 1)
    }

    private static func table(_ result: CheckResult) -> String {
        "\(result.item.input.scenario.id) \(result.item.table)"
    }
}

extension CheckResult {
    fileprivate var hasFailed: Bool { if case .failed = verdict { true } else { false } }
}
