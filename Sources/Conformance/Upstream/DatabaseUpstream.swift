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

    /// Another session alters definitions before `body`, and undoes that after it: to make all definitions anew would take
    /// an engine many times longer.
    func altered<Result>(
        by changes: [String], undoneBy undoing: [String], _ body: () async throws -> Result
    ) async throws -> Result {
        let held = try await database.scratch().held
        try await database.commit(changes)
        let result = try await body()
        try await database.undo(undoing, leaving: held)
        return result
    }

    /// The rows that the engine has now in the table or view of this name, whatever its columns are by now.
    func rows(like table: SQLTableFacts) async throws -> [World.Object] {
        try await content(of: table.name, schema: table.schema)?.rows ?? []
    }

    /// What the engine holds now under a name; nil where there is nothing.
    func content(
        of name: String, schema: String? = nil
    ) async throws -> (facts: SQLTableFacts, rows: [World.Object])? {
        let content = try await SQLContent(try await database.scratch()) {
            $0.name == name && (schema ?? $0.schema) == $0.schema
        }
        return content.rows.first.map { ($0.key, $0.value) }
    }

    /// What the engine holds now, all of it.
    func content() async throws -> SQLContent { try await SQLContent(try await database.scratch()) }
}

extension EngineDatabase {
    /// Another session commits.
    func commit(_ statements: [String]) async throws {
        let text = statements.map { $0.hasSuffix(";") ? $0 : $0 + ";" }.joined(separator: "\n")
        let script = "BEGIN;\n\(text)\nCOMMIT;"
        let changed = world.contents.map(\.table).first { changesOnlyRows(of: $0, statements) }
        if let changed, world.key.rowsStandAlone {
            try await scratch().run(script, changingRowsOf: changed)
        } else {
            try await scratch().run(script)
        }
    }

    /// Undoes what was committed since the database held this.
    func undo(_ statements: [String], leaving held: SQLWorld.Held?) async throws {
        try await scratch().undo(statements.map { $0 + ";" }.joined(separator: "\n"), leaving: held)
    }

    private func changesOnlyRows(of table: SQLTableFacts, _ statements: [String]) -> Bool {
        let name = table.quoted(world.engine)
        let starts = ["INSERT INTO \(name) ", "UPDATE \(name) ", "DELETE FROM \(name) "]
        return !table.isView && statements.allSatisfy { statement in starts.contains { statement.hasPrefix($0) } }
    }
}
