import Cassettes
import Tributary

/// A database as an upstream, built from a world, in which other sessions may commit.
struct DatabaseUpstream: Upstream {
    let name: String
    var now: Int64
    let integrations: any IntegrationStore
    let database: EngineDatabase
    var weather: DatabaseWeather

    init(
        _ world: SQLWorld, of scenario: Scenario, now: Int64, on stack: DatabaseStack,
        weather: DatabaseWeather = DatabaseWeather()
    ) {
        name = "\(world.engine.rawValue) with the tables of \(scenario.id)"
        self.now = now
        integrations = FixtureIntegrations(scenario.manifest.integrations)
        database = EngineDatabase(world, on: stack)
        self.weather = weather
    }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? { nil }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        EngineConnector(database, weather: weather)
    }

    /// The same database in other weather.
    func with(_ weather: DatabaseWeather) -> Self {
        var copy = self
        copy.weather = weather
        return copy
    }

    /// Another session commits.
    func commit(_ statements: [String]) async throws { try await database.commit(statements) }

    /// What the engine holds now.
    func content() async throws -> SQLContent { try await SQLContent(try await database.scratch()) }
}

extension EngineDatabase {
    /// Another session commits.
    func commit(_ statements: [String]) async throws {
        let text = statements.map { $0.hasSuffix(";") ? $0 : $0 + ";" }.joined(separator: "\n")
        try await scratch().run("BEGIN;\n\(text)\nCOMMIT;")
    }
}
