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
            + "increments are counted, and a page behind a bounded one must carry the bound as well, unless the recording shows "
            + "that the API's positions hold it. Of a database, the rows that the engine hands over after 20 rows of history, and after 120.",
        likelyCause:
            "The bound is sent with the first page only, or not at all: the reader walks through the whole history. "
            + "Put it into every request, or stop at the first page that is older than the stored value.",
        catches: "bound-on-the-first-page-only", "bound-left-to-the-position", "epoch-number-on-datetime-field",
        "condition-in-another-place"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            if bench.sql != nil { return try await bench.rowsOfIncrements() }
            let few = try await bench.increment(afterPages: 10)
            let many = try await bench.increment(afterPages: input.profile == .hostile ? 1_000 : 300)
            let (expected, actual) = (few.log.requests.count, many.log.requests.count)
            if few.error == nil, many.error == nil, actual <= expected + 1 { return try bench.boundLeftToPosition(few) }
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
            + "that the API takes as a bound, and the table must hold all objects that one without a stored state brings.",
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
            let difference = try await bench.difference(bench.objects, second)
            if difference.isEmpty { return [] }
            // What is wrong with the rows of any full refresh has nothing to do with bounds.
            let fresh = try await bench.successful(bench.plan(.fullRefresh), of: bench.upstream(), at: "full refresh")
            guard try await bench.difference(bench.objects, fresh).isEmpty else { return [] }
            return bench.finding(
                difference, at: "full refresh after an incremental sync", expected: "all \(bench.objects.count) rows",
                second)
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

    /// A page that is asked for without the bound of the one before: by most APIs' positions it is a page of another list.
    fileprivate func boundLeftToPosition(_ run: Lab.Run) throws -> [Finding] {
        let requests = run.log.requests.filter(isList)
        guard let place = Self.firstDropped(try requests.map { try ModelCall($0.request) }, endpoint, boundFilters)
        else {
            return []
        }
        for state in input.scenario.manifest.states where state.http != nil {
            let calls = try input.scenario.exchanges(state: state.name).compactMap { try? ModelCall($0) }
            let own = calls.filter { endpoint.names(for: $0) != nil }
            if Self.firstDropped(own, endpoint, boundFilters) != nil { return [] }
        }
        return [
            Finding(
                at: "increment of five rows, request \(requests[place].index)",
                expected: "the bound beside the position, as on the first page",
                actual: "The page is asked for by its position alone: \(requests[place])", history: run.log.lines(),
                cause:
                    "The bound is sent with the first page only. A position is a place in the list that it was given for: in "
                    + "the list without a bound there are other rows. Put the bound into every request.")
        ]
    }

    /// The first page that has a position and no bound, behind one that has a bound; nil where pages lead on by URLs.
    private static func firstDropped(
        _ calls: [ModelCall], _ endpoint: ModelDeclaration.Endpoint, _ filters: [ModelDeclaration.Filter]
    ) -> Int? {
        guard [.cursor, .lastKey, .offset, .page].contains(endpoint.page.style) else { return nil }
        var hasBound = false
        for (index, call) in calls.enumerated() {
            let isBounded = filters.contains { $0.asked(call) != .nothing }
            let beginnings: [String?] = [nil, endpoint.page.style == .offset ? "0" : "\(endpoint.page.firstPage)"]
            let isFirst = beginnings.contains(call.parameter(endpoint.page.parameter))
            if isFirst { hasBound = isBounded } else if hasBound, !isBounded { return index }
        }
        return nil
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
}
