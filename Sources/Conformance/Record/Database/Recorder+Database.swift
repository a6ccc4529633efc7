import Cassettes
import Columns
import Foundation
import Tributary

// Sources whose upstream is a database.
extension Recorder {
    /// Writes the seed of a state, and what wrong credentials are answered with.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture` for what must not be published.
    func writeSeed(
        _ recorded: SQLRecording.Result, source: ConfiguredSource, existing: ScenarioFiles
    ) async throws -> Outcome {
        progress("Redacting and scanning …")
        let redacted = try redact(recorded, source)
        try checkKey(existing, redacted.result.keyFingerprint)
        let tables = redacted.tables
        let script = SeedScript(engine: recorded.engine, tables: tables)
        let earlier = try earlierSeeds(existing)
        let runs = RecordedRuns(exchanges: [], tables: recorded.tables, notes: recorded.notes, modes: [:])
        var draft = try ScenarioDraft(
            plan: plan(of: recorded), source: sourceName, existing: existing, runs: runs, redacted: redacted.result)
        draft.seed = Array((earlier.isEmpty ? script.text() : script.delta(after: earlier)).utf8)
        var files = draft.files()
        let figures = JSONObject(tables.map { ($0.name, .object(entry($0, recorded.tables, recorded.engine))) })
        let manifest = draft.manifest(expected: figures, seal: files.seal, covers: covers(recorded.tables))
        files.files["manifest.json"] = JSONValue.object(manifest).document
        nameEngine(recorded.engine, in: &files)
        try checkLeaks(files, redacted.result.originals)
        var outcome = Outcome(folder: folder)
        outcome.changed = files.files.filter { existing.files[$0.key] != $0.value }.keys.sorted()
        if !outcome.changed.isEmpty { try files.write(to: folder) }
        outcome.notes = recorded.notes + unused(redacted.result)
        outcome.leftOut = recorded.leftOut
        outcome.redactions = redacted.result.counts
        outcome.bytes = files.files.values.reduce(0) { $0 + $1.count }
        outcome.tables = zip(tables, recorded.tables).map { table, recorded in
            Outcome.Table(
                name: table.name, mode: recorded.mode.rawValue, rows: table.rows.count, requests: 0, isModelled: true)
        }
        if plan.recordsRefusal, plan.provesCredentials {
            await recordRefusal(&outcome) {
                try await writeRefusal(at: $0, recorded, redacted, config: manifest["config"])
            }
        }
        return outcome
    }

    /// A database's rows without secrets and people.
    private struct RedactedSeed {
        var tables: [SeedTable]
        /// What is told of the redaction; its exchanges are the tables now.
        var result: Redaction.Result
    }

    private func redact(_ recorded: SQLRecording.Result, _ source: ConfiguredSource) throws -> RedactedSeed {
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
        var result = redaction.redact(captured, config: source.storedConfig, masked: source.maskedConfig)
        var tables = recorded.seed
        for index in tables.indices {
            let rows = try JSONValue(parsing: result.exchanges[index].body).array ?? []
            tables[index].rows = rows.compactMap(\.object)
        }
        (result.exchanges, result.countsByExchange, result.comparedHeaders) = ([], [], [])
        if recorded.engine == .sqlite { result.config["path"] = result.config["path"].map { _ in "shop.db" } }
        // Whoever recorded is nobody's business: the kit logs in as its own reader.
        if result.config["user"] != nil { result.config["user"] = .string(ProgramServer.reader) }
        return RedactedSeed(tables: tables, result: result)
    }

    private func plan(of recorded: SQLRecording.Result) -> RecordingPlan {
        var plan = plan
        plan.apiVersion = plan.apiVersion ?? recorded.version
        plan.limits.pageSize = nil
        plan.limits.pages = nil
        return plan
    }

    /// Writes the scenario of a password that is not the user's, if the server refuses one; nil where the config has no
    /// secret, so that nothing can be refused.
    private func writeRefusal(
        at place: URL, _ recorded: SQLRecording.Result, _ redacted: RedactedSeed, config: JSONValue?
    ) async throws -> [String]? {
        guard var table = redacted.tables.first, let config else { return nil }
        // Nobody gets as far as the rows.
        table.rows = []
        guard let wrong = try wrongCredentials() else { return try writeMissingFile(recorded, table, config) }
        if let note = try await SQLRecording(plan: plan, live: live, source: wrong, progress: progress).refusal() {
            return [note]
        }
        var plan = Self.refusalPlan(self.plan(of: recorded))
        plan.story = "the password was never valid"
        let runs = RecordedRuns(
            exchanges: [], tables: recorded.tables.filter { $0.schema.name == table.name }, notes: [], modes: [:])
        var draft = try ScenarioDraft(
            plan: plan, source: sourceName, existing: ScenarioFiles(), runs: runs, redacted: redacted.result)
        draft.seed = Array(SeedScript(engine: recorded.engine, tables: [table]).text().utf8)
        var files = draft.files()
        var manifest = draft.manifest(expected: JSONObject(), seal: files.seal, covers: ["error:credentials"])
        manifest["config"] = Self.withOtherFakes(config)
        manifest["expected"] = .object(JSONObject())
        files.files["manifest.json"] = JSONValue.object(manifest).document
        nameEngine(recorded.engine, in: &files)
        try checkLeaks(files, redacted.result.originals, of: plan.scenario)
        try files.write(to: place)
        return []
    }

    /// A source that is not called after its engine says which one runs the seeds.
    private func nameEngine(_ engine: DatabaseEngine, in files: inout ScenarioFiles) {
        guard engine.rawValue != sourceName, files.files["model.json"] == nil else { return }
        let model: JSONValue = ["format": 1, "engine": .string(engine.rawValue)]
        files.files["model.json"] = model.document
    }

    /// Writes the scenario of a file that is not there: what a database without a password refuses.
    private func writeMissingFile(
        _ recorded: SQLRecording.Result, _ table: SeedTable, _ config: JSONValue
    ) throws -> [String]? {
        let place = folder.deletingLastPathComponent().appending(path: "missing-file")
        guard recorded.engine == .sqlite, var config = config.object, config["path"]?.string != nil,
            !FileManager.default.fileExists(atPath: place.path)
        else { return nil }
        config["path"] = "missing.db"
        let manifest: JSONValue = [
            "format": 1, "source": .string(sourceName), "title": "A file that is not there",
            "covers": ["error:not-found"],
            "schemas": [table.name: ["mode": "full-refresh", "keys": .array(table.key.map { .string($0) })]],
            "config": .object(config), "provenance": ["kind": "synthetic"],
            "states": [
                ["name": "t0", "clock": .string(ScenarioDraft.moment(plan.clock)), "story": "there is no such file"]
            ],
        ]
        var files = ScenarioFiles()
        files.files["manifest.json"] = manifest.document
        try files.write(to: place)
        return ["Beside it the scenario missing-file was written: what a database that is not there is told as."]
    }

    /// Fakes that are not those of the scenario: the kit's server knows the first password alone.
    private static func withOtherFakes(_ config: JSONValue) -> JSONValue {
        guard var object = config.object else { return config }
        if object["fake"] != nil, let number = object["n"]?.int64 {
            object["n"] = .number(JSONNumber(number + 1))
            return .object(object)
        }
        return .object(JSONObject(object.members.map { ($0.name, withOtherFakes($0.value)) }))
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
    private func entry(
        _ table: SeedTable, _ tables: [RecordedTable], _ engine: DatabaseEngine
    ) -> JSONObject {
        var figures = JSONObject([("rows", .number(JSONNumber(Int64(table.rows.count))))])
        guard let recorded = tables.first(where: { $0.schema.name == table.name }) else { return figures }
        if !recorded.primaryKeys.isEmpty {
            figures["keys"] = .string(
                StateFigures.digest(
                    table.rows.map { row in
                        recorded.primaryKeys.map { name in
                            TableDiff.whole(SQLValues.key(row[name] ?? .null, of: table.facts.column(name), engine))
                        }.joined(separator: "|")
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
