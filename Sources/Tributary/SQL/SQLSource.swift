import Columns

/// A database as a config names it.
public struct SQLDatabase: Sendable {
    public var endpoint: DatabaseEndpoint
    public var tunnel: Tunnel?
    /// The schema whose tables are offered; nil for all that the user made, as `schema.table`.
    public var schema: String?

    public init(endpoint: DatabaseEndpoint, tunnel: Tunnel? = nil, schema: String? = nil) {
        self.endpoint = endpoint
        self.tunnel = tunnel
        self.schema = schema
    }
}

/// A source whose upstream is a database: says where it is and what is particular about it; listing and reading its tables
/// is done here.
///
/// ```swift
/// struct HarbourSource: SQLSource {
///     static let description = SourceDescription(type: "Harbour", …)
///     static let dialect: any SQLDialect = HarbourDialect()
///     struct Config: FormFields { … }
///     func database(for config: Config) throws -> SQLDatabase { … }
/// }
/// ```
public protocol SQLSource: Source {
    static var dialect: any SQLDialect { get }

    /// - Throws: `SourceError` of kind `invalidConfig`.
    func database(for config: Config) throws -> SQLDatabase
}

extension SQLSource {
    public func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let database = try database(for: config)
        try await context.withConnection(to: database) { connection in
            _ = try await connection.query(SQLStatement("SELECT 1 AS one"))
            guard let schema else { return }
            let table = try await SQLCatalog(connection, Self.dialect).table(schema, schema: database.schema)
            let plan = try SQLReadPlan(table, Self.dialect, SourceInputs(schema: schema))
            let name = plan.name(connection.quote)
            _ = try await connection.query(SQLStatement("SELECT * FROM \(name) WHERE 1 = 0"))
        }
    }

    public func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        let database = try database(for: config)
        let scope = SQLScope(schema: database.schema)
        let tables = try await context.withConnection(to: database) { connection in
            try await SQLCatalog(connection, Self.dialect).tables(scope)
        }
        return tables.filter(\.isReadable).map { SourceSchema($0, in: scope, Self.dialect) }
    }

    public func read(
        _ inputs: SourceInputs, with config: Config, in context: SourceContext
    ) async throws -> SourceResponse {
        let database = try database(for: config)
        let facts = try await context.withConnection(to: database) { connection in
            let table = try await SQLCatalog(connection, Self.dialect).table(inputs.schema, schema: database.schema)
            let plan = try SQLReadPlan(table, Self.dialect, inputs)
            return try await SQLReadFacts(plan, inputs, connection)
        }
        return facts.response(
            items: Items { emit in
                let reader = SQLReader(facts, token: inputs.resumeToken, isFirst: inputs.watermark.last == nil)
                try await reader.run(database, context, into: emit)
            })
    }
}

extension SourceContext {
    /// Runs `body` with an open connection: a file is opened as it is, a server after its host was checked and through
    /// the tunnel, if there is one.
    func withConnection<Result>(
        to database: SQLDatabase, _ body: (any DatabaseConnection) async throws -> Result
    ) async throws -> Result {
        guard database.endpoint.engine == .sqlite else {
            return try await withDatabase(database.endpoint, through: database.tunnel, body)
        }
        let connection = try await databases.connect(to: database.endpoint)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension SourceSchema {
    /// A table of a database, as it is offered.
    init(_ table: SQLTable, in scope: SQLScope, _ dialect: any SQLDialect) {
        let candidates = table.columns.compactMap { column in
            dialect.cursorType(of: column).map {
                IncrementalField(
                    column.name, $0, isNullable: column.isNullable, isIndexed: table.isIndexed(column.name))
            }
        }
        self.init(
            scope.displayName(table), primaryKeys: table.key?.columns ?? [], incremental: candidates,
            estimatedRowCount: table.estimatedRows,
            columns: table.columns.map { SchemaColumn($0.name, type: $0.type, isNullable: $0.isNullable) },
            foreignKeys: table.foreignKeys,
            rowSecurityWarning: table.hidesRows
                ? "Row-level security is on for this table: rows that the user may not see are left out." : nil,
            metadata: ["schema": .string(table.schema), "table": .string(table.name)])
    }
}
