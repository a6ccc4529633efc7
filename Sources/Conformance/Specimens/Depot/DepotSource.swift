import Columns
import Tributary

/// A small correct source over an SQLite file, wrong in one way where its config says so.
///
/// It reads along cursor and key in pages of four rows, inside one snapshot, so that whatever goes wrong between pages
/// shows with few rows.
struct DepotSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")
    static let pageRows = 4

    struct Config: FormFields {
        @Input("File") var path: String
        @Input("Password") var password: Secret?
        @Input("Only this shelf") var shelf: String?
        /// The fault to be shown, by its name; none is the clean twin.
        @Input("Fault") var fault: String?

        init() {}

        var bend: DepotBend { DepotFault.bend(fault) }
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let statement = SQLStatement(config.bend.validation(schema))
        try await open(config, context) { _ = try await $0.query(statement) }
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        try await open(config, context) { try await tables($0, config) }.map { config.bend.schema($0) }
            + config.bend.listedBesides
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        let bend = config.bend
        var inputs = inputs
        bend.inputs(&inputs)
        let (table, rows) = try await open(config, context) { connection in
            let known = try await tables(connection, config) + bend.listedBesides.map(DepotTable.init(listed:))
            guard let table = known.first(where: { $0.offered == inputs.schema }) else {
                throw SourceError(.unknownSchema, "Looking for the table '\(inputs.schema)': there is none.")
            }
            try await bend.preparation(connection, table)
            return (table, try await count(table, inputs, config, connection))
        }
        let reader = DepotReader(source: self, config: config, table: table, inputs: inputs, context: context)
        var response = SourceResponse(
            primaryKeys: table.keys, sortMode: .ascending, rowsToSync: rows,
            items: Items { emit in try await reader.run(into: emit) })
        bend.response(&response, table)
        return response
    }

    private func tables(_ connection: any DatabaseConnection, _ config: Config) async throws -> [DepotTable] {
        let bend = config.bend
        return try await DepotTable.all(connection).map { table in
            var table = table
            bend.catalogue(&table)
            return table
        }
    }

    private func count(
        _ table: DepotTable, _ inputs: SourceInputs, _ config: Config, _ connection: any DatabaseConnection
    ) async throws -> Int? {
        let bend = config.bend
        var page = DepotReader.firstPage(table, inputs, config)
        page.conditions.removeAll { $0.text.hasSuffix("IS NOT NULL") }
        bend.page(&page)
        bend.count(&page)
        let filter =
            page.conditions.isEmpty ? "" : " WHERE " + page.conditions.map { "(\($0.text))" }.joined(separator: " AND ")
        let counted = try await connection.query(
            SQLStatement(
                "SELECT count(*) AS n FROM \(page.quote(table.name))\(filter)", page.conditions.flatMap(\.parameters)))
        guard case .int(let number)? = counted.column("n")?[0] else { return nil }
        return Int(number)
    }

    /// Runs `body` with a connection that is closed on every path.
    func open<Result>(
        _ config: Config, _ context: SourceContext, _ body: (any DatabaseConnection) async throws -> Result
    ) async throws -> Result {
        var endpoint = DatabaseEndpoint(engine: .sqlite, host: config.path)
        if let password = config.password { endpoint.password = password }
        config.bend.endpoint(&endpoint)
        config.bend.connecting(context, endpoint)
        let connection: any DatabaseConnection
        do {
            connection = try await context.databases.connect(to: endpoint)
        } catch {
            throw config.bend.failure(error, endpoint)
        }
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            if config.bend.closesOnError { await connection.close() }
            throw config.bend.blamesStatements ? config.bend.failure(error, endpoint) : error
        }
    }
}
