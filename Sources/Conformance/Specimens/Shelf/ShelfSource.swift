import Columns
import Tributary

/// A small correct source over every other way of paging, wrong in one way where its config says so.
struct ShelfSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")

    typealias Config = SpecimenConfig<ShelfFault>

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = client(config, context)
        if let schema { return try await client.probe(schema, from: endpoints(config.bend)) }
        _ = try await client.get("/v1/me")
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        let bend = config.bend
        return endpoints(bend).map { endpoint in
            var schema = endpoint.schema
            // Bounds include themselves: a merge takes such a row once, an append would take it again.
            schema.supportsAppend = false
            if schema.name == "pages" { schema.columns = Self.columns }
            bend.schema(&schema)
            return schema
        }
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        let bend = config.bend
        let client = client(config, context)
        var plain = inputs
        bend.inputs(&plain)
        var response = try client.response(to: plain, from: endpoints(bend))
        try await bend.response(&response, inputs, client, context)
        return response
    }

    private func client(_ config: Config, _ context: SourceContext) -> RESTClient {
        RESTClient(
            context, baseURL: SpecimenRecording.origin, authorization: .bearer(config.apiKey),
            pageSize: PageSize("limit", 100))
    }

    private func endpoints(_ bend: ShelfBend) -> [RESTEndpoint] {
        [Self.offsets, Self.pages, Self.shorts, Self.trails, Self.finals, Self.entries, Self.catalog, Self.search].map {
            endpoint in
            var endpoint = endpoint
            // They may be whole on the first pages and have fractions later.
            endpoint.columnHints = ["price": .float64, "weight": .float64]
            bend.endpoint(&endpoint)
            return endpoint
        }
    }

    /// The columns of the numbered pages, as the upstream documents them.
    private static let columns = [
        SchemaColumn("id", type: "integer", isNullable: false), SchemaColumn("title", type: "text"),
        SchemaColumn("updated_at", type: "timestamp"), SchemaColumn("weight", type: "number"),
        SchemaColumn("seen_at", type: "timestamp"), SchemaColumn("size", type: "integer"),
        SchemaColumn("labels", type: "object"), SchemaColumn("price", type: "number"),
        SchemaColumn("fee", type: "text"),
    ]

    /// Offsets, with a total.
    private static let offsets = RESTEndpoint(
        "offsets", path: "/v1/offsets", primaryKeys: ["id"], rows: "items", sort: .unsorted,
        partitioning: .md5(), paginator: .offset(total: "total"))

    /// Numbered pages.
    private static let pages = RESTEndpoint(
        "pages", path: "/v1/pages", primaryKeys: ["id"], rows: "rows", sort: .unsorted, partitioning: .md5(),
        paginator: .pageNumber(totalPages: "pages"))

    /// Numbered pages of which nothing says which is the last: a short one is.
    private static let shorts = RESTEndpoint(
        "shorts", path: "/v1/shorts", primaryKeys: ["id"], rows: "rows", sort: .unsorted, partitioning: .md5(),
        paginator: .pageNumber())

    /// Each page leads on, also the last and the empty ones behind it: an empty page is the end.
    private static let trails = RESTEndpoint(
        "trails", path: "/v1/trails", primaryKeys: ["id"], rows: "data", sort: .unsorted, partitioning: .md5(),
        paginator: Paginator(
            apply: { position, request in if !position.isNull { request.set("after", position) } },
            next: { _, page, _ in page.isEmpty ? nil : page.value("next") }))

    /// The list ends with a page that has null in place of its rows.
    private static let finals = RESTEndpoint(
        "finals", path: "/v1/finals", primaryKeys: ["id"], rows: "data", rowsMayBeMissing: true, sort: .unsorted,
        partitioning: .md5(), paginator: .cursor(parameter: "after", from: "next"),
        actions: ["error", "errors"].map { field in
            ResponseAction([200], field: field, .fail("The upstream answered with an error."))
        })

    /// Oldest change first; deleted entries are reported.
    private static let entries = RESTEndpoint(
        "entries", path: "/v1/entries", primaryKeys: ["shelf", "id"], rows: "data",
        incremental: [.datetime("updated_at", parameter: "since")], sort: .ascending, partitioning: .md5(),
        paginator: .cursor(parameter: "after", from: "next", hasMore: "more"))

    /// Newest change first, without any bound: an increment stops at the first page that is older as a whole.
    private static let catalog = RESTEndpoint(
        "catalog", path: "/v1/catalog", primaryKeys: ["id"], rows: "data",
        incremental: [.newestFirst(.datetime("updated_at"), query: ["sort": "updated"])], sort: .descending,
        partitioning: .md5(), paginator: .pageNumber(hasMore: "more"))

    /// A search that shows six rows of a query at most: it is asked again from the last id on.
    static let search = RESTEndpoint(
        "search", path: "/v1/search", primaryKeys: ["id"], rows: "items",
        incremental: [.datetime("updated_at", parameter: "since")], sort: .unsorted, partitioning: .md5(),
        paginator: Paginator(
            apply: { position, request in
                request.set("offset", position["offset"] ?? 0)
                if let anchor = position["above"] { request.set("above", anchor) }
            },
            next: { position, page, _ in
                let offset = (position["offset"]?.int64 ?? 0) + Int64(page.rowCount)
                guard let total = page.value("total")?.int64, offset < total else { return nil }
                guard offset >= 6, let last = page.value("items[-1].id") else {
                    var next = position.object ?? JSONObject()
                    next["offset"] = .number(JSONNumber(offset))
                    return .object(next)
                }
                return ["above": last, "offset": 0]
            }))
}
