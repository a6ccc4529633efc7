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

    /// What a child of this name gave; started by the first who asks.
    func child(
        _ name: String, _ start: @escaping @Sendable () async throws -> ChildOutcome
    ) async throws -> ChildOutcome {
        let task = read.withLock { read in
            let running = read.children[name] ?? Task { try await start() }
            read.children[name] = running
            return running
        }
        return try await task.value
    }
}
