import Cassettes
import Columns
import Pipeline
import Tributary

/// Order and bounds of reads that only a recording answers.
enum RecordedWatermarkChecks {
    static let all = [order, bounds]

    private static let order = Check(
        "watermark-order-of-recording", group: .watermark, level: .replay,
        proves: "Recorded rows come in the order that the source declares.",
        method:
            "The first recorded state is read in the table's own mode; the cursor values of neighbouring rows are compared "
            + "over all items with the declared order. What a model makes of the order is for watermark-sort-mode-truthful: its "
            + "declaration may be wrong.",
        likelyCause:
            "The files or parts are read in another order than their rows have, or the rows within one are not sorted: "
            + "read them in order, ask the API for the order, or declare that rows are unsorted.",
        catches: "parts-read-last-first", "order-that-only-the-declaration-has"
    ) { input in
        try await RecordedBench.judging(input, modelledToo: true) { bench in
            guard bench.schema.mode != .fullRefresh, let field = bench.schema.field?.name else {
                throw Bench.Verdicted(verdict: .notApplicable("The table is read by full refreshes alone."))
            }
            return try await bench.inversion(of: field)
        }
    }.needing(.http)

    private static let bounds = Check(
        "watermark-bounds-of-recording", group: .watermark, level: .replay,
        proves: "Who sets a lookback gets rows from further back, and who sets a start of history none from before it.",
        method:
            "Over a table that no model tells of: an increment over the first recorded state without a lookback and with one of "
            + "400 days, and a first sync with a start of history; the requests must differ from those without, up to the first "
            + "that was not recorded. A source whose increments ask for the same as its first sync is not judged.",
        likelyCause:
            "The bound is made of `storedLast`, or of a value that the source keeps itself: it is "
            + "`inputs.watermark.last ?? inputs.historyStart`, of which the first has the lookback taken off.",
        catches: "lookback-not-asked-for", "recorded-history-start-ignored"
    ) { input in
        try await RecordedBench.judging(input) { bench in
            guard bench.schema.mode != .fullRefresh, let field = bench.schema.field else {
                throw Bench.Verdicted(verdict: .notApplicable("The table is read by full refreshes alone."))
            }
            guard [.date, .datetime, .timestamp].contains(field.type) else {
                throw Bench.Verdicted(verdict: .notApplicable("The cursor is a counter, not a time."))
            }
            return try await bench.sameBound()
        }
    }.needing(.http)
}

extension RecordedBench {
    /// The first neighbours that are not in the declared order.
    fileprivate func inversion(of field: String) async throws -> [Finding] {
        guard let state = input.scenario.goodState else { return [] }
        let upstream = try input.replay(state)
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 500)
        let response = try await lab.source.read(
            SourceInputs(schema: schema.name, syncType: schema.mode, cursorField: schema.field), in: context)
        guard response.isSorted else {
            throw Bench.Verdicted(verdict: .notApplicable("The source declares no order."))
        }
        let values = Lock<[(text: String, value: Int64)]>([])
        do {
            try await response.items.run(
                into: Emitter { item, _ in
                    for row in try item.map(Bench.rows) ?? [] {
                        guard
                            let value = row.members.first(where: { Bench.column($0.name) == Bench.column(field) })?
                                .value,
                            let position = value.int64 ?? value.string.flatMap(TimestampParser.microseconds)
                        else { continue }
                        values.withLock { $0.append((value.text, position)) }
                    }
                })
        } catch let error as SourceError where error.kind == .unmatchedRequest {
            // Other checks ask for a complete recording.
            if values.withLock({ $0.isEmpty }) {
                throw Bench.Verdicted(verdict: .notApplicable("The recording \(state) holds no read of this table."))
            }
        }
        let all = values.withLock { $0 }
        tally.add(Counters(rows: all.count, requests: log.requests.count, runs: 1))
        let isDescending = response.sortMode == .descending
        guard
            let (left, right) = zip(all, all.dropFirst()).first(where: {
                isDescending ? $0.value < $1.value : $0.value > $1.value
            })
        else { return [] }
        return [
            Finding(
                at: "read of \(state)",
                expected: "\(isDescending ? "descending" : "ascending") values of \(field), as declared",
                actual: "\(left.text) is followed by \(right.text).", witness: all.prefix(10).map(\.text),
                history: log.lines(),
                cause:
                    "A read that is interrupted stores the value of the last row that came, and what lies on its other side is "
                    + "never asked for.")
        ]
    }

    /// A finding where a read asks for the same with a lookback or a start of history and without.
    fileprivate func sameBound() async throws -> [Finding] {
        guard let state = input.scenario.goodState else { return [] }
        var plan = plan(schema.mode)
        let first = try await run(plan, at: state)
        guard first.error == nil else {
            throw Bench.Verdicted(
                verdict: .notExercised("The recording \(state) holds no complete read of this table."))
        }
        plan.lookback = .zero
        let plain = try await run(plan, at: state, into: first.files)
        plan.lookback = .seconds(400 * 86_400)
        let wide = try await run(plan, at: state, into: first.files)
        func asked(_ run: Lab.Run) -> [String] { run.log.requests.map { "\($0)\($0.bodyText)" } }
        let (before, without, with) = (asked(first), asked(plain), asked(wide))
        if without == before {
            throw Bench.Verdicted(
                verdict: .notApplicable("An increment asks for what the first sync asks for: no bound is sent."))
        }
        if without == with {
            return [
                Finding(
                    at: "increment over \(state), with a lookback of 400 days",
                    expected: "requests that ask from further back than without one",
                    actual: "They are the same.", witness: with.prefix(4).map { $0 }, history: wide.log.lines())
            ]
        }
        plan.lookback = nil
        plan.options.historyStart = .timestamp(try input.replay(state).now - 86_400_000_000)
        let late = try await run(plan, at: state)
        if asked(late) != before { return [] }
        return [
            Finding(
                at: "first sync over \(state), with a start of history",
                expected: "requests that ask from there on, as those of an increment ask from the watermark on",
                actual: "They are those of a sync without one.", witness: before.prefix(4).map { $0 },
                history: late.log.lines())
        ]
    }
}
