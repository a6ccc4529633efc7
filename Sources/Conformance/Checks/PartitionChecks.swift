import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

/// Group H: where rows lie.
enum PartitionChecks {
    static let all = [present, onePlace, deterministic]

    private static let present = Check(
        "partition-key-present", group: .partitions, level: .simulated,
        proves: "The columns that partitions are computed from are in every row, with a value.",
        method: "The declared partition keys are looked up in all rows of a full read.",
        likelyCause:
            "The partition key is optional at the upstream: choose a column that every row has from its first day.",
        profile: .quick, catches: "missing-partition-value-falls-into-default"
    ) { input in
        try await Bench.judging(input) { bench in
            let keys = try await bench.response().partitioning.keys ?? []
            if keys.isEmpty {
                throw Bench.Verdicted(verdict: .notApplicable("The source leaves the layout to the runtime."))
            }
            let rows = try await bench.emitted(bench.upstream())
            let empty = rows.filter { row in keys.contains { bench.value($0, of: row).isNull } }
            guard let first = empty.first else { return [] }
            return [
                Finding(
                    at: "full read", expected: "a value in \(keys.joined(separator: ", ")) of every row",
                    actual: "\(empty.count) of \(rows.count) rows have none.",
                    witness: [String(JSONValue.object(first).text.prefix(200))])
            ]
        }
    }

    private static let onePlace = Check(
        "partition-one-row-one-place", group: .partitions, level: .meta,
        proves: "A row stays in one partition, whatever the upstream changes about it.",
        method:
            "Sync; the model changes an object and moves its cursor where the API does; sync. Each key must stand in "
            + "one row, in the partition where it was.",
        likelyCause:
            "Partitions are computed from a column that changes, such as the time of the update; a merge does not "
            + "find the old row then. Take a column that never changes.",
        catches: "served-partition-value-drifts"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let changed = bench.collection.cursorMovesOnUpdate ? bench.objectsWithNewestChanged() : bench.objects
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            let second = try await bench.successful(
                bench.plan(), of: bench.upstream(changed), into: first.files, at: "sync after a change")
            let before = try await bench.table(first)
            let after = try await bench.table(second)
            var findings = PartitionChecks.moved(before, after, second)
            if let doubled = after?.doubledKeys, !doubled.isEmpty {
                findings.append(
                    Finding(
                        at: "sync after a change", expected: "each key in one row",
                        actual: "\(doubled.count) keys stand in several.", witness: doubled.map(TableDiff.text),
                        history: second.log.lines()))
            }
            bench.tally.add(Counters(rows: after?.rows.count ?? 0))
            return findings
        }
    }

    private static let deterministic = Check(
        "partition-assignment-deterministic", group: .partitions, level: .meta,
        proves:
            "The same row goes to the same partition in every run, at any page size, and where a second computation puts it.",
        method:
            "Full reads a day apart with other page sizes; each row's partition is compared between them and with a "
            + "plain second implementation of the algorithm.",
        likelyCause:
            "A partition key holds something of the run, such as its time, or is computed by a hash that differs "
            + "between processes.",
        catches: "partition-by-the-run"
    ) { input in
        try await Bench.judging(input) { bench in
            let one = try await bench.successful(bench.plan(.fullRefresh), of: bench.upstream(), at: "full read")
            let two = try await bench.successful(
                bench.plan(.fullRefresh), of: bench.upstream(pageSize: 5, later: .seconds(86_400)),
                at: "full read, later")
            let (left, right) = (try await bench.table(one), try await bench.table(two))
            bench.tally.add(Counters(rows: left?.rows.count ?? 0))
            var findings = PartitionChecks.moved(left, right, two)
            if let left, let layout = left.partitioning {
                let wrong = left.rows.filter { $0.partition != PartitionOracle.partition(of: $0.values, by: layout) }
                if let row = wrong.first {
                    findings.append(
                        Finding(
                            at: "full read", expected: "the partition that the row's values give",
                            actual: "\(wrong.count) rows lie elsewhere.",
                            witness: ["\(TableDiff.text(row.key)) in \(row.partition ?? "none")"]))
                }
            }
            return findings
        }
    }

    /// Rows that are in another partition than before.
    private static func moved(_ before: TableImage?, _ after: TableImage?, _ run: Lab.Run) -> [Finding] {
        let old = before?.byKey ?? [:]
        let moved = (after?.rows ?? []).filter { row in old[row.key].map { $0.partition != row.partition } ?? false }
        if moved.isEmpty { return [] }
        let lines = moved.map { row in
            "\(TableDiff.text(row.key)): \(old[row.key]?.partition ?? "none"), then \(row.partition ?? "none")"
        }
        return [
            Finding(
                at: "second run", expected: "each row in the partition where it was",
                actual: "\(moved.count) rows are in another one.", witness: lines.sorted(), history: run.log.lines())
        ]
    }
}
