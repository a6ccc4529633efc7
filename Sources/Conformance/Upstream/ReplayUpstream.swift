import Cassettes
import Tributary

/// Answers exactly what one state of a scenario recorded; a database is built from the seeds up to that state, or is the
/// state's cassette where the engine is not at hand.
public struct ReplayUpstream: Upstream {
    public let scenario: Scenario
    public let state: Manifest.State
    /// Rows that a source is told to ask for, or to hand over, at once.
    public var maximumPageSize: Int?

    private let database: EngineDatabase?
    private let cassette: StatementReplay?

    /// Makes the upstream of a state.
    ///
    /// - Parameter databases: where the seeds of a database are run; without it only a cassette makes a database side.
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public init(scenario: Scenario, state: String, databases: DatabaseStack? = nil) throws {
        self.scenario = scenario
        self.state = try scenario.state(state)
        let sql = try databases == nil && self.state.database == nil ? nil : SQLScenario(scenario)
        let isAtHand = sql.map { databases?.engines.contains($0.engine) ?? false } ?? false
        cassette = try isAtHand ? nil : scenario.statements(state: state)
        // A stack without the engine says so when somebody connects.
        if cassette == nil, let sql, let databases {
            database = databases.shared.database(try sql.world(upTo: state), on: databases)
        } else {
            database = nil
        }
    }

    /// Whether a database is answered for by a cassette.
    var isCassette: Bool { cassette != nil }

    public var name: String { "replay of \(scenario.id) at \(state.name)" }
    public var now: Int64 { state.clock }
    public var integrations: any IntegrationStore { FixtureIntegrations(scenario.manifest.integrations) }

    public func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        guard state.http != nil else { return nil }
        return try scenario.session(state: state.name).client
    }

    public func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        cassette ?? database.map { EngineConnector($0) }
    }

    /// See `ScratchDatabase.settleEstimates`.
    func settleEstimates() async throws { try await database?.scratch().settleEstimates() }
}
