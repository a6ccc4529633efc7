import Cassettes
import Columns
import Pipeline
import Tributary

/// A layout is chosen once, kept, and chosen anew as a whole.
enum LayoutLifeChecks {
    static let all = [fixed]

    private static let fixed = Check(
        "partition-count-fixed-after-first-sync", group: .partitions, level: .meta,
        proves: "The layout of the first sync stays until the table is reset, and a reset takes all of the new one.",
        method:
            "Sync; the table grows twentyfold, old objects change, and the source advises another layout and another "
            + "number of buckets: after two more syncs the layout must be the first one, each row where it was, and no "
            + "key doubled. Then a table of another layout is reset, and one that was read whole goes over to increments: "
            + "each must get the layout that a new table gets, mode, keys and count, and keep its keys apart in the next "
            + "sync.",
        likelyCause:
            "The number of buckets is computed again from the rows of each sync, or a setting of the old layout outlives "
            + "a change of its mode.",
        catches: "bucket-count-follows-the-table", "stale-layout-override-after-mode-change"
    ) { input in
        try await Bench.judging(input) { bench in
            // In the table's own mode: a first batch in the cursor's order may fill another share of the keys' range than
            // one in the order of the keys, and so make another choice.
            let told = Lock(PartitionHints())
            let (_, _, own) = try await bench.laidOut(by: bench.schema.mode, at: "first sync") { response in
                told.withLock { $0 = response.partitioning }
            }
            var findings: [Finding] = []
            if bench.schema.mode == .incremental, bench.collection.cursor != nil {
                findings = try await bench.layoutUnderGrowth(own)
            }
            return findings.isEmpty ? try await bench.layoutAfterReset(own, advised: told.withLock { $0 }) : findings
        }
    }
}

extension Bench {
    /// Findings where growth or other advice changes a layout.
    fileprivate func layoutUnderGrowth(_ own: Partitioning) async throws -> [Finding] {
        var plan = plan()
        plan.requestLimit = 2_000
        // One bucket has nowhere to move to.
        plan.response = { response in
            if case .md5 = own { response.partitioning = .md5(keys: response.partitioning.keys, count: 8) }
        }
        var run = try await successful(plan, of: upstream(), at: "first sync")
        guard let first = try await table(run), let layout = first.partitioning else { return [] }
        plan.response = { $0.partitioning = .md5(count: 13) }
        let grown = objects + (sql == nil ? copies(objects.count * 20) : [])
        var before = first
        for (place, shown) in [
            ("sync after growth, with other advice", grown),
            ("sync after a change, with other advice", grown.changedAtCursor(by: self)),
        ] {
            run = try await successful(plan, of: upstream(shown, pageSize: nil), into: run.files, at: place)
            guard let after = try await table(run) else { return [] }
            tally.add(Counters(rows: after.rows.count, items: 1))
            let findings =
                different(layout, after.partitioning, at: place, run)
                + PartitionImage.moved(before, after, at: place, run)
                + PartitionImage(after).doubled(at: place, run)
            if !findings.isEmpty { return findings }
            before = after
        }
        return []
    }

    /// Findings where a table that is built anew keeps something of the layout before. What builds it anew is a reset
    /// and, in increments, the change from full refreshes: either reads all rows again, and an old layout may be one that
    /// the new mode's merges must not have.
    ///
    /// - Parameter advice: what the source said when `own` was chosen. The figures of a database that it may follow change
    ///   by themselves.
    fileprivate func layoutAfterReset(
        _ own: Partitioning, advised advice: PartitionHints
    ) async throws -> [Finding] {
        var rebuilds = [(place: "reset", before: schema.mode, isReset: true)]
        if schema.mode != .fullRefresh {
            rebuilds.append((place: "change from full refreshes", before: .fullRefresh, isReset: false))
        }
        for (place, before, isReset) in rebuilds {
            let findings = try await layoutBuiltAnew(own, advice, before: before, isReset: isReset, at: place)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    private func layoutBuiltAnew(
        _ own: Partitioning, _ advice: PartitionHints, before: SyncType, isReset: Bool, at place: String
    ) async throws -> [Finding] {
        var plan = plan(before)
        plan.requestLimit = 2_000
        let foreign = otherLayout(than: own)
        plan.response = { $0.partitioning = foreign }
        let old = try await successful(plan, of: upstream(), at: "\(before.rawValue) with another layout")
        plan = self.plan()
        plan.requestLimit = 2_000
        plan.response = { $0.partitioning = advice }
        plan.reset = isReset
        var run = try await successful(plan, of: upstream(), into: old.files, at: place)
        for place in [place, "sync after the \(place)"] {
            if place.hasPrefix("sync") {
                run = try await successful(self.plan(), of: upstream(), into: run.files, at: place)
            }
            guard let image = try await table(run) else { return [] }
            tally.add(Counters(rows: image.rows.count, items: 1))
            let findings =
                different(own, image.partitioning, at: place, run)
                + PartitionImage(image).misplaced(at: place, run) + PartitionImage(image).doubled(at: place, run)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    private func different(
        _ expected: Partitioning, _ actual: Partitioning?, at place: String, _ run: Lab.Run
    ) -> [Finding] {
        if expected == actual { return [] }
        return [
            Finding(
                at: place, expected: "the layout \(expected.text)",
                actual: "The layout is \(actual?.text ?? "none").", history: run.log.lines(last: 10))
        ]
    }

    /// Advice of another mode, over other columns.
    private func otherLayout(than own: Partitioning) -> PartitionHints {
        switch own {
        case .datetime, .numerical: .md5(count: 8)
        case .md5: .datetime(collection.cursor.map(collection.column(of:)) ?? Self.column(key.first ?? ""), by: .day)
        }
    }

    /// Copies of the sample's objects under keys of their own, all else as it is.
    func copies(_ count: Int, from first: Int = 0) -> [World.Object] {
        (first..<(first + count)).map { copy(objects[$0 % objects.count], number: $0) }
    }
}

extension [World.Object] {
    /// The same, with the cursors of the oldest moved to the front, where a change moves them.
    fileprivate func changedAtCursor(by bench: Bench) -> [World.Object] {
        guard bench.collection.cursorMovesOnUpdate == true else { return self }
        return enumerated().map { index, object in
            index % 3 == 0 ? bench.moved(object, to: bench.newest + Int64(index + 1) * bench.spelling.unit) : object
        }
    }
}
