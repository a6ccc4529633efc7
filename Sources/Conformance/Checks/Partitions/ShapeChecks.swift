import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

/// How many partitions there are, how large they are, and how many an increment touches.
enum ShapeChecks {
    static let all = [size, fanOut]

    private static let size = Check(
        "partition-size-within-advice", group: .partitions, level: .perf,
        proves: "A table that grows gets neither a partition for every few rows nor one for all of them.",
        method:
            "The recorded objects are copied, their times and all, to some 150 and then 600 rows. The number of "
            + "partitions must not grow with the rows, none may hold more than its size or a multiple of its fair share, "
            + "and not all rows may lie where unreadable keys go. Then the source's layout is asked for a table of forty "
            + "million rows: where the runtime chooses the number of buckets, it must suffice for them.",
        likelyCause:
            "The size of a partition was taken for that of a row, the key is one of a kind, or the layout is left out for "
            + "a kind of key.",
        catches: "one-bucket-per-row", "uuid-key-has-no-layout", "one-bucket-for-all"
    ) { input in
        try await Bench.judging(input) { bench in
            let findings = try await bench.advisedBuckets()
            if !findings.isEmpty { return findings }
            // Engines take their time for hundreds of rows.
            if bench.sql != nil, try input.placeAmongAlike > 0 { return [] }
            return try await bench.shapeAtTwoSizes()
        }
    }

    private static let fanOut = Check(
        "partition-merge-fan-out-bounded", group: .partitions, level: .perf,
        proves: "An increment touches the partitions of its rows alone, and far fewer partitions than it has rows.",
        method:
            "A table of some 600 rows is synced; then 200 of them change, or are added where the cursor does not move, "
            + "and it is synced again. The partitions that files were added to are held against those of the rows that "
            + "came.",
        likelyCause:
            "There are so many partitions that each changed row opens one of its own: take fewer buckets, or a longer "
            + "period.",
        catches: "thousands-of-buckets"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            try bench.demandHTTP()
            return try await bench.fanOut()
        }
    }
}

extension Bench {
    /// Findings where a large table would get too few buckets.
    fileprivate func advisedBuckets() async throws -> [Finding] {
        let expected = 40_000_000
        let own = try await response(.fullRefresh).partitioning
        let place = "full read with the advice of \(expected) rows"
        let (run, image, layout) = try await laidOut(at: place) { $0.rowsToSync = expected }
        guard case .md5(_, let count) = layout, own.count == nil, !image.rows.isEmpty else { return [] }
        // The least that a row takes in memory, so that no measure of it can be too large.
        let bytes = image.schema.fields.count { $0.type != .bool } * 4
        let needed = bytes * expected / PartitionChooser.targetBytes
        if count >= max(1, needed) { return [] }
        return [
            Finding(
                at: place,
                expected: "at least \(needed) buckets: one shall hold \(PartitionChooser.targetBytes >> 20) MiB",
                actual: "There are \(count).", history: run.log.lines(last: 6))
        ]
    }

    /// Findings where partitions become too many or too large as a table grows.
    fileprivate func shapeAtTwoSizes() async throws -> [Finding] {
        let (_, small, _) = try await laidOut(copies(150), pageSize: nil, at: "full read of 150 rows")
        let place = "full read of 600 rows"
        let (run, large, layout) = try await laidOut(copies(600), pageSize: nil, at: place)
        let sizes = PartitionImage(large).sizes
        let rows = large.rows.count
        let history = run.log.lines(last: 6)
        let before = PartitionImage(small).sizes.count
        if sizes.count >= 3 * before, sizes.count * 32 > rows {
            return [
                Finding(
                    at: place, expected: "about as many partitions as 150 rows had, which are \(before)",
                    actual: "\(rows) rows lie in \(sizes.count.counted("partition")), under \(layout.text).",
                    history: history)
            ]
        }
        if let fallback = layout.fallback, sizes == [fallback: rows], objects.count > 4 {
            return [
                Finding(
                    at: place, expected: "a key of the layout that can be read",
                    actual: "All rows lie in “\(fallback)”, where unreadable keys go, under \(layout.text).",
                    history: history)
            ]
        }
        return tooLarge(large, layout, at: place, history)
    }

    private func tooLarge(
        _ image: TableImage, _ layout: Partitioning, at place: String, _ history: [String]
    ) -> [Finding] {
        let (rows, sizes) = (image.rows.count, PartitionImage(image).sizes)
        let allowed: Int
        switch layout {
        case .md5(let keys, let count):
            // Four times the fair share, and room for chance where that is a few rows, and for rows of one value.
            let values = Dictionary(grouping: image.rows) { TableImage.key(of: $0.values, by: keys) }
            allowed = rows * 4 / count + 16 + (values.values.map(\.count).max() ?? 0)
        case .numerical(_, let size): allowed = Int(clamping: size)
        // Objects are of the time that they are of.
        case .datetime: allowed = rows
        }
        guard let largest = sizes.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), largest.value > allowed else {
            return []
        }
        return [
            Finding(
                at: place, expected: "at most \(allowed) rows in a partition, under \(layout.text)",
                actual: "\(largest.value) of \(rows) rows lie in \(largest.key).", history: history)
        ]
    }

    /// Findings where an increment touches other partitions than those of its rows, or as many as it has rows.
    fileprivate func fanOut() async throws -> [Finding] {
        let old = copies(600)
        var plan = plan()
        plan.requestLimit = 2_000
        let first = try await successful(plan, of: upstream(old, pageSize: nil), at: "first sync of 600 rows")
        let delivered = Lock<[JSONObject]>([])
        plan.onEmit = { item, _ in
            let rows = try item.map(Bench.rows) ?? []
            delivered.withLock { $0 += rows }
        }
        let place = "sync of 200 changed rows"
        let second = try await successful(
            plan, of: upstream(recent(200, in: old), pageSize: nil), into: first.files, at: place)
        guard let image = try await table(second), let layout = image.partitioning else {
            throw Verdicted(verdict: .notApplicable("The table has no partitions."))
        }
        let keys = Set(
            delivered.withLock { $0 }.map { tableKey(World.Object(body: $0)) })
        let came = image.rows.filter { keys.contains($0.key) }
        let own = Set(came.map { PartitionOracle.partition(of: $0.values, by: layout) })
        let touched = Set(second.files.keys.filter { first.files[$0] == nil }.compactMap(Self.partitionFolder(of:)))
        tally.add(Counters(rows: came.count, items: touched.count))
        let foreign = touched.subtracting(own.map { input.runtime.partitionFolder($0) })
        if foreign.isEmpty, touched.count <= max(16, came.count / 2) { return [] }
        return [
            Finding(
                at: place, expected: "at most \(max(16, came.count / 2)) partitions touched for \(came.count) rows",
                actual: "\(touched.count) were touched, \(foreign.count) of them without a row that came, under "
                    + "\(layout.text).", witness: foreign.sorted(), history: second.log.lines(last: 10))
        ]
    }

    /// The objects after some of them changed, or were added where a change moves no cursor.
    private func recent(_ count: Int, in old: [World.Object]) -> [World.Object] {
        guard collection.cursorMovesOnUpdate == true else {
            return old + made(count, from: old.count) { newest + Int64($0 + 1) * spelling.unit }
        }
        return old.enumerated().map { index, object in
            index % 3 == 0 ? moved(object, to: newest + Int64(index + 1) * spelling.unit) : object
        }
    }

    /// The value in the name of a data file's folder.
    private static func partitionFolder(of path: String) -> String? {
        let mark = "\(LakePath.partitionColumn)="
        return path.split(separator: "/").first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    }
}
