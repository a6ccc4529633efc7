import Cassettes
import Columns
import Foundation
import Tributary

/// Records a source against its live upstream and writes a scenario as the replay reads it.
///
/// Nothing unredacted touches the disk: exchanges are redacted in memory, scanned, replayed from a folder of temporary
/// files, and only what a replay needs is written, all of it or nothing.
public struct Recorder: Sendable {
    public let plan: RecordingPlan
    public let live: LiveSide
    /// The folder of all fixtures.
    public let fixtures: URL
    /// The key of the pseudonyms.
    let key: [UInt8]
    let progress: @Sendable (String) -> Void

    public init(
        plan: RecordingPlan, live: LiveSide, fixtures: URL, key: [UInt8],
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.plan = plan
        self.live = live
        self.fixtures = fixtures
        self.key = key
        self.progress = progress
    }

    /// What became of a recording.
    public struct Outcome: Sendable {
        public var folder: URL
        public var tables: [Table] = []
        public var requests = 0
        public var bytes = 0
        /// How many places each rule of redaction has changed.
        public var redactions: [String: Int] = [:]
        /// Files that were written anew or changed, by their paths in the scenario.
        public var changed: [String] = []
        /// What could not be inferred or recorded, and what to do about it.
        public var notes: [String] = []
        /// Tables that were asked for and are not in the recording.
        public var leftOut: [LeftOut] = []
        /// Tables of which the upstream refused an increment: they are recorded as full refreshes alone.
        public var withoutIncrement: [LeftOut] = []
        /// The scenario of refused credentials, where one was recorded.
        public var refusal: URL?

        /// A table that could not be recorded, or not as it is declared.
        public struct LeftOut: Sendable {
            public var name: String
            /// Why.
            public var error: any Error
        }

        /// One table's share.
        public struct Table: Sendable, Encodable {
            public var name: String
            public var mode: String
            public var rows: Int?
            public var requests: Int
            public var isModelled: Bool
        }
    }

    var sourceName: String { plan.source.description.type.lowercased() }
    var folder: URL { fixtures.appending(path: sourceName).appending(path: plan.scenario) }

    /// Records.
    ///
    /// - Parameter replaces: whether a state that is there may be written anew.
    /// - Throws: `SourceError`: of the upstream, or of kind `invalidFixture` when the result must not be written.
    public func run(replaces: Bool = false) async throws -> Outcome {
        try checkDeclarations()
        let existing = ScenarioFiles(reading: folder)
        try checkPlace(existing, replaces: replaces)
        let source = try plan.source.configure(plan.config)
        if let recorded = try await SQLRecording(plan: plan, live: live, source: source, progress: progress).run() {
            return try await writeSeed(recorded, source: source, existing: existing)
        }
        let lakes = try await lakes(existing)
        let runs = try await LiveRuns(
            plan: plan, live: live, source: source, lakes: lakes, shortened: try shortened(existing),
            progress: progress
        ).run()
        progress("Redacting, replaying and scanning …")
        var redaction = try makeRedaction()
        let accounts = redaction.accounts(runs.accounts)
        let redacted = redaction.redact(runs.exchanges, config: source.storedConfig, masked: source.maskedConfig)
        try checkKey(existing, redacted.keyFingerprint)
        var draft = try ScenarioDraft(
            plan: plan, source: sourceName, existing: existing, runs: runs, redacted: redacted)
        draft.accounts = accounts
        var finished = try await finish(draft, lakes: lakes, originals: redacted.originals)
        finished.outcome.notes = runs.notes + unused(redacted) + finished.outcome.notes
        finished.outcome.leftOut = runs.leftOut
        finished.outcome.withoutIncrement = runs.tables.compactMap { table in
            table.incrementError.map { .init(name: table.schema.name, error: $0) }
        }
        finished.outcome.redactions = redacted.counts
        finished.outcome.changed = finished.files.files.filter { existing.files[$0.key] != $0.value }.keys.sorted()
        if !finished.outcome.changed.isEmpty { try finished.files.write(to: folder) }
        if plan.recordsRefusal, plan.provesCredentials {
            let table = finished.outcome.tables.first?.name
            await recordRefusal(&finished.outcome) { try await writeRefusal(at: $0, table: table) }
        }
        return finished.outcome
    }

    /// Rules that fitted nothing protect nobody. Of some tables alone nothing can be said.
    func unused(_ redacted: Redaction.Result) -> [String] {
        guard plan.tables.isEmpty, !redacted.unusedRules.isEmpty else { return [] }
        let rules = redacted.unusedRules.map { "'\($0)'" }.joined(separator: ", ")
        return [
            "redaction.json: nothing that was recorded is at \(rules). A path of json is one of members within an answer, without "
                + "the positions of arrays, such as items.name."
        ]
    }

    func makeRedaction() throws -> Redaction {
        let rules = try RedactionRules(folder: fixtures.appending(path: sourceName))
        return Redaction(source: sourceName, rules: rules, key: key)
    }

    /// A source whose declarations contradict each other reads something else than its author means: a recording of that
    /// would be thrown away.
    private func checkDeclarations() throws {
        let problems = plan.source.declarationProblems
        if problems.isEmpty { return }
        throw SourceError(
            .invalidFixture,
            "Recording \(sourceName): its declarations do not hold: \(problems.joined(separator: "; ")).",
            advice: "Mend them first. Nothing was asked, and nothing was written.")
    }

    // MARK: What is there

    private func checkPlace(_ existing: ScenarioFiles, replaces: Bool) throws {
        let isThere = ["\(plan.state).har", "seed/\(plan.state).sql"].contains { existing.files[$0] != nil }
        if isThere, !replaces {
            throw SourceError(
                .invalidConfig, "Recording \(sourceName)/\(plan.scenario) at \(plan.state): it is there already.",
                advice: "Record it anew with 'tributary rerecord', or a later state with --state t1.")
        }
        if !isThere, replaces {
            throw SourceError(
                .notFound, "Recording \(sourceName)/\(plan.scenario) at \(plan.state) anew: it was never recorded.",
                advice: "Record it with 'tributary record'.")
        }
        guard !existing.files.isEmpty else { return }
        let scenario = try Scenario(at: folder)
        if !isThere, let last = scenario.manifest.states.last, last.clock >= plan.clock {
            throw SourceError(
                .invalidConfig,
                "Recording \(plan.state) of \(sourceName)/\(plan.scenario): its clock would not be later than that of \(last.name).",
                advice: "States follow each other in time; record it later, or give a later --clock.")
        }
    }

    func checkKey(_ existing: ScenarioFiles, _ fingerprint: String) throws {
        let manifest = existing.files["manifest.json"].flatMap { try? JSONValue(parsing: $0) }
        guard let old = manifest?["provenance"]?["pseudonyms"]?.string, old != fingerprint else { return }
        throw SourceError(
            .invalidConfig,
            "Recording \(sourceName)/\(plan.scenario): what is there was made with another key of pseudonyms (\(old), this one is \(fingerprint)), so joins over the states would break.",
            advice:
                "Use the same key: set \(PseudonymKey.variable), or record the scenario anew from its first state under another name."
        )
    }

    private func lakes(_ existing: ScenarioFiles) async throws -> [String: MemoryLake.Files] {
        if existing.files.isEmpty { return [:] }
        let replay = DryReplay(source: plan.source, scenario: try Scenario(at: folder), stack: live.replay)
        return try await replay.lakes(before: plan.state)
    }

    /// Tables whose lists an earlier state shortened.
    private func shortened(_ existing: ScenarioFiles) throws -> Set<String> {
        guard !existing.files.isEmpty else { return [] }
        return try Scenario(at: folder).trimmedSchemas(before: plan.state)
    }
}
