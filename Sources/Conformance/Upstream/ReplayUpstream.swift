import Cassettes
import Tributary

/// Answers exactly what one state of a scenario recorded.
public struct ReplayUpstream: Upstream {
    public let scenario: Scenario
    public let state: Manifest.State

    public init(scenario: Scenario, state: String) throws {
        self.scenario = scenario
        self.state = try scenario.state(state)
    }

    public var name: String { "replay of \(scenario.id) at \(state.name)" }
    public var now: Int64 { state.clock }
    public var integrations: any IntegrationStore { FixtureIntegrations(scenario.manifest.integrations) }

    public func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        guard state.http != nil else { return nil }
        return try scenario.session(state: state.name).client
    }

    public func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? { nil }
}
