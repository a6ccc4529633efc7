import Cassettes
import Columns
import Foundation
import Tributary

// Sources whose upstream is a database.
extension Recorder {
    /// Writes the seed of a state.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture` for what must not be published.
    func writeSeed(
        _ recorded: SQLRecording.Result, source: ConfiguredSource, existing: ScenarioFiles
    ) throws -> Outcome {
        progress("Redacting and scanning …")
        var rules = try RedactionRules(folder: fixtures.appending(path: sourceName))
        // The kit takes addresses alone, and dials its own server in their place: one of those kept for examples.
        if let host = source.storedConfig["host"]?.string { rules.hosts[host] = "192.0.2.1" }
        var redaction = Redaction(source: sourceName, rules: rules, key: key)
        let captured = recorded.seed.map { table in
            CapturedExchange(
                answer: JSONValue.array(table.rows.map { .object($0) }).serialized(), of: table.name,
                url:
                    "https://database.example.com/\(table.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "table")"
            )
        }
        let redacted = redaction.redact(captured, config: source.storedConfig, masked: source.maskedConfig)
        try checkKey(existing, redacted.keyFingerprint)
        var tables = recorded.seed
        for index in tables.indices {
            let rows = try JSONValue(parsing: redacted.exchanges[index].body).array ?? []
            tables[index].rows = rows.compactMap(\.object)
        }
        var plan = plan
        plan.apiVersion = plan.apiVersion ?? recorded.version
        plan.limits.pageSize = nil
        plan.limits.pages = nil
        let script = SeedScript(engine: recorded.engine, tables: tables)
        let earlier = try earlierSeeds(existing)
        let runs = RecordedRuns(exchanges: [], tables: recorded.tables, notes: recorded.notes, modes: [:])
        var empty = redacted
        (empty.exchanges, empty.countsByExchange, empty.comparedHeaders) = ([], [], [])
        if recorded.engine == .sqlite { empty.config["path"] = empty.config["path"].map { _ in "shop.db" } }
        // Whoever recorded is nobody's business: the kit logs in as its own reader.
        if empty.config["user"] != nil { empty.config["user"] = .string(ProgramServer.reader) }
        var draft = try ScenarioDraft(
            plan: plan, source: sourceName, existing: existing, runs: runs, redacted: empty)
        draft.seed = Array((earlier.isEmpty ? script.text() : script.delta(after: earlier)).utf8)
        var files = draft.files()
        let figures = JSONObject(tables.map { ($0.name, .object(entry($0, recorded.tables))) })
        let manifest = draft.manifest(expected: figures, seal: files.seal, covers: covers(recorded.tables))
        files.files["manifest.json"] = JSONValue.object(manifest).serialized(indentation: 2) + [0x0A]
        try LeakGate(fixtures: fixtures, source: sourceName, today: plan.today).check(
            files, name: "\(sourceName)/\(plan.scenario)", originals: redacted.originals)
        var outcome = Outcome(folder: folder)
        outcome.changed = files.files.filter { existing.files[$0.key] != $0.value }.keys.sorted()
        if !outcome.changed.isEmpty { try files.write(to: folder) }
        outcome.notes = recorded.notes
        outcome.redactions = redacted.counts
        outcome.bytes = files.files.values.reduce(0) { $0 + $1.count }
        outcome.tables = zip(tables, recorded.tables).map { table, recorded in
            Outcome.Table(
                name: table.name, mode: recorded.mode.rawValue, rows: table.rows.count, requests: 0, isModelled: true)
        }
        return outcome
    }

    /// The seeds of the states before this one.
    private func earlierSeeds(_ existing: ScenarioFiles) throws -> String {
        guard !existing.files.isEmpty else { return "" }
        var text = ""
        for state in try Scenario(at: folder).manifest.states {
            if state.name == plan.state { break }
            if let seed = state.seed.flatMap({ existing.files[$0] }) { text += String(decoding: seed, as: UTF8.self) }
        }
        return text
    }

    /// Figures by the rows themselves, past the source.
    private func entry(_ table: SeedTable, _ tables: [RecordedTable]) -> JSONObject {
        var figures = JSONObject([("rows", .number(JSONNumber(Int64(table.rows.count))))])
        guard let recorded = tables.first(where: { $0.schema.name == table.name }) else { return figures }
        if !recorded.primaryKeys.isEmpty {
            figures["keys"] = .string(
                ExpectedFigures.digest(
                    table.rows.map { row in
                        recorded.primaryKeys.map { ModelPage.text(row[$0] ?? .null) }.joined(separator: "|")
                    }))
        }
        if let field = recorded.field {
            figures["cursorLast"] = table.rows.map { $0[field.name] ?? .null }.filter { !$0.isNull }
                .max(by: ModelOrder.isLess)
        }
        return figures
    }

    private func covers(_ tables: [RecordedTable]) -> [String] {
        var words: [String] = []
        if tables.contains(where: { $0.mode == .incremental }) { words.append("incremental:asc") }
        if tables.contains(where: { $0.mode == .fullRefresh }) { words.append("full-refresh") }
        if tables.contains(where: { $0.primaryKeys.count > 1 }) { words.append("composite-key") }
        return words
    }
}
