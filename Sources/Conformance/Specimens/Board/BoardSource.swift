import Columns
import Tributary

/// A small correct source of boards and what hangs on them, wrong in one way where its config says so.
///
/// Ids of cards and events count from one on each board.
struct BoardSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")

    typealias Config = SpecimenConfig<BoardFault>

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = client(config, context)
        if let schema { return try await client.probe(schema, from: endpoints(config.bend, SourceInputs(schema: ""))) }
        _ = try await client.get("/v1/me")
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        endpoints(config.bend, SourceInputs(schema: "")).map { endpoint in
            var schema = endpoint.schema
            schema.supportsAppend = false
            return schema
        }
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        let bend = config.bend
        let client = client(config, context)
        var response = try client.response(to: inputs, from: endpoints(bend, inputs))
        bend.response(&response, inputs, client)
        return response
    }

    private func client(_ config: Config, _ context: SourceContext) -> RESTClient {
        RESTClient(
            context, baseURL: SpecimenRecording.origin, authorization: .bearer(config.apiKey),
            paginator: .cursor(parameter: "after", from: "next", hasMore: "more"), pageSize: PageSize("limit", 100))
    }

    private func endpoints(_ bend: BoardBend, _ inputs: SourceInputs) -> [RESTEndpoint] {
        [Self.boards, Self.cards, Self.events].map { endpoint in
            var endpoint = endpoint
            bend.endpoint(&endpoint, inputs)
            return endpoint
        }
    }

    private static let boards = RESTEndpoint(
        "boards", path: "/v1/boards", primaryKeys: ["id"], rows: "data", sort: .unsorted, partitioning: .md5())

    /// A board that was deleted after it was listed.
    private static let gone = ResponseAction([404], text: "not found", .ignore)

    private static let cards = RESTEndpoint(
        "cards", path: "/v1/boards/{boards.id}/cards", primaryKeys: ["board_id", "id"], rows: "data", sort: .unsorted,
        partitioning: .md5(), parent: RESTParent("boards", columns: ["id": "board_id"]), actions: [gone])

    private static let events = RESTEndpoint(
        "events", path: "/v1/boards/{boards.id}/events", primaryKeys: ["board_id", "id"], rows: "data",
        incremental: [.datetime("updated_at", parameter: "since")], sort: .unsorted, partitioning: .md5(),
        parent: RESTParent("boards", columns: ["id": "board_id"]), actions: [gone],
        // The list is in no order: what changes while it is read is behind the stored value, and read again.
        defaultLookback: .seconds(86_400))
}
