import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// Derives the database cassettes of a scenario from its seeds, on the real engine.
///
/// What a source asks when its credentials are proven, its tables listed, and each table read in full and in its own
/// kind of sync, state after state, is what a cassette holds. Nothing in it is written by hand: the same source over the
/// same seeds gives the same bytes; rows whose order a statement leaves open keep the one that they had.
public struct StatementDerivation: Sendable {
    let input: CheckCase

    /// - Parameters:
    ///   - stack: production's layers above the wire.
    ///   - databases: where the engine is.
    public init(
        source: AnySource, scenario: Scenario, stack: @escaping HTTPStack, databases: DatabaseStack
    ) {
        var input = CheckCase(source: source, scenario: scenario, schema: nil, seed: 1, profile: .full, stack: stack)
        input.databases = databases
        self.input = input
    }

    init(_ input: CheckCase) { self.input = input }

    /// The cassettes by state; none for a scenario without seeds. Where the engine is not at hand, what the scenario's own
    /// cassettes give: the same, unless the source asks otherwise than when they were derived.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public func cassettes() async throws -> [(state: String, cassette: StatementCassette)] {
        guard let sql = try SQLScenario(input.scenario) else { return [] }
        var cassettes: [(state: String, cassette: StatementCassette)] = []
        var lakes: [String: MemoryLake.Files] = [:]
        for state in input.scenario.manifest.states {
            let upstream = try ReplayUpstream(scenario: input.scenario, state: state.name, databases: input.databases)
            try await upstream.settleEstimates()
            let recorder = StatementRecorder(
                try upstream.databaseConnector(clock: LabClock(upstream.now)) ?? NoDatabase(), engine: sql.engine,
                state: state.name)
            try await talk(TappedReplay(base: upstream, databases: recorder), recorder, &lakes)
            cassettes.append((state.name, recorder.cassette.keepingOrder(of: kept(state))))
        }
        return cassettes
    }

    /// What was derived before; an empty cassette where nothing was, or where that cannot be read.
    private func kept(_ state: Manifest.State) -> StatementCassette {
        let nothing = StatementCassette(engine: .sqlite, state: state.name)
        guard let path = state.database,
            let data = FileManager.default.contents(atPath: input.scenario.folder.appending(path: path).path)
        else { return nothing }
        return (try? StatementCassette(parsing: String(decoding: data, as: UTF8.self), file: path)) ?? nothing
    }

    private func talk(
        _ upstream: TappedReplay, _ recorder: StatementRecorder, _ lakes: inout [String: MemoryLake.Files]
    ) async throws {
        let lab = try input.lab()
        func context() throws -> SourceContext {
            try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        }
        try? await lab.source.validateCredentials(in: try context())
        _ = try? await lab.source.schemas(in: try context())
        for schema in input.scenario.manifest.schemas {
            recorder.start(schema.name)
            try? await lab.source.validateCredentials(schema: schema.name, in: try context())
            _ = try await lab.run(Lab.Plan(schema.name, .fullRefresh), of: upstream)
            guard schema.mode != .fullRefresh else { continue }
            let plan = Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name)
            let run = try await lab.run(plan, of: upstream, into: lakes[schema.name] ?? [:])
            if run.succeeded { lakes[schema.name] = run.files }
            // A first read at a later state is asked for as well: of what was never read there is no watermark.
            if lakes[schema.name] != nil { _ = try await lab.run(plan, of: upstream) }
        }
    }
}

// Keeping what was derived.
extension StatementDerivation {
    /// - Throws: ``DatabaseMissing`` when there is no engine to derive on.
    public func demandEngine() throws { try input.demandEngine() }

    /// Writes cassettes beside the manifest, names them in it, and seals the scenario anew where it was sealed.
    ///
    /// - Parameter today: such as `2026-12-31`, for what the leak scan allows until a day.
    /// - Returns: the files that changed.
    /// - Throws: `SourceError` of kind `invalidFixture` for what must not be published; errors of the file system.
    public func keep(_ cassettes: [(state: String, cassette: StatementCassette)], today: String) throws -> [String] {
        let scenario = input.scenario
        let before = ScenarioFiles(reading: scenario.folder)
        var files = before
        for (state, cassette) in cassettes { files.files["\(state).dbc"] = Array(cassette.text.utf8) }
        guard var document = scenario.manifest.document.object, let states = document["states"]?.array else {
            return []
        }
        document["states"] = .array(
            states.map { value in
                guard var state = value.object, let name = state["name"]?.string else { return value }
                if cassettes.contains(where: { $0.state == name }) { state["db"] = .string("\(name).dbc") }
                return .object(state)
            })
        if var provenance = document["provenance"]?.object, provenance["seal"] != nil {
            provenance["seal"] = .string(files.seal)
            document["provenance"] = .object(provenance)
        }
        if .object(document) != scenario.manifest.document {
            files.files["manifest.json"] = JSONValue.object(document).document
        }
        let source = scenario.folder.absoluteURL.deletingLastPathComponent()
        try LeakGate(fixtures: source.deletingLastPathComponent(), source: source.lastPathComponent, today: today)
            .check(files, name: scenario.id, originals: [])
        let changed = files.files.filter { before.files[$0.key] != $0.value }.keys.sorted()
        if !changed.isEmpty { try files.write(to: scenario.folder) }
        return changed
    }
}

/// Stands where a replay has no database.
private struct NoDatabase: DatabaseConnector {
    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        throw SourceError(.unreachable, "Connecting: the scenario has no database.")
    }
}
