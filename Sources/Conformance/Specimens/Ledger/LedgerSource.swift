import Columns
import Tributary

/// A small correct source, wrong in one way where its config says so.
///
/// `notes` come oldest change first and take a lower bound; `payments` come newest first and take both bounds.
struct LedgerSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs",
        status: .beta, listsSchemasWithoutCredentials: true)
    static let baseURL = "https://api.specimen.example"

    typealias Config = SpecimenConfig<LedgerFault>

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        if let schema {
            return try await client(config, context).probe(schema, from: endpoints(config.bend))
        }
        if let validate = config.bend.validate { return try await validate(config, context) }
        _ = try await client(config, context).get("/v1/me")
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        var schemas = endpoints(config.bend).map(\.schema)
        try await config.bend.schemas(&schemas, config, context)
        return schemas
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        let bend = config.bend
        var inputs = inputs
        bend.inputs(&inputs, context)
        var response = try client(config, context).response(to: inputs, from: endpoints(bend))
        try await bend.response(&response, inputs, config, context)
        return response
    }

    func client(_ config: Config, _ context: SourceContext) throws -> RESTClient {
        let bend = config.bend
        var context = context
        bend.context(&context, config)
        if let client = bend.client { return try client(config, context) }
        return RESTClient(
            context, baseURL: Self.baseURL, authorization: .bearer(config.apiKey), pageSize: PageSize("limit", 100),
            headers: ["Api-Version": "2025-01-01"], actions: bend.actions)
    }

    func endpoints(_ bend: LedgerBend) -> [RESTEndpoint] {
        var notes = Self.notes
        var payments = Self.payments
        bend.notes(&notes)
        bend.payments(&payments)
        return [notes, payments]
    }

    private static let notes = RESTEndpoint(
        "notes", path: "/v1/notes", primaryKeys: ["id"], rows: "data",
        incremental: [.datetime("updated_at", parameter: "since", query: ["sort": "updated_at"])], sort: .ascending,
        partitioning: .datetime("created_at", by: .day), query: ["archived": "all"],
        paginator: .cursor(parameter: "after", from: "next", hasMore: "more"))

    private static let payments = RESTEndpoint(
        "payments", path: "/v1/payments", primaryKeys: ["id"], rows: "data",
        incremental: [
            RESTIncremental(
                .datetime("created"), start: RESTIncremental.Bound("created_from", format: .epochSeconds),
                end: RESTIncremental.Bound("created_to", format: .epochSeconds), sort: .descending)
        ], sort: .descending, partitioning: .datetime("created", by: .month),
        paginator: .lastRow("id", parameter: "starting_after", hasMore: "more"))
}
