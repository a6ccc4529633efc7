import Tributary

/// Opens connections to real databases.
///
/// SQLite is always there. PostgreSQL and MySQL need their drivers built in, by the package traits `PostgreSQL` and
/// `MariaDB`; without them, connecting says how to get them.
public struct LiveDatabaseConnector: DatabaseConnector {
    public init() {}

    /// The engines whose drivers are in this build.
    public static var builtInEngines: Set<DatabaseEngine> {
        var engines: Set<DatabaseEngine> = [.sqlite]
        #if PostgreSQL
            engines.insert(.postgres)
        #endif
        #if MariaDB
            engines.insert(.mysql)
        #endif
        return engines
    }

    public func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        switch endpoint.engine {
        case .postgres: try await connectToPostgres(endpoint)
        case .mysql: try await connectToMySQL(endpoint)
        case .sqlite: try await open(SQLiteSession(path: endpoint.host, timeouts: endpoint.timeouts))
        }
    }

    private func connectToPostgres(_ endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        #if PostgreSQL
            try await open(PostgresSession(endpoint))
        #else
            throw Self.driverMissing("PostgreSQL", package: "libpq-dev")
        #endif
    }

    private func connectToMySQL(_ endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        #if MariaDB
            try await open(MariaDBSession(endpoint))
        #else
            throw Self.driverMissing("MariaDB", package: "libmariadb-dev")
        #endif
    }

    /// Opens a session on its thread. Cancelling the task ends the attempt.
    private func open(_ session: some OpenableSession) async throws -> any DatabaseConnection {
        try Task.checkCancellation()
        let thread = BlockingThread(name: "tributary-\(session.engine.rawValue)")
        do {
            try await withTaskCancellationHandler {
                try await thread.run { try session.open() }
            } onCancel: {
                session.cancel()
            }
            return LiveDatabaseConnection(session: session, thread: thread)
        } catch {
            thread.enqueue { session.close() }
            try Task.checkCancellation()
            throw error
        }
    }

    private static func driverMissing(_ trait: String, package: String) -> SourceError {
        SourceError(
            .driverMissing, "Connecting to the database: this build has no \(trait) driver.",
            advice: "Install \(package) and build with the trait, for example `swift build --traits \(trait)`.")
    }
}

/// A session that has yet to connect.
protocol OpenableSession: DatabaseSession {
    func open() throws
}
