import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

/// One row, one place: in every run, whatever changes around it.
enum PlacementChecks {
    static let all = [present, onePlace, deterministic, immutable]

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
            let changed =
                bench.collection.cursorMovesOnUpdate == true ? bench.objectsWithNewestChanged() : bench.objects
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            let second = try await bench.successful(
                bench.plan(), of: bench.upstream(changed), into: first.files, at: "sync after a change")
            let before = try await bench.table(first)
            let after = try await bench.table(second)
            var findings = PartitionImage.moved(before, after, at: "second run", second)
            if let after { findings += PartitionImage(after).doubled(at: "sync after a change", second) }
            bench.tally.add(Counters(rows: after?.rows.count ?? 0))
            return findings
        }
    }

    private static let deterministic = Check(
        "partition-assignment-deterministic", group: .partitions, level: .meta,
        proves:
            "The same row goes to the same partition in every run and process, at any page size, and where a second "
            + "computation puts it.",
        method:
            "Known answers of the hash. Then full reads a day apart with other page sizes, and one in a process of its own, whose hashes have another "
            + "seed; each row's partition is compared between them and with a plain second implementation of the "
            + "algorithm.",
        likelyCause:
            "A partition key holds something of the run, such as its time, or is computed by a hash that differs "
            + "between processes.",
        catches: "partition-by-the-run", "partition-by-the-process-hash", "hash-of-folded-text"
    ) { input in
        try await Bench.judging(input) { bench in
            let wrong = PartitionVectors.wrong(in: input.runtime, PartitionVectors.hashes)
            if !wrong.isEmpty { return [PartitionVectors.finding(wrong, of: "hashes")] }
            let one = try await bench.successful(bench.plan(.fullRefresh), of: bench.upstream(), at: "full read")
            let two = try await bench.successful(
                bench.plan(.fullRefresh), of: bench.upstream(pageSize: 5, later: .seconds(86_400)),
                at: "full read, later")
            let (left, right) = (try await bench.table(one), try await bench.table(two))
            bench.tally.add(Counters(rows: left?.rows.count ?? 0))
            var findings = PartitionImage.moved(left, right, at: "second run", two)
            if let left { findings += PartitionImage(left).misplaced(at: "full read", two) }
            return findings.isEmpty ? try await bench.placesElsewhere([("a process of its own", [:])]) : findings
        }
    }

    private static let immutable = Check(
        "partition-key-immutable", group: .partitions, level: .meta,
        proves: "No change of a row's other columns moves it to another partition.",
        method:
            "Each member that the upstream may change (the model says which, and so does the recording, where two "
            + "states differ) is changed in every object. The columns of the layout that the lake got must keep their "
            + "values, and no time of the last change may be one of them.",
        likelyCause:
            "Partitions are computed from a column that an update changes: take the key, or a time that never changes "
            + "such as that of the creation.",
        catches: "partition-by-a-state", "served-partition-value-drifts"
    ) { input in
        try await Bench.judging(input) { bench in try await bench.movedByChanges() }
    }
}
