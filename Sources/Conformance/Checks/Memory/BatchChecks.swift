import Cassettes
import Columns
import Pipeline
import Tributary

/// Where rows are cut into batches.
enum BatchChecks {
    static let all = [limitsRespected, cutInvariant, wideRow]

    private static let limitsRespected = Check(
        "batch-limits-respected", group: .memory, level: .simulated,
        proves: "No batch has more rows or bytes than its limits say, and what is left at the end is not lost.",
        method:
            "Full reads of n rows with limits of 1, 3 and 7 rows, n a multiple of the limit and one more; and with rows "
            + "of 10 KiB and a limit of 32 KiB. Every batch is measured, and their sum is the rows that the upstream has. A limit "
            + "of the source's own is more than ten rows: each batch may become a file.",
        likelyCause: "Rows are gathered by a rule of the source's own, and a remainder is dropped at the end.",
        profile: .quick, catches: "batch-limits-ignored", "last-partial-batch-lost", "batch-of-one-row"
    ) { input in
        try await Bench.judging(input) { bench in
            let declared = try await bench.response(.fullRefresh)
            if let rows = declared.chunkRows, rows <= 10 {
                return [
                    Finding(
                        at: "the response to a full refresh",
                        expected: "batches of the runtime's size, or of hundreds of rows",
                        actual:
                            "chunkRows is \(rows): a table of 100,000 rows becomes \(100_000 / max(1, rows)) files.",
                        cause: "A number for tests was left in: leave chunkRows out, unless rows are very wide.")
                ]
            }
            for limit in input.profile == .quick ? [3] : [1, 3, 7] {
                let counts = Set([bench.objects.count, bench.objects.count / limit * limit]).filter { $0 > 0 }
                for count in counts.sorted() {
                    var plan = bench.plan(.fullRefresh)
                    plan.options.batchRows = limit
                    let objects = Array(bench.objects.prefix(count))
                    let most = declared.chunkRows ?? limit
                    let findings = try await bench.batches(plan, objects, most: most, "a limit of \(limit) rows")
                    if !findings.isEmpty { return findings }
                }
            }
            guard bench.sql == nil, input.profile > .quick, declared.chunkBytes == nil else { return [] }
            var plan = bench.plan(.fullRefresh)
            plan.options.batchBytes = 32 << 10
            let wide = bench.objects.map { $0.padded(to: 10 << 10) }
            // A limit of bytes is noticed by the row that passes it.
            return try await bench.batches(plan, wide, most: 4, "rows of 10 KiB and a limit of 32 KiB")
        }
    }

    private static let cutInvariant = Check(
        "batch-cut-invariant", group: .memory, level: .meta,
        proves: "Where batches are cut changes neither the table nor its columns, nor what is remembered of the run.",
        method:
            "The same sync with batches of 1, 2, 7 and 5,000 rows, each committed by itself; table, schema and watermark "
            + "must be the same.",
        likelyCause: "Types, columns or the watermark are taken from the first or the last batch.",
        catches: "columns-of-the-first-batch-alone"
    ) { input in
        try await Bench.judging(input) { bench in
            if bench.keyColumns.isEmpty {
                throw Bench.Verdicted(verdict: .notApplicable("No key tells the rows of this table apart."))
            }
            var reference: (TableImage?, String?)?
            for limit in [5_000, 1, 2, 7] {
                var plan = bench.plan()
                plan.options.batchRows = limit
                if limit < 100 { plan.options.commitBytes = 1 }
                let place = "\(bench.schema.mode.rawValue) sync in batches of \(limit)"
                let run = try await bench.successful(plan, of: bench.upstream(pageSize: 5), at: place)
                let image = try await bench.table(run)
                guard let (whole, watermark) = reference else {
                    reference = (image, run.summary?.watermarkAfter)
                    continue
                }
                let difference = TableDiff(expected: whole, actual: image)
                bench.tally.add(Counters(rows: image?.rows.count ?? 0))
                let findings = bench.finding(
                    difference, at: place, expected: "the table and columns of batches of 5,000 rows", run)
                if !findings.isEmpty { return findings }
                guard watermark != run.summary?.watermarkAfter else { continue }
                return [
                    Finding(
                        at: place, expected: "the watermark \(watermark ?? "none"), as with batches of 5,000 rows",
                        actual: "It is \(run.summary?.watermarkAfter ?? "none").", history: run.log.lines())
                ]
            }
            return []
        }
    }

    private static let wideRow = Check(
        "memory-wide-row", group: .memory, level: .fault,
        proves:
            "One row above the limit of bytes arrives whole in a batch of its own, or ends the sync with a typed error.",
        method:
            "Among ordinary rows one has a text of the limit and a byte, and of four times the limit. The table must "
            + "hold it to its last character.",
        likelyCause: "Long values are cut, or rows that do not fit are passed over.",
        catches: "wide-row-passed-over", "wide-value-cut"
    ) { input in
        try await Bench.judging(input) { bench in
            guard bench.sql == nil else {
                throw Bench.Verdicted(verdict: .notApplicable("The rows come from an engine, whose columns are given."))
            }
            let limit = 16 << 10
            for size in [limit + 1, 4 * limit] {
                var plan = bench.plan(.fullRefresh)
                plan.options.batchBytes = limit
                var objects = bench.objects
                let middle = objects.count / 2
                objects[middle] = objects[middle].padded(to: size)
                let place = "full read with a row of \(size) bytes, at a limit of \(limit)"
                let run = try await bench.run(plan, of: bench.upstream(objects))
                if run.error is SourceError { continue }
                if let error = run.error {
                    return [
                        Finding(at: place, expected: "the row, or a typed error", actual: "It ended with: \(error)")
                    ]
                }
                let findings = bench.finding(
                    try await bench.difference(objects, run), at: place, expected: "the wide row beside the others", run
                )
                if !findings.isEmpty { return findings }
                let length = try await bench.table(run)?.rows.compactMap { $0.values["kit_padding"]?.textLength }.max()
                guard length ?? 0 < size else { continue }
                return [
                    Finding(
                        at: place, expected: "the whole value of \(size) characters",
                        actual: "The longest value has \(length ?? 0).", history: run.log.lines())
                ]
            }
            return []
        }
    }
}

extension Bench {
    /// Findings of the batches of a read.
    fileprivate func batches(
        _ plan: Lab.Plan, _ objects: [World.Object], most: Int, _ what: String
    ) async throws -> [Finding] {
        let place = "full read of \(objects.count) rows with \(what)"
        let run = try await successful(plan, of: upstream(objects), at: place)
        let batches = run.log.batches
        tally.add(Counters(rows: objects.count, items: batches.count))
        if let large = batches.max(), large > most {
            return [
                Finding(
                    at: place, expected: "at most \(most) rows a batch", actual: "A batch has \(large).",
                    witness: ["rows of the batches: \(batches.map(String.init).joined(separator: ", "))"],
                    history: run.log.lines())
            ]
        }
        return finding(try await difference(objects, run), at: place, expected: "all \(objects.count) rows", run)
    }
}

extension EventLog {
    /// Rows of each batch, in order.
    var batches: [Int] { all.compactMap { if case .batch(let rows, _) = $0 { rows } else { nil } } }
}

extension World.Object {
    /// The same object with a text of so many characters.
    func padded(to size: Int, _ letter: Character = "x") -> World.Object {
        var copy = self
        copy.body["kit_padding"] = .string(String(repeating: letter, count: size))
        return copy
    }
}

extension Value {
    fileprivate var textLength: Int? { if case .string(let text) = self { text.utf8.count } else { nil } }
}
