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
}
