import Cassettes
import Columns
import Foundation
import Tributary

// From entries to files that may be published.
extension Recorder {
    /// A scenario that is ready to be written.
    struct Finished {
        var files: ScenarioFiles
        var outcome: Outcome
    }

    func finish(
        _ draft: ScenarioDraft, lakes: [String: MemoryLake.Files], originals: [String]
    ) async throws -> Finished {
        let room = FileManager.default.temporaryDirectory.appending(path: "tributary-record-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: room) }
        let place = room.appending(path: sourceName).appending(path: plan.scenario)
        var draft = draft
        var outcome = Outcome(folder: folder)
        var files = try write(draft, JSONObject(), covers: [], to: place, originals)
        let replay = DryReplay(source: plan.source, scenario: try Scenario(at: place), stack: live.replay)
        let result = try await replay.run(state: plan.state, lakes: lakes, tables: draft.tables)
        if let problem = result.problems.first {
            throw SourceError(
                .invalidFixture, "Replaying the fresh recording of \(problem)",
                advice:
                    "The source asks otherwise than it did a moment ago: what it sends must depend on the config, the "
                    + "watermark and context.clock alone. Nothing was written.")
        }
        if !result.unused.isEmpty {
            draft.keep(result)
            files = try write(draft, JSONObject(), covers: [], to: place, originals)
        }
        let proposal = try await model(draft, at: place, &files)
        if draft.hasOwnModel { draft.proposedModel = files.files["model.json"].map(ScenarioFiles.digest) }
        outcome.notes += proposal.notes
        let scenario = try Scenario(at: place)
        let figures = try ExpectedFigures(scenario: scenario, model: proposal.declaration).figures(state: plan.state)
        let covers = try Coverage(scenario).words()
        outcome.notes += figures.notes
        files = try write(draft, figures.tables, covers: covers, to: place, originals, model: files.files["model.json"])
        describe(draft, proposal.declaration, figures.tables, files, &outcome)
        return Finished(files: files, outcome: outcome)
    }

    /// Scans the files, and writes them where they are tried out.
    private func write(
        _ draft: ScenarioDraft, _ figures: JSONObject, covers: [String], to place: URL, _ originals: [String],
        model: [UInt8]? = nil
    ) throws -> ScenarioFiles {
        var files = draft.files()
        if let model { files.files["model.json"] = model }
        let manifest = draft.manifest(expected: figures, seal: files.seal, covers: covers)
        files.files["manifest.json"] = JSONValue.object(manifest).document
        try checkLeaks(files, originals)
        try files.write(to: place)
        return files
    }

    /// Refuses what a scanner finds in a scenario; nil is the plan's.
    func checkLeaks(_ files: ScenarioFiles, _ originals: [String], of scenario: String? = nil) throws {
        try LeakGate(fixtures: fixtures, source: sourceName, today: plan.today).check(
            files, name: "\(sourceName)/\(scenario ?? plan.scenario)", originals: originals)
    }

    private func model(
        _ draft: ScenarioDraft, at place: URL, _ files: inout ScenarioFiles
    ) async throws -> ModelProposal.Result {
        let scenario = try Scenario(at: place)
        let replay = DryReplay(source: plan.source, scenario: scenario, stack: live.replay)
        let state = plan.state
        let proposal = ModelProposal(
            scenario: scenario, tables: draft.tables,
            endless: { try await replay.endless($0, $1, state: state) })
        let old = draft.existing.files["model.json"]
        let existing = old.flatMap { try? JSONValue(parsing: $0) }
        let result = try await proposal.verified(existing: existing, isOwn: draft.hasOwnModel)
        // A file that says the same keeps the form that somebody gave it.
        if let json = result.json, json != existing {
            files.files["model.json"] = json.document
            try files.write(to: place)
        }
        return result
    }

    private func describe(
        _ draft: ScenarioDraft, _ model: ModelDeclaration, _ figures: JSONObject, _ files: ScenarioFiles,
        _ outcome: inout Outcome
    ) {
        outcome.requests = draft.entries.count
        outcome.bytes = files.files.values.reduce(0) { $0 + $1.count }
        outcome.tables = draft.tables.map { table in
            let name = table.schema.name
            let isModelled = model.collection(forSchema: name) != nil
            let counted = isModelled ? figures[name]?["rows"]?.int64.map(Int.init) : nil
            return Outcome.Table(
                name: name, mode: table.mode.rawValue, rows: counted ?? table.image?.rows.count ?? 0,
                requests: draft.entries.count { $0.schemas.contains(name) }, isModelled: isModelled)
        }
        outcome.notes += madeUp()
    }

    /// Scenarios that stood in for a recording, and may not fit what the source asks for by now.
    private func madeUp() -> [String] {
        let siblings = (try? Fixture(at: folder.deletingLastPathComponent()).scenarios) ?? []
        return siblings.filter { $0.isMadeUpTraffic && $0.name != plan.scenario }.map { other in
            "The scenario \(other.name) is made up, and fails where the source asks for something else by now. Now that "
                + "there is a recording: rm -r \(other.folder.relativePath)"
        }
    }
}

// Credentials that the upstream refuses.
extension Recorder {
    /// Records what wrong credentials are answered with, beside the scenario; where that cannot be had, a note says so.
    ///
    /// - Parameter write: writes the scenario into a folder and returns what is to be told; nil where nothing can be refused.
    func recordRefusal(_ outcome: inout Outcome, write: (URL) async throws -> [String]?) async {
        let place = folder.deletingLastPathComponent().appending(path: "bad-credentials")
        guard plan.replacesRefusal || !FileManager.default.fileExists(atPath: place.path) else { return }
        do {
            guard let notes = try await write(place) else { return }
            outcome.notes += notes
            let isRecorded = !notes.contains { [Self.isNotRefused, Self.hasNoSecret].contains($0) }
            if isRecorded, FileManager.default.fileExists(atPath: place.path) {
                outcome.refusal = place
            }
        } catch {
            outcome.notes.append("Wrong credentials were not recorded: \(LiveRuns.words(error))")
        }
    }

    private static let isNotRefused =
        "The upstream did not refuse made-up credentials, so there is no scenario bad-credentials: what the source asks to "
        + "validate them (`probe`) is public. Choose a path that only somebody with an account may read."

    private static let hasNoSecret =
        "No scenario bad-credentials was recorded: the source shows who it is by the token of an OAuth account, and the "
        + "recorder makes up what the form holds alone. Write it by hand, to prove what a token that was withdrawn comes to: "
        + "a folder bad-credentials beside this scenario, with the config and the integrations of its manifest, covers "
        + "[\"error:credentials\"], and one exchange, the probe of the credentials, answered with the 401 that the API documents."

    /// The source with made-up credentials, those of the scenario; nil where the config has no secret.
    func wrongCredentials() throws -> ConfiguredSource? {
        let real = try plan.source.configure(plan.config)
        let fakes = JSONValue.object(try Scenario(at: folder).config)
        let source = try plan.source.configure(
            Self.merged(real.storedConfig, masked: real.maskedConfig, fakes: fakes))
        return source.maskedConfig.text.contains(Secret.mask) ? source : nil
    }

    /// The plan of the scenario that shows a refusal.
    static func refusalPlan(_ plan: RecordingPlan) -> RecordingPlan {
        var plan = plan
        plan.scenario = "bad-credentials"
        plan.state = "t0"
        plan.limits = RecordingLimits(nil)
        plan.title = "Credentials that the upstream does not know"
        plan.story = "the credentials were never valid"
        return plan
    }

    /// Writes the scenario; nil where the config has no secret, so that nothing can be refused.
    func writeRefusal(at place: URL, table: String?) async throws -> [String]? {
        let original = try Scenario(at: folder).manifest.document
        guard let source = try wrongCredentials() else {
            return original["integrations"]?.array?.isEmpty == false ? [Self.hasNoSecret] : nil
        }
        let plan = Self.refusalPlan(plan)
        let runs = try await LiveRuns(
            plan: plan, live: live, source: source, lakes: [:], shortened: [], progress: progress
        ).refusal(table)
        guard let runs else {
            return [Self.isNotRefused]
        }
        var redaction = try makeRedaction()
        // The secrets that were sent are the made-up ones: only by them a header that holds a name as well is found.
        let redacted = redaction.redact(runs.exchanges, config: source.storedConfig, masked: source.maskedConfig)
        let draft = try ScenarioDraft(
            plan: plan, source: sourceName, existing: ScenarioFiles(), runs: runs, redacted: redacted)
        var files = draft.files()
        var manifest = draft.manifest(expected: JSONObject(), seal: files.seal, covers: ["error:credentials"])
        manifest["config"] = original["config"]
        manifest["expected"] = .object(JSONObject())
        if let table, let schema = original["schemas"]?[table] {
            manifest["schemas"] = .object(JSONObject([(table, schema)]))
        }
        files.files["manifest.json"] = JSONValue.object(manifest).document
        try checkLeaks(files, redacted.originals)
        try files.write(to: place)
        return runs.notes
    }

    /// The config with fakes in the places of secrets, all else as it is.
    private static func merged(_ stored: JSONValue, masked: JSONValue, fakes: JSONValue) -> JSONValue {
        if masked.string == Secret.mask { return fakes }
        guard let object = stored.object else { return stored }
        return .object(
            JSONObject(
                object.members.map { member in
                    (
                        member.name,
                        merged(
                            member.value, masked: masked[member.name] ?? .null, fakes: fakes[member.name] ?? .null)
                    )
                }))
    }
}
