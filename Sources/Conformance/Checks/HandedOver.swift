import Cassettes
import Columns
import Tributary

/// What a source hands over in one full read, before anything of the runtime has seen it: of the recording where that
/// answers, else of the model.
struct HandedOver: Sendable {
    /// A row and where it came.
    struct Row: Sendable {
        /// Counted from 1.
        var item: Int
        /// Counted from 1, over the whole read.
        var number: Int
        var values: JSONObject

        /// A value by a declared name, in whatever spelling.
        func value(_ name: String) -> JSONValue {
            if let value = values[name] { return value }
            let wanted = Bench.column(name)
            return values.members.first { Bench.column($0.name) == wanted }?.value ?? .null
        }

        var text: String { String(JSONValue.object(values).text.prefix(160)) }
    }

    let response: SourceResponse
    /// For messages.
    let place: String
    /// The rows, again each time.
    let each: @Sendable (_ body: (Row) throws -> Void) async throws -> Void

    /// Judges what a source hands over; no row makes «not exercised».
    static func judging(
        _ input: CheckCase, _ body: @Sendable (HandedOver, Bench.Tally) async throws -> [Finding]
    ) async throws -> Verdict {
        let tally = Bench.Tally()
        if let recorded = try input.recordedFirst() {
            do {
                let read = try await HandedOver(input, recorded, "replay of \(recorded.state.name)", tally)
                let findings = try await body(read, tally)
                if !findings.isEmpty || tally.sum.rows > 0 { return .judged(findings, looked: tally.sum) }
            } catch is SourceError {
                // The recording shows a refusal, or less than a full read: the model may know more.
            } catch let end as Bench.Verdicted {
                return end.verdict
            }
        }
        return try await Bench.judging(input) { bench in
            let findings = try await body(
                try await HandedOver(input, bench.upstream(), "the model", bench.tally), bench.tally)
            return findings
        }
    }

    private init(_ input: CheckCase, _ upstream: any Upstream, _ place: String, _ tally: Bench.Tally) async throws {
        guard let schema = input.schema else {
            throw Bench.Verdicted(verdict: .notExercised("There is no table to look at."))
        }
        let lab = try input.lab()
        let type: SyncType = place == "the model" ? .fullRefresh : schema.mode
        let inputs = SourceInputs(
            schema: schema.name, syncType: type, cursorField: type == .fullRefresh ? nil : schema.field)
        let read: @Sendable () async throws -> SourceResponse = {
            let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog(), limit: 500)
            return try await lab.source.read(inputs, in: context)
        }
        response = try await read()
        self.place = place
        each = { body in
            let response = try await read()
            // Items come one after the other, in one task.
            try await withoutActuallyEscaping(body) { body in
                let visitor = Visitor(body)
                try await response.items.run(into: Emitter { item, _ in try visitor.take(item) })
                tally.add(Counters(rows: visitor.rows, runs: 1))
            }
        }
    }

    /// Numbers the rows of one read.
    private final class Visitor: Sendable {
        private struct State {
            var items = 0
            var rows = 0
        }

        private let state = Lock(State())
        // One item is taken at a time: the emitter returns before the next comes.
        nonisolated(unsafe) private let body: (Row) throws -> Void

        init(_ body: @escaping (Row) throws -> Void) { self.body = body }

        var rows: Int { state.withLock { $0.rows } }

        func take(_ item: Item?) throws {
            guard let item else { return }
            let new = try Bench.rows(of: item)
            let (items, before) = state.withLock { state in
                state.items += 1
                defer { state.rows += new.count }
                return (state.items, state.rows)
            }
            for (index, values) in new.enumerated() {
                try body(Row(item: items, number: before + index + 1, values: values))
            }
        }
    }
}
