import Cassettes
import Foundation
import Tributary

/// What a scenario's files say, each read once: a run has hundreds of cases of one scenario.
final class ScenarioMemo: Sendable {
    let scenario: Scenario
    private let read = Lock(Read())

    private struct Read {
        var model: ModelDeclaration??
        var worlds: [String: World] = [:]
        var siblings: [Scenario]?
        var leaks: LeakReport?
        var children: [String: Task<ChildOutcome, any Error>] = [:]
        var reads: [String: Task<[FairRead], any Error>] = [:]
        var samples: [String: TableSample] = [:]
        var places: [String: Int]?
    }

    init(_ scenario: Scenario) { self.scenario = scenario }

    /// How the upstream answers over HTTP; nil without model.json.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func model() throws -> ModelDeclaration? {
        try read.withLock { read in
            if let known = read.model { return known }
            let model = try ModelDeclaration(of: scenario)
            read.model = .some(model)
            return model
        }
    }

    /// The objects that a state and those before it recorded.
    ///
    /// - Parameter declaration: the scenario's own, whole or of some of its collections.
    func world(upTo state: String, _ declaration: ModelDeclaration) throws -> World {
        let names = declaration.collections.map(\.name).sorted().joined(separator: " ")
        return try read.withLock { read in
            if let known = read.worlds["\(state) \(names)"] { return known }
            let world = try World(recorded: scenario, upTo: state, declaration)
            read.worlds["\(state) \(names)"] = world
            return world
        }
    }

    /// All scenarios of the source, this one included.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func siblings() throws -> [Scenario] {
        try read.withLock { read in
            if let known = read.siblings { return known }
            let siblings = try Fixture(at: scenario.folder.absoluteURL.deletingLastPathComponent()).scenarios
            read.siblings = siblings
            return siblings
        }
    }

    /// What a scan of the scenario's files finds, held against the allow-list as of a day.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func leaks(today: String) throws -> LeakReport {
        let folder = scenario.folder.absoluteURL
        let above = folder.deletingLastPathComponent().deletingLastPathComponent()
        let hasList = FileManager.default.fileExists(atPath: above.appending(path: "scan-allow.json").path)
        let root = hasList ? above : folder
        let all = try read.withLock { read in
            if let known = read.leaks { return known }
            let leaks = try LeakScanner().scan(folder: folder, root: root, today: today)
            read.leaks = leaks
            return leaks
        }
        return all.judged(by: try LeakAllowList(folder: root.resolvingSymlinksInPath()), today: today)
    }

    /// A table's reads under a clear sky, which many checks begin with; made by the first who asks.
    ///
    /// - Parameter key: all that the reads depend on.
    func fairReads(
        _ key: String, _ make: @escaping @Sendable () async throws -> [FairRead]
    ) async throws -> [FairRead] {
        try await shared(\.reads, key, make)
    }

    /// A table's sample; taken by the first who asks.
    func sample(_ key: String, _ take: () async throws -> TableSample) async throws -> TableSample {
        if let known = read.withLock({ $0.samples[key] }) { return known }
        let sample = try await take()
        return read.withLock { read in
            // Of two that were taken at once all look at one.
            let first = read.samples[key] ?? sample
            read.samples[key] = first
            return first
        }
    }

    /// How many of the tables before this one are read in the same way as it; see ``ReadForm``.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func placeAmongAlike(_ schema: String) throws -> Int {
        if let known = read.withLock({ $0.places }) { return known[schema] ?? 0 }
        // The model.json of a database says other things.
        let model = scenario.hasSeeds ? nil : try model()
        var seen: [ReadForm: Int] = [:]
        let places = scenario.manifest.schemas.reduce(into: [String: Int]()) { places, schema in
            let form = ReadForm(schema, model)
            places[schema.name] = seen[form, default: 0]
            seen[form, default: 0] += 1
        }
        read.withLock { $0.places = places }
        return places[schema] ?? 0
    }

    /// What a child of this name gave; started by the first who asks.
    func child(
        _ name: String, _ start: @escaping @Sendable () async throws -> ChildOutcome
    ) async throws -> ChildOutcome {
        try await shared(\.children, name, start)
    }

    /// What the first who asks under a name has made, or is about to.
    private func shared<Made: Sendable>(
        _ tasks: WritableKeyPath<Read, [String: Task<Made, any Error>]>, _ name: String,
        _ make: @escaping @Sendable () async throws -> Made
    ) async throws -> Made {
        let task = read.withLock { read in
            let running = read[keyPath: tasks][name] ?? Task { try await make() }
            read[keyPath: tasks][name] = running
            return running
        }
        return try await task.value
    }
}
