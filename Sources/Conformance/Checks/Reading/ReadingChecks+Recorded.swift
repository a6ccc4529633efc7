import Cassettes
import Columns
import Pipeline
import Tributary

// Rows held against the recording itself, past the source and past any model.
extension ReadingChecks {
    static let recorded = [figuresAsRecorded, valuesAsRecorded, announcedRows]

    private static let announcedRows = Check(
        "read-announced-rows-truthful", group: .reading, level: .replay,
        proves: "The number of rows that a read announces is the number that it hands over.",
        method: "Where a source says how many rows a read will bring, they are counted.",
        likelyCause:
            "The number is a constant, a page's, or that of another condition than the read's. Who pays by the row "
            + "is stopped, or not, by it: announce none where the upstream does not tell.",
        catches: "announces-a-page-for-the-table"
    ) { input in
        try await HandedOver.judging(input) { read, _ in
            guard let announced = read.response.rowsToSync else {
                throw Bench.Verdicted(verdict: .notApplicable("The source announces no number of rows."))
            }
            var rows = 0
            try await read.each { _ in rows += 1 }
            if rows == announced { return [] }
            return [
                Finding(
                    at: "read, \(read.place)", expected: "\(announced.counted("row")), as announced",
                    actual: "\(rows.counted("row came", "rows came")).")
            ]
        }
    }

    private static let figuresAsRecorded = Check(
        "read-figures-as-recorded", group: .reading, level: .replay,
        proves: "After each recorded state the table has the rows that the manifest expects of it.",
        method:
            "Each state is replayed into a lake of its own: the first one in the recorded mode, later ones by a full refresh, "
            + "as far as that was recorded. The number of rows, the digest of their keys and the greatest cursor value are "
            + "held against the figures of the manifest, which a reader of its own has counted in the recording.",
        likelyCause:
            "Rows that are in the recording are dropped, doubled, filtered or given another key; or the bound of "
            + "an increment leaves out what it should ask for. If the source leaves rows out on purpose, or the "
            + "fixture was written by hand, correct the figures in the manifest.",
        profile: .quick, catches: "incomplete-rows-dropped"
    ) { input in
        guard let schema = input.schema else { return .notExercised("There is no table to look at.") }
        var counters = Counters()
        for (index, state) in input.scenario.manifest.states.enumerated() {
            let figures = StateFigures(input.scenario, state: state.name, schema: schema)
            if figures.isEmpty { continue }
            let plan =
                index == 0
                ? Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name)
                : Lab.Plan(schema.name, .fullRefresh)
            let run = try await input.lab().patientRun(plan, of: input.opened(state.name))
            if index > 0, (run.error as? SourceError)?.kind == .unmatchedRequest { continue }
            let table = try await input.lab().table(schema.name, in: run.files, keys: figures.keyColumns)
            counters += Counters(rows: table?.rows.count ?? 0, runs: 1, items: 1)
            let problems = run.error.map { ["The sync ended with: \($0)"] } ?? figures.problems(of: table)
            if problems.isEmpty { continue }
            var cause =
                try input.missingRows(run, state: state.name)
                ?? input.strayTable(run) ?? input.unaskedPages(run, plan.syncType, state: state.name)
            if cause == nil { cause = try await input.lostRows(table, state: state.name) }
            return .failed([
                Finding(
                    at: "replay of \(state.name), \(plan.syncType.rawValue)",
                    expected: "the figures of manifest.json, expected.\(state.name).\(schema.name)",
                    actual: problems.joined(separator: "; ") + ".", history: run.log.lines(),
                    cause: cause)
            ])
        }
        return counters.items == 0
            ? .notApplicable("The manifest expects no figures of this table.") : .passed(counters)
    }

    private static let valuesAsRecorded = Check(
        "read-values-as-recorded", group: .reading, level: .replay,
        proves: "A row's values are those that were recorded under their names.",
        method:
            "The first state is replayed into a lake. The objects of all recorded JSON answers, and the records of CSV files "
            + "and of lines of JSON, are found by the row's key, wherever they stand, without the source's help or a model: one of them must agree with the row in each "
            + "value that both have under the same name.",
        likelyCause:
            "A value is changed on its way: converted, rounded, cut, replaced where it is empty, or taken from "
            + "another object.",
        profile: .quick, catches: "zero-becomes-null", "truth-becomes-a-word", "null-becomes-an-empty-text",
        "doubled-quotes-kept", "code-read-as-a-number", "characters-cut-between-pieces"
    ) { input in
        guard let schema = input.schema, let recorded = try input.recordedFirst(), recorded.state.http != nil else {
            return .notApplicable("The scenario has no recorded traffic: a database's rows are compared with its own.")
        }
        let lab = try input.lab()
        let plan = Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name)
        let run = try await lab.run(plan, of: recorded)
        guard let table = try await lab.table(schema.name, in: run.files), !table.rows.isEmpty else {
            return .notExercised(
                "The recording \(recorded.state.name) gives no row" + (run.error.map { ": \($0)" } ?? "."))
        }
        guard !table.primaryKeys.isEmpty else { return .notApplicable("The table has no key to find objects by.") }
        let objects = RecordedObjects(
            try input.scenario.exchanges(state: recorded.state.name), keys: table.primaryKeys,
            dayColumn: schema.dayColumn)
        let found = table.rows.map { ($0, objects.alike($0)) }.filter { !$0.1.isEmpty }
        if found.isEmpty {
            return .notApplicable(
                "No recorded object or record of a file has the members of the key under their names.")
        }
        let first = found.lazy.compactMap(objects.disagreement).first.map { disagreement in
            Finding(
                at: "replay of \(recorded.state.name), row \(disagreement.row)",
                expected: "\(disagreement.column): \(disagreement.sent.text.prefix(160)), as it was recorded",
                actual: "The table has \(TableDiff.text(disagreement.held)).", history: run.log.lines())
        }
        return .judged(first.map { [$0] } ?? [], looked: Counters(rows: found.count, runs: 1))
    }
}

extension CheckCase {
    /// A cause that tells where rows are looked for that no recorded answer has there; nil where some has them.
    fileprivate func missingRows(_ run: Lab.Run, state: String) throws -> String? {
        let places = Set(run.log.requests.compactMap { $0.request.page?.rows }.filter { !$0.isEmpty })
        let bodies = try scenario.exchanges(state: state).filter { exchange in
            exchange.status == 200 && (schema.map { exchange.exchange.schemas.contains($0.name) } ?? true)
        }.compactMap { try? JSONValue(parsing: Array($0.body)) }
        guard !bodies.isEmpty,
            let place = places.sorted().first(where: { place in bodies.allSatisfy { $0.path(place) == nil } })
        else { return nil }
        let lists = Set(bodies.flatMap { Self.lists(in: $0, at: "") }).sorted()
        return "Rows are looked for at '\(place)', where no recorded answer has anything. "
            + (lists.isEmpty ? "No answer has a list of objects." : "Lists are at: \(lists.joined(separator: ", ")).")
    }

    /// A cause that tells where the rows of a run went that made another table than the one that was asked for.
    fileprivate func strayTable(_ run: Lab.Run) -> String? {
        guard let schema, let lab = try? lab() else { return nil }
        let own = SyncEngine.folder(connection: lab.connection, schema: schema.name)
        let logs = run.files.keys.filter { $0.contains("/_delta_log/") && !$0.contains("/_tributary/") }
        guard !logs.isEmpty, !logs.contains(where: { $0.hasPrefix("\(own)/") }), let stray = logs.min() else {
            return nil
        }
        return
            "The rows went into the table \(stray.split(separator: "/").dropFirst().first ?? ""): the response names another "
            + "table than the one that is read."
    }

    /// A cause that tells which of the recorded answers were not asked for, where the read ended well.
    fileprivate func unaskedPages(_ run: Lab.Run, _ type: SyncType, state: String) throws -> String? {
        let pages = try scenario.exchanges(state: state).filter { exchange in
            let (tables, types) = (exchange.exchange.schemas, exchange.exchange.syncTypes)
            // What may be left out is the increment's behind the first read.
            return exchange.status == 200 && tables == [schema?.name] && !exchange.exchange.isOptional
                && (types.isEmpty || types.contains(type))
        }
        let asked = run.log.requests.count
        guard run.error == nil, asked > 0, asked < pages.count else { return nil }
        let seen = Set(run.log.requests.compactMap { (try? ModelCall($0.request))?.question })
        let unasked = pages.first { page in (try? ModelCall(page)).map { !seen.contains($0.question) } ?? false }
        let isFirstLeftOut = unasked != nil && unasked?.id == pages.first?.id
        return
            "\(asked) of the \(pages.count) recorded pages of this table \(asked == 1 ? "was" : "were") asked for: the read "
            + (isFirstLeftOut ? "begins behind the first one" : "ends before the last one")
            + (unasked.map { ", such as \($0.url)." } ?? ".")
    }

    /// What rows that lack have in common; nil where neither a model nor an engine tells which there should be, or nothing
    /// stands out.
    fileprivate func lostRows(_ table: TableImage?, state: String) async throws -> String? {
        guard let bench = try? await Bench.make(self), !bench.keyColumns.isEmpty else { return nil }
        let rows = try await upstreamRows(of: bench, state: state)
        let there = table?.byKey ?? [:]
        let isThere = { (row: World.Object) in there[bench.tableKey(row)] != nil }
        return RowsLeftOut.cause(rows.filter { !isThere($0) }.map(\.body), rows.filter(isThere).map(\.body))
    }

    /// The objects that the upstream has of the table at a state.
    private func upstreamRows(of bench: Bench, state: String) async throws -> [World.Object] {
        try await bench.seededRows(upTo: state)
            ?? memo.world(upTo: state, bench.declaration).visible(bench.collection.name)
    }

    /// The paths of the lists of objects that lie outside of rows.
    private static func lists(in value: JSONValue, at path: String) -> [String] {
        if let list = value.array {
            return list.contains { $0.object != nil } ? [path.isEmpty ? "(the body)" : path] : []
        }
        return (value.object?.members ?? []).flatMap { member in
            lists(in: member.value, at: path.isEmpty ? member.name : "\(path).\(member.name)")
        }
    }
}
