import Columns
import Tributary

/// A small correct source of an API that is asked by POST, wrong in one way where its config says so.
///
/// `trials` are searched for study by study, bounded by a condition as text; `changes` come oldest first when the body
/// asks for that, bounded by a member within another.
struct SearchSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")

    typealias Config = SpecimenConfig<SearchFault>

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = client(config, context)
        if let schema { return try await client.probe(schema, from: endpoints(config.bend)) }
        _ = try await client.get("/v1/me")
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        endpoints(config.bend).map { endpoint in
            var schema = endpoint.schema
            // Bounds include themselves: a merge takes such a row once, an append would take it again.
            schema.supportsAppend = false
            return schema
        }
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        try client(config, context).response(to: inputs, from: endpoints(config.bend))
    }

    private func client(_ config: Config, _ context: SourceContext) -> RESTClient {
        RESTClient(
            context, baseURL: SpecimenRecording.origin, authorization: .bearer(config.apiKey),
            paginator: .cursor(parameter: .body("page_token"), from: "next_page_token"),
            pageSize: PageSize(.body("max_results"), 100))
    }

    private func endpoints(_ bend: SearchBend) -> [RESTEndpoint] {
        [Self.studies, Self.trials, Self.changes].map { endpoint in
            var endpoint = endpoint
            bend.endpoint(&endpoint)
            return endpoint
        }
    }

    private static let studies = RESTEndpoint(
        "studies", path: "/v1/studies/search", method: .post, primaryKeys: ["id"], rows: "studies", sort: .unsorted,
        partitioning: .md5(), body: [:])

    private static let trials = RESTEndpoint(
        "trials", path: "/v1/trials/search", method: .post, primaryKeys: ["study_id", "id"], rows: "trials",
        // A list without rows is left out of the answer.
        rowsMayBeMissing: true, lifting: ["id": "info.id", "at": "info.at"],
        incremental: [
            RESTIncremental(
                .datetime("at"),
                start: RESTIncremental.Bound(
                    .body("filter"), format: .epochMilliseconds, template: "info.at >= {value}"))
        ],
        partitioning: .md5(), parent: RESTParent("studies", columns: ["id": "study_id"]),
        body: ["study_ids": ["{studies.id}"], "order_by": ["info.at ASC"]])

    private static let changes = RESTEndpoint(
        "changes", path: "/v1/changes/search", method: .post, primaryKeys: ["id"], rows: "changes",
        incremental: [.datetime("changed_at", parameter: .body("filter.changed_since"))], sort: .ascending,
        partitioning: .md5(), body: ["sort": "changed_at"])
}
