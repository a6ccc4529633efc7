import Columns
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Transports
import Tributary

/// A database of one engine with tables of its own, and the source that reads it.
struct DatabaseLab: Sendable {
    enum Engine: String, CaseIterable, CustomStringConvertible {
        case postgres
        case mysql
        case sqlite

        var description: String { rawValue }

        /// The engines of this build whose servers are on this machine. In CI all of them have to be.
        static let available: [Engine] = {
            var engines: [Engine] = []
            #if PostgreSQL
                if PostgresServer.isAvailable { engines.append(.postgres) }
            #endif
            #if MariaDB
                if MariaDBServer.isAvailable { engines.append(.mysql) }
            #endif
            return engines + [.sqlite]
        }()
    }

    let engine: Engine
    let source: ConfiguredSource
    /// The config that the source was made from.
    let config: JSONValue
    let context: SourceContext
    private let database: String
    private let folder: TemporaryFolder

    /// Makes a database by running statements.
    init(_ engine: Engine, _ sql: String) async throws {
        self.engine = engine
        folder = try TemporaryFolder("tributary-lab")
        context = Self.makeContext()
        switch engine {
        case .postgres:
            let server = try await PostgresServer.shared()
            database = try await server.makeDatabase(sql)
            config = [
                "host": "127.0.0.1", "port": .number(JSONNumber(Int64(server.port))), "database": .string(database),
                "user": .string(PostgresServer.user), "password": .string(PostgresServer.password.revealed),
                "schema": "public",
            ]
            source = try SourceRegistry.builtIn.source("Postgres").configure(config)
        case .mysql:
            let server = try await MariaDBServer.shared()
            database = try await server.makeDatabase(sql)
            config = [
                "host": "127.0.0.1", "port": .number(JSONNumber(Int64(server.port))), "database": .string(database),
                "user": .string(MariaDBServer.user), "password": .string(MariaDBServer.password.revealed),
            ]
            source = try SourceRegistry.builtIn.source("MySQL").configure(config)
        case .sqlite:
            database = folder.file("lab.db").path
            config = ["path": .string(database)]
            source = try SourceRegistry.builtIn.source("SQLite").configure(config)
            try SQLiteFile.execute("PRAGMA journal_mode = WAL; \(sql)", on: database)
        }
    }

    /// The same database read with other settings.
    func source(changing changes: [String: JSONValue]) throws -> ConfiguredSource {
        var object = JSONObject()
        if case .object(let members) = config { object = members }
        for (name, value) in changes { object[name] = value == .null ? nil : value }
        let type = ["postgres": "Postgres", "mysql": "MySQL", "sqlite": "SQLite"][engine.rawValue] ?? ""
        return try SourceRegistry.builtIn.source(type).configure(.object(object))
    }

    static func makeContext(tunnels: any TunnelOpener = NothingThere()) -> SourceContext {
        .testing(
            databases: LiveDatabaseConnector(), tunnels: tunnels,
            hosts: HostValidator(policy: .unrestricted, resolver: NoHostResolver()))
    }

    /// Runs statements beside the source.
    func execute(_ sql: String) async throws {
        switch engine {
        case .postgres: try await PostgresServer.shared().execute(sql, in: database)
        case .mysql: try await MariaDBServer.shared().execute(sql, in: database)
        case .sqlite: try SQLiteFile.execute(sql, on: database)
        }
    }

    func quote(_ name: String) -> String {
        let mark = engine == .mysql ? "`" : "\""
        return mark + name.replacingOccurrences(of: mark, with: mark + mark) + mark
    }

    /// A table of consecutive numbers from 1, as this engine makes it.
    func series(_ count: Int) -> String {
        switch engine {
        case .postgres: "generate_series(1, \(count)) AS s(i)"
        case .mysql: "(SELECT seq AS i FROM seq_1_to_\(count)) AS s"
        case .sqlite:
            "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < \(count)) SELECT i FROM c) AS s"
        }
    }

    var timestampType: String { engine == .mysql ? "datetime(6)" : engine == .postgres ? "timestamptz" : "DATETIME" }

    /// The moment `seconds` after 2024-01-01, as an expression of this engine.
    func moment(_ seconds: String) -> String {
        switch engine {
        case .postgres: "timestamptz '2024-01-01 00:00:00+00' + (\(seconds)) * interval '1 second'"
        case .mysql: "timestamp '2024-01-01 00:00:00' + interval (\(seconds)) second"
        case .sqlite: "datetime('2024-01-01', (\(seconds)) || ' seconds')"
        }
    }

    // MARK: Reading

    /// What a read gave.
    struct Rows: Sendable {
        var tables: [Table] = []
        var tokens: [ResumeToken?] = []

        var count: Int { tables.reduce(0) { $0 + $1.rowCount } }

        func values(_ column: String) -> [Value] {
            tables.flatMap { table in (0..<table.rowCount).map { table.column(column)?[$0] ?? .null } }
        }

        var rows: [[String: Value]] { tables.flatMap { table in (0..<table.rowCount).map { table.row($0) } } }
    }

    /// Thrown by a reader that has enough.
    struct Enough: Error {}

    /// Reads a table to its end, or until `limit` tables have come.
    func read(_ inputs: SourceInputs, from source: ConfiguredSource? = nil, limit: Int = .max) async throws -> Rows {
        let response = try await (source ?? self.source).read(inputs, in: context)
        let rows = Lock(Rows())
        let emitter = Emitter { item, token in
            let count = rows.withLock { rows in
                if case .table(let table) = item { rows.tables.append(table) }
                rows.tokens.append(token)
                return rows.tables.count
            }
            if count >= limit { throw Enough() }
        }
        do {
            try await response.items.run(into: emitter)
        } catch is Enough {
            return rows.withLock { $0 }
        }
        return rows.withLock { $0 }
    }

    func schema(_ name: String) async throws -> SourceSchema {
        try #require(await source.schemas(in: context).first { $0.name == name })
    }
}
