import Cassettes
import Tributary

/// Answers exactly what one state of a scenario recorded; a database is built from the seeds up to that state.
public struct ReplayUpstream: Upstream {
    public let scenario: Scenario
    public let state: Manifest.State

    private let database: EngineDatabase?

    /// Makes the upstream of a state.
    ///
    /// - Parameter databases: where the seeds of a database are run; without it the upstream has no database side.
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public init(scenario: Scenario, state: String, databases: DatabaseStack? = nil) throws {
        self.scenario = scenario
        self.state = try scenario.state(state)
        let sql = try databases == nil ? nil : SQLScenario(scenario)
        database = try databases.flatMap { stack in
            try sql.map { EngineDatabase(try $0.world(upTo: state), on: stack) }
        }
    }

    public var name: String { "replay of \(scenario.id) at \(state.name)" }
    public var now: Int64 { state.clock }
    public var integrations: any IntegrationStore { FixtureIntegrations(scenario.manifest.integrations) }

    public func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        guard state.http != nil else { return nil }
        return try scenario.session(state: state.name).client
    }

    public func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        database.map { EngineConnector($0) }
    }
}
