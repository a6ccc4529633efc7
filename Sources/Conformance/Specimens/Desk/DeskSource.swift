import Columns
import Tributary

/// A small correct source of tables that are known only after connecting: the upstream lists them, page by page.
struct DeskSource<Form: DeskForm>: Source {
    static var description: SourceDescription {
        SourceDescription(
            type: "Desk", label: "Desk", category: .productivity, docs: "https://desk.example/docs",
            caption: "A key that may list and read the workspace's tables is enough.")
    }

    typealias Config = Form

    init() {}

    func validateCredentials(_ config: Form, schema: String?, in context: SourceContext) async throws {
        let run = try DeskRun(config, context)
        if let schema {
            if let probe = run.bend.probe { return try await probe(run, schema) }
            return try await run.client.probe(schema, from: try await run.tables().map(\.endpoint))
        }
        if let validate = run.bend.validate { return try await validate(run) }
        _ = try await run.client.get("/v1/me")
    }

    func schemas(for config: Form, in context: SourceContext) async throws -> [SourceSchema] {
        let run = try DeskRun(config, context)
        if let schemas = run.bend.schemas { return try await schemas(run) }
        return try await run.tables().map(\.schema)
    }

    func read(_ inputs: SourceInputs, with config: Form, in context: SourceContext) async throws -> SourceResponse {
        let run = try DeskRun(config, context)
        if let read = run.bend.read, let response = try await read(run, inputs) { return response }
        return try run.client.response(to: inputs, from: try await run.tables().map(\.endpoint))
    }
}

/// The desk at work, whatever its form.
struct DeskRun: Sendable {
    static let baseURL = "https://api.desk.example"
    let client: RESTClient
    let context: SourceContext
    let limit: Int?
    let bend: DeskBend

    init(_ config: some DeskForm, _ context: SourceContext) throws {
        guard let key = config.key else {
            throw SourceError(.unexpectedAnswer, "Signing in to the desk: there is nothing to sign in with.")
        }
        self.context = context
        limit = config.limit
        bend = DeskFault.bend(config.fault)
        client = RESTClient(
            context, baseURL: Self.baseURL, authorization: .bearer(key),
            paginator: .cursor(parameter: "after", from: "next"), pageSize: limit.map { PageSize("limit", $0) },
            headers: ["X-View": bend.view(config.view).joined(separator: "; ")])
    }

    /// The body of a query by GraphQL.
    static func graphQL(_ query: String) -> JSONValue { ["query": .string(query)] }

    /// A table as the upstream lists it.
    struct Table: Sendable {
        var name: String
        var columns: [SchemaColumn]

        /// Nil for what has no name to ask by.
        init?(_ value: JSONValue) {
            guard let name = value["id"]?.string, !name.isEmpty else { return nil }
            self.name = name
            columns = (value["columns"]?.array ?? []).compactMap { column in
                column["name"]?.string.map { SchemaColumn($0, type: column["type"]?.string ?? "unknown") }
            }
        }

        var endpoint: RESTEndpoint {
            RESTEndpoint(
                name, path: "/v1/tables/\(name)/rows", primaryKeys: ["id"], rows: "rows", sort: .unsorted,
                partitioning: .md5())
        }

        var schema: SourceSchema {
            var schema = endpoint.schema
            schema.columns = columns
            return schema
        }
    }

    /// All tables: the listing is read to its end.
    func tables() async throws -> [Table] { try await listing().compactMap(Table.init) }

    /// The listing's elements as they come; `pages` limits how far it is read.
    func listing(pages: Int = .max) async throws -> [JSONValue] {
        var elements: [JSONValue] = []
        var after: String?
        for _ in 0..<min(pages, 1_000) {
            let size = limit.map { "limit=\($0)" }
            let position = after.map { "after=\(PercentEncoding.encode($0))" }
            let query = [size, position].compactMap { $0 }.joined(separator: "&")
            let page = try await client.get("/v1/tables" + (query.isEmpty ? "" : "?\(query)"))
            elements += page["tables"]?.array ?? []
            after = page["next"]?.string
            if after == nil { break }
        }
        return elements
    }
}
