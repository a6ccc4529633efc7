import Cassettes
import Columns
import Pipeline
import Tributary

/// What increments and refreshes ask for.
enum BoundChecks {
    static let all = [everyPage, honoured, fullRefreshUnbounded, chosenField]

    private static let everyPage = Check(
        "watermark-filter-on-every-page", group: .watermark, level: .simulated,
        proves:
            "An increment costs what is new, whatever the history: each page carries the bound, or reading stops at "
            + "the first page that is wholly beyond it.",
        method:
            "Five new rows, on three pages, after a history of 10 pages, and after one of 300 (hostile: 1,000); the requests of the two "
            + "increments are counted. Of a database, the rows that the engine hands over after 20 rows of history, and after 120.",
        likelyCause:
            "The bound is sent with the first page only, or not at all: the reader walks through the whole history. "
            + "Put it into every request, or stop at the first page that is older than the stored value.",
        catches: "bound-on-the-first-page-only", "epoch-number-on-datetime-field",
        "condition-in-another-place"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            if bench.sql != nil { return try await bench.rowsOfIncrements() }
            let few = try await bench.increment(afterPages: 10)
            let many = try await bench.increment(afterPages: input.profile == .hostile ? 1_000 : 300)
            let (expected, actual) = (few.log.requests.count, many.log.requests.count)
            if few.error == nil, many.error == nil, actual <= expected + 1 { return [] }
            let unbounded = many.log.requests.filter(bench.isList).first { !bench.isBounded($0) }
            return [
                Finding(
                    at: "increment of five rows",
                    expected:
                        "\(few.error == nil ? "\(expected) requests" : "the same few requests") whatever the history",
                    actual: "After a long history it takes \(actual) requests"
                        + (many.error.map { ", and ends with: \($0)" } ?? "."),
                    witness: unbounded.map { ["first page without a bound: request \($0.index), \($0)"] } ?? [],
                    history: many.log.lines(last: 12),
                    cause: bench.bounds.isEmpty
                        ? "The API takes no bound: stop at the first page that is older than the stored value."
                        : bench.misspelling(in: many) ?? (unbounded == nil ? bench.tooFarBack(many) : nil))
            ]
        }
    }

    private static let honoured = Check(
        "watermark-bound-is-honoured-by-server", group: .watermark, level: .replay,
        proves: "The recorded server really keeps back what lies beyond a bound.",
        method:
            "In each recorded answer to a request with a bound all rows must lie within it, equal values included.",
        likelyCause:
            "The parameter is misspelt or of another list, so that the API ignores it; or the recording was edited by "
            + "hand.",
        catches: "recorded-server-ignores-the-bound"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            if bench.bounds.isEmpty { throw Bench.Verdicted(verdict: .notApplicable("The API takes no bounds.")) }
            for state in input.scenario.manifest.states {
                let findings = try bench.outsideBounds(state.name)
                if !findings.isEmpty { return findings }
            }
            if bench.tally.sum.requests == 0 {
                throw Bench.Verdicted(verdict: .notExercised("No request with a bound was recorded for this table."))
            }
            return []
        }
    }

    private static let fullRefreshUnbounded = Check(
        "watermark-full-refresh-sends-no-bound", group: .watermark, level: .simulated,
        proves: "A full refresh asks for everything, also when an incremental state is stored.",
        method:
            "Incremental sync, then a full refresh of the same table; no request of the refresh may carry a parameter "
            + "that the API takes as a bound, and the table must hold all objects.",
        likelyCause: "The bound is a fixed parameter of the request, or is taken from the stored state in every mode.",
        catches: "full-refresh-keeps-a-bound"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "incremental sync")
            let second = try await bench.successful(
                bench.plan(.fullRefresh), of: bench.upstream(), into: first.files, at: "full refresh")
            let cutsWindows = try await bench.readsWindows()
            let bounded = cutsWindows ? [] : second.log.requests.filter { bench.isList($0) && bench.isBounded($0) }
            if let request = bounded.first {
                return [
                    Finding(
                        at: "request \(request.index) of the full refresh", expected: "no bound",
                        actual: "It asks for a part: \(request)", history: second.log.lines())
                ]
            }
            return bench.finding(
                try await bench.difference(bench.objects, second), at: "full refresh after an incremental sync",
                expected: "all \(bench.objects.count) rows", second)
        }
    }

    private static let chosenField = Check(
        "watermark-chosen-field-honoured", group: .watermark, level: .simulated,
        proves: "The cursor field that the user chose is the one that is stored and asked by.",
        method:
            "An incremental sync for each cursor field that the source offers: the stored value must be the greatest of "
            + "that field among the rows, and the next sync must ask by it where the API has a bound for it. Where increments "
            + "by another field ask for what is new, none may ask for everything again.",
        likelyCause: "The field is fixed in the code: take it from `inputs.cursorField`.",
        catches: "chosen-field-ignored", "second-field-bounds-nothing"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            for field in try await bench.offered()?.incrementalFields ?? [] {
                let findings = try await bench.chosen(field)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

extension Bench {
    /// Why an increment whose pages all carry a bound brings what is long there.
    fileprivate func tooFarBack(_ run: Lab.Run) -> String {
        "Each page carries a bound (\(boundTexts(run))), and it lies further back than the stored value and the lookback: it is "
            + "spelt coarser than the API takes it, such as by the day, or of another field."
    }
}

extension Bench {
    /// The rows that increments over a database get from it, whatever its history.
    fileprivate func rowsOfIncrements() async throws -> [Finding] {
        let (few, many) = (try await increment(afterPages: 10), try await increment(afterPages: 60))
        let (expected, actual) = (few.log.databases.rows, many.log.databases.rows)
        if few.error == nil, many.error == nil, actual <= expected + 2 { return [] }
        return [
            Finding(
                at: "increment of five rows",
                expected: "\(expected.counted("row")) of the engine, whatever the history",
                actual: "After a long history it gets \(actual)" + (many.error.map { ", and ends with: \($0)" } ?? "."),
                witness: many.log.databases.statements.suffix(2).map(\.statement.text),
                history: many.log.lines(last: 12),
                cause:
                    "The statement of an increment has no bound, or one that lies before all rows (\(boundTexts(many))): ask for "
                    + "rows from the watermark on.")
        ]
    }

    /// A first sync of the newest rows, then one new row on top of a history of so many pages of two.
    func increment(afterPages pages: Int) async throws -> Lab.Run {
        let step = max(spelling.unit, boundUnit, 60_000_000)
        let top = newest
        let recent = Array(objects.suffix(2))
        // Older than all that was seen: no increment has to look at it.
        let history = made(pages * 2, from: 100) { top - Int64(pages * 2 - $0 + objects.count) * step }
        let first = try await successful(plan(), of: upstream(recent, pageSize: 2), at: "first sync")
        let new = made(5) { top + Int64($0 + 1) * step }
        var plan = plan()
        plan.requestLimit = 30
        return try await run(
            plan, of: upstream(history + recent + new, pageSize: 2, later: .microseconds(6 * step + 3_600_000_000)),
            into: first.files)
    }

    /// Rows of recorded answers that lie beyond the bound of their request.
    func outsideBounds(_ state: String) throws -> [Finding] {
        for exchange in try input.scenario.exchanges(state: state) where exchange.status == 200 {
            guard let call = try? ModelCall(exchange), endpoint.names(for: call) != nil,
                let page = try? JSONValue(parsing: exchange.body)
            else { continue }
            let filters = endpoint.filters.filter { $0.comparison != .equal && $0.bound(in: call) != nil }
            guard !filters.isEmpty, let place = collection.sources.first(where: { $0.names(for: call) != nil })
            else { continue }
            let rows = ((place.rows.isEmpty ? page : page.path(place.rows) ?? .null).array ?? []).compactMap(\.object)
            tally.add(Counters(rows: rows.count, requests: 1))
            for filter in filters {
                let outside = rows.filter { row in
                    !ModelOrder.satisfies(row, filter, bound: filter.bound(in: call) ?? "")
                        && !ModelOrder.value(filter.field, of: row).isNull
                }
                guard let first = outside.first else { continue }
                return [
                    Finding(
                        at: "\(state), exchange \(exchange.id): \(exchange.url)",
                        expected: "rows with \(filter.field) \(filter.comparison.rawValue) "
                            + "\(filter.bound(in: call) ?? "")",
                        actual: "\(outside.count) of \(rows.count) rows lie beyond, such as "
                            + "\(ModelPage.key(of: first, by: collection.key)) at "
                            + "\(ModelOrder.value(filter.field, of: first).text).")
                ]
            }
        }
        return []
    }

    /// Whether the source reads the table by windows of its own, in every mode.
    func readsWindows() async throws -> Bool {
        let run = try await successful(plan(.fullRefresh), of: upstream(), at: "full refresh")
        return Set(run.log.requests.filter(isList).filter(isBounded).map(boundText)).count > 1
    }

    func chosen(_ field: IncrementalField) async throws -> [Finding] {
        var plan = plan()
        plan.cursorField = field.name
        let first = try await successful(plan, of: upstream(), at: "sync by \(field.name)")
        let path = collection.path(ofColumn: field.name)
        let values = objects.map { ModelOrder.value(path, of: $0.body) }.filter { !$0.isNull }
        guard !values.isEmpty else { return [] }
        let greatest = values.max { ModelOrder.isLess($0, $1) } ?? .null
        tally.add(Counters(rows: values.count, items: 1))
        let stored = first.summary?.watermarkAfter
        let isSame = path == collection.cursor ? isSame(stored, greatest) : Self.isAlike(stored, greatest)
        if !isSame {
            return [
                Finding(
                    at: "sync by \(field.name)", expected: "last value \(greatest.text), the greatest \(field.name)",
                    actual: "\(stored ?? "None") is stored.", history: first.log.lines())
            ]
        }
        try demandKnownOrder(of: first, by: field)
        let inversions = try await inversions(by: field)
        if !inversions.isEmpty { return inversions }
        let filters = boundFilters
        let own = Set(filters.filter { $0.field == path }.map(\.parameter))
        // A bound of a field that is never less than the chosen one, such as of the last change for the first, loses nothing.
        let others = Set(filters.filter { !isNeverLess($0.field, than: path) }.map(\.parameter)).subtracting(own)
        let second = try await successful(plan, of: upstream(), into: first.files, at: "increment by \(field.name)")
        for request in second.log.requests where isList(request) {
            guard let call = try? ModelCall(request.request) else { continue }
            if let name = others.first(where: { call.parameter($0) != nil }) {
                return [
                    Finding(
                        at: "increment by \(field.name), request \(request.index)",
                        expected:
                            "a bound of \(field.name)\(own.isEmpty ? ", or none" : ": \(own.sorted().joined(separator: ", "))")",
                        actual: "It asks by another field: \(name)=\(call.parameter(name) ?? "").",
                        history: second.log.lines())
                ]
            }
        }
        let findings = finding(
            try await difference(objects, second), at: "two syncs by \(field.name)", expected: "all rows", second)
        return findings.isEmpty ? try await asksForAll(field, first, second) : findings
    }

    /// A field beside the recorded one whose increments ask as its first read does, though nothing is new.
    private func asksForAll(_ field: IncrementalField, _ first: Lab.Run, _ second: Lab.Run) async throws -> [Finding] {
        func asked(_ run: Lab.Run) -> [String] { run.log.requests.filter(isList).map(\.description) }
        guard field.name != schema.field?.name, asked(second).count > 1, asked(second) == asked(first) else {
            return []
        }
        // Where the API has no bound at all, an increment by the recorded field asks for everything too.
        let usual = try await successful(plan(), of: upstream(), at: "first sync")
        let next = try await successful(plan(), of: upstream(), into: usual.files, at: "increment")
        guard asked(next) != asked(usual) else { return [] }
        return [
            Finding(
                at: "increment by \(field.name), with nothing new",
                expected:
                    "a bound of \(field.name), as increments by \(schema.field?.name ?? "the other field") have one",
                actual: "It asks for all rows again, as the first read does.", history: second.log.lines(),
                cause: "The read takes no notice that \(field.name) was chosen: ask by it, or do not offer it.")
        ]
    }

    /// Ends the check where a field that no scenario was read by is asked for in an order that the model does not know.
    private func demandKnownOrder(of run: Lab.Run, by field: IncrementalField) throws {
        guard field.name != schema.field?.name else { return }
        let calls = run.log.requests.filter(isList).compactMap { try? ModelCall($0.request) }
        for parameter in endpoint.orderParameters {
            for call in calls {
                let values = parameter.names.map { call.parameter($0) ?? "" }
                let text = values.joined(separator: "+")
                guard values.contains(where: { !$0.isEmpty }), parameter.orders[text] == nil else { continue }
                throw Verdicted(
                    verdict: .notExercised(
                        "A read by \(field.name) asks for the order \(parameter.parameter)=\(text), which was never recorded. Say in "
                            + "model.json what it is: \"orderParameters\": {\"\(parameter.parameter)\": {\"\(text)\": "
                            + "[\"\(field.name)\"]}}, and under \"filters\" which parameter bounds \(field.name)."))
            }
        }
    }

    /// Rows that do not come in the order of the chosen field, though the response says that they do.
    private func inversions(by field: IncrementalField) async throws -> [Finding] {
        let upstream = try upstream()
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 200)
        let inputs = SourceInputs(schema: schema.name, syncType: .incremental, cursorField: field)
        let response = try await lab.source.read(inputs, in: context)
        guard response.isSorted else { return [] }
        let rows = Lock<[JSONObject]>([])
        try await response.items.run(
            into: Emitter { item, _ in
                let new = try item.map(Self.rows) ?? []
                rows.withLock { $0 += new }
            })
        let values = rows.withLock { $0 }.map { value(field.name, of: $0) }.filter { !$0.isNull }
        let isDescending = response.sortMode == .descending
        guard
            let pair = zip(values, values.dropFirst()).first(where: { left, right in
                isDescending ? ModelOrder.isLess(left, right) : ModelOrder.isLess(right, left)
            })
        else { return [] }
        let open = log.databases.statements.map(\.statement).first { statement in
            statement.leavesOrderOpen && sql.map { statement.reads($0.table.name) } ?? false
        }
        return [
            Finding(
                at: "a read by \(field.name)",
                expected: "rows \(response.sortMode.rawValue) by \(field.name), as declared",
                actual: "\(pair.1.text) comes after \(pair.0.text): "
                    + (open == nil ? "the order is another field's." : "the statement has no ORDER BY."),
                witness: [open.map { LoggedStatement.text($0) }].compactMap { $0 },
                cause: open.map { _ in
                    "Nothing orders the rows, so that the engine gives them as it likes: order by the cursor and the key, or "
                        + "declare `isSorted: false`."
                })
        ]
    }

    /// Whether no object has a smaller value of one field than of another.
    private func isNeverLess(_ field: String, than other: String) -> Bool {
        objects.allSatisfy { object in
            let (left, right) = (ModelOrder.value(field, of: object.body), ModelOrder.value(other, of: object.body))
            return !left.isNull && !right.isNull && !ModelOrder.isLess(left, right)
        }
    }

    /// A stored text and a value of the upstream, compared as moments, numbers or texts.
    private static func isAlike(_ stored: String?, _ value: JSONValue) -> Bool {
        guard let stored else { return false }
        if stored == (value.string ?? value.text) { return true }
        // The lake's column may have more digits behind the point.
        if case .number(let number) = value, DecimalText.isSame(number.text, stored) { return true }
        guard let left = TimestampParser.microseconds(stored), let text = value.string else { return false }
        return TimestampParser.microseconds(text) == left
    }
}
