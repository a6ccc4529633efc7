import Cassettes
import Columns
import Foundation
import Logging
import Pipeline
import Tributary

/// Records a database: not the statements of one version of a source, but its tables, as a seed that any engine of the
/// kind is filled from. The engine itself then is the model.
struct SQLRecording {
    let plan: RecordingPlan
    let live: LiveSide
    let source: ConfiguredSource
    let progress: @Sendable (String) -> Void

    /// Rows of a table when no limit is given.
    static let usualRows = 50

    struct Result {
        var tables: [RecordedTable]
        var seed: [SeedTable]
        var engine: DatabaseEngine
        var version: String
        var notes: [String]
        var leftOut: [Recorder.Outcome.LeftOut] = []
    }

    /// Nil when the source speaks to no database.
    ///
    /// - Throws: `SourceError` of the upstream.
    func run() async throws -> Result? {
        let tap = TappedConnector(live.databases)
        let http = NoHTTP()
        let context = context(tap, http)
        let schemas: [SourceSchema]
        do {
            if plan.provesCredentials { try await source.validateCredentials(in: context) }
            schemas = try await source.schemas(in: context)
        } catch {
            if http.wasAsked { return nil }
            throw error
        }
        guard let endpoint = tap.endpoint else { return nil }
        let chosen = try LiveRuns.chosen(plan, schemas)
        let connection = try await live.databases.connect(to: endpoint)
        do {
            let result = try await read(chosen, connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Logs in with wrong credentials: what to say where that is not refused as such; nil where it is.
    func refusal() async throws -> String? {
        do {
            try await source.validateCredentials(in: context(TappedConnector(live.databases), NoHTTP()))
        } catch let error as SourceError where error.kind == .invalidCredentials {
            return nil
        }
        return "The server did not refuse a made-up password, so there is no scenario bad-credentials."
    }

    private func context(_ tap: TappedConnector, _ http: NoHTTP) -> SourceContext {
        var logger = Logger(label: "record")
        logger.logLevel = .error
        return SourceContext(
            http: http, databases: tap, tunnels: live.tunnels, integrations: live.integrations, hosts: live.hosts,
            clock: RecordingClock(plan.clock), logger: logger)
    }

    private func read(_ schemas: [SourceSchema], _ connection: any DatabaseConnection) async throws -> Result {
        let facts = try await Self.facts(connection)
        let version = connection.engine == .sqlite ? "sqlite_version()" : "version()"
        var result = Result(
            tables: [], seed: [], engine: connection.engine,
            version: Self.short(try await connection.texts("SELECT \(version)").first ?? ""), notes: [])
        for schema in schemas {
            progress("\(schema.name) …")
            guard let table = Self.table(schema.name, plan.config["schema"]?.string, facts) else {
                let error = SourceError(
                    .unknownSchema, "Recording \(schema.name): the catalogue shows no table of this name.")
                result.leftOut.append(.init(name: schema.name, error: error))
                result.notes.append("\(schema.name) was left out: \(error.message)")
                continue
            }
            let mode = plan.modes[schema.name] ?? plan.mode ?? DefaultSettings.syncType(for: schema)
            let field = mode == .fullRefresh ? nil : DefaultSettings.cursorField(for: schema)
            let seed = try await self.seed(schema, table, field, connection)
            if seed.isCut {
                result.notes.append(
                    "Of \(schema.name) the first \(seed.rows.count.counted("row was", "rows were")) taken.")
            }
            if table.isView {
                result.notes.append("\(schema.name) is a view: the tables that it reads must be recorded with it.")
            }
            result.seed.append(seed)
            result.tables.append(
                RecordedTable(
                    schema: schema, mode: mode, field: field, primaryKeys: schema.primaryKeys,
                    sortMode: field == nil ? nil : .ascending, image: nil))
        }
        return result
    }

    /// The engine's version without the machine that it runs on.
    private static func short(_ text: String) -> String {
        String((text.components(separatedBy: " on ").first ?? text).prefix { $0 != "(" }).trimmingCharacters(
            in: .whitespaces)
    }

    private func seed(
        _ schema: SourceSchema, _ table: SQLTableFacts, _ field: IncrementalField?, _ connection: any DatabaseConnection
    ) async throws -> SeedTable {
        let limit = plan.limits.rows(usual: Self.usualRows)
        let order = schema.primaryKeys.isEmpty ? [field?.name].compactMap { $0 } : schema.primaryKeys
        let names = order.map { SQLText.quote($0, connection.engine) }.joined(separator: ", ")
        let query =
            SQLText.rows(of: table, connection.engine) + (names.isEmpty ? "" : " ORDER BY \(names)")
            + (limit.map { " LIMIT \($0 + 1)" } ?? "")
        let lines = try await connection.texts(query)
        let rows = try lines.prefix(limit ?? lines.count).compactMap { try JSONValue(parsing: Array($0.utf8)).object }
        return SeedTable(
            name: schema.name, facts: table,
            definition: try await TableDefinition(table: table, connection: connection).statements(),
            key: schema.primaryKeys, rows: rows, isCut: lines.count > rows.count)
    }

    private static func facts(_ connection: any DatabaseConnection) async throws -> [SQLTableFacts] {
        try await connection.texts(SQLText.catalogue(connection.engine)).reduce(into: []) { tables, line in
            guard let part = SQLTableFacts.part(of: line) else { return }
            if tables.last?.name == part.name, tables.last?.schema == part.schema {
                tables[tables.count - 1].columns += part.columns
            } else {
                tables.append(part)
            }
        }
    }

    private static func table(_ name: String, _ schema: String?, _ tables: [SQLTableFacts]) -> SQLTableFacts? {
        tables.first { $0.name == name && ($0.schema.isEmpty || $0.schema == schema ?? "public") }
            ?? tables.first { "\($0.schema).\($0.name)" == name }
            ?? tables.first { $0.name == name }
    }
}

/// A source that asks for HTTP is none of a database.
private final class NoHTTP: HTTPClient {
    private let asked = Lock(false)

    var wasAsked: Bool { asked.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        asked.withLock { $0 = true }
        throw SourceError(.unreachable, "Looking for a database: the source asks for HTTP.")
    }
}

extension SQLTableFacts {
    /// One line of the kit's catalogue query: a table with one column.
    static func part(of line: String) -> SQLTableFacts? {
        guard let parts = try? JSONValue(parsing: Array(line.utf8)).array, parts.count == 10,
            let schema = parts[0].string, let table = parts[1].string, let column = parts[3].string,
            let type = parts[4].string
        else { return nil }
        func flag(_ value: JSONValue) -> Bool { value.bool ?? ((value.int64 ?? 0) != 0) }
        // An engine may hand a list within a list over as its text.
        func names(_ value: JSONValue) -> [String] {
            let list = value.string.flatMap { try? JSONValue(parsing: Array($0.utf8)) } ?? value
            return (list.array ?? []).compactMap(\.string)
        }
        return SQLTableFacts(
            schema: schema, name: table, isView: flag(parts[2]),
            columns: [
                Column(
                    name: column, type: SQLText.isRow(type) ? type : type.lowercased(), isGenerated: flag(parts[5]),
                    isRequired: flag(parts[6]), uniques: names(parts[7]), length: parts[8].int64.map(Int.init),
                    scale: parts[9].int64.map(Int.init))
            ])
    }
}
