import Columns
import Tributary

/// An upstream whose database fails where a closure says so, be it an engine or a cassette that answers otherwise.
struct StruckDatabase: Upstream {
    /// Called before each connection, where there is no statement, and before each statement.
    typealias Strike = @Sendable (SQLStatement?) throws -> Void

    let base: any Upstream
    let what: String
    let strike: Strike

    var name: String { "\(base.name), with \(what)" }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { base.integrations }
    var maximumPageSize: Int? { base.maximumPageSize }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? { try base.httpClient(clock: clock) }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try base.databaseConnector(clock: clock).map { Connector(base: $0, strike: strike) }
    }

    private struct Connector: DatabaseConnector {
        let base: any DatabaseConnector
        let strike: Strike

        func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
            try strike(nil)
            return Connection(base: try await base.connect(to: endpoint), strike: strike)
        }
    }

    private struct Connection: DatabaseConnection {
        let base: any DatabaseConnection
        let strike: Strike

        var engine: DatabaseEngine { base.engine }

        func query(_ statement: SQLStatement) async throws -> Table {
            try strike(statement)
            return try await base.query(statement)
        }

        func stream(
            _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
        ) async throws {
            try strike(statement)
            try await base.stream(statement, maxRows: maxRows, maxBytes: maxBytes, into: body)
        }

        func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
            try await base.withSnapshot(body)
        }

        func close() async { await base.close() }
    }
}
