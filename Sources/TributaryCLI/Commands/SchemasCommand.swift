import ArgumentParser
import Columns
import Pipeline
import Tributary

/// `tributary schemas NAME`: the tables that a connection offers.
struct SchemasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schemas", abstract: "List the tables of a connection: keys, cursor candidates, row estimates.")

    @Argument(help: "The connection's name.", completion: Completions.connections)
    var name: String

    @Flag(help: "Show the columns of each table, where the source tells them.")
    var columns = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var output: OutputOptions

    private struct Entry: Encodable {
        var name: String
        var primaryKeys: [String]
        var cursorFields: [String]
        var syncTypes: [String]
        var rows: Int?
        var columns: [Column]?
        var warning: String?

        struct Column: Encodable {
            var name: String
            var type: String
            var nullable: Bool
        }
    }

    func run() async throws {
        let store = try state.store()
        let open = try OpenConnection(name, in: store)
        let schemas = try await open.source.schemas(in: network.context(store: store))
        let entries = schemas.map(entry)
        if output.json { return try JSONOutput.print(entries) }
        var table = TextTable([
            ("TABLE", .left), ("PRIMARY KEY", .left), ("CURSOR FIELDS", .left), ("SYNC TYPES", .left), ("ROWS", .right),
        ])
        for entry in entries {
            table.add([
                entry.name, list(entry.primaryKeys), list(entry.cursorFields), list(entry.syncTypes),
                entry.rows.map(\.grouped) ?? "?",
            ])
            for column in entry.columns ?? [] {
                table.add(["  \(column.name)", column.type, column.nullable ? "nullable" : "", "", ""])
            }
        }
        Console.result(table.text)
        for entry in entries { if let warning = entry.warning { Console.note("\(entry.name): \(warning)") } }
    }

    private func entry(_ schema: SourceSchema) -> Entry {
        Entry(
            name: schema.name, primaryKeys: schema.primaryKeys,
            cursorFields: schema.incrementalFields.map { "\($0.name) (\($0.type.rawValue))" },
            syncTypes: schema.syncTypes.map(\.rawValue), rows: schema.rowCount ?? schema.estimatedRowCount,
            columns: columns
                ? schema.columns.map { .init(name: $0.name, type: $0.type, nullable: $0.isNullable) } : nil,
            warning: schema.rowSecurityWarning)
    }

    private func list(_ names: [String]) -> String { names.isEmpty ? "–" : names.joined(separator: ", ") }
}
