import Columns
import Tributary

/// __label__, by GraphQL. The API: __docs__
struct __Type__Source: RESTSource {
    static let description = SourceDescription(
        type: "__Type__", label: "__label__", category: .productivity,
        docs: "__docs__",
        listsSchemasWithoutCredentials: true)

    struct Config: FormFields {
        __config__
    }

    // One query a table. GraphQL answers errors with status 200, also beside a part of the rows: none is taken then.
    static let endpoints = [
        __endpoints__
    ]

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = try client(for: config, in: context)
        if let schema { return try await client.probe(schema, from: endpoints(for: config)) }
        let query = JSONObject([("query", "{ __typename }")])
        let answer = try await client.send(RESTRequest(.post, probe, body: query))
        if let problem = answer.path("errors.0.message")?.string {
            throw SourceError(
                .invalidCredentials, "Asking __label__ who you are: \(problem)", advice: "Check the credentials.")
        }
    }

    let probe = "__path__"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "__base_url__",
            authorization: __authorization____more__)
    }

    /// A list by Relay's cursor connections: `first`, `after`, `pageInfo`. Where the API offers no `nodes`, ask for
    /// `edges { node { … } }`: `rows` is then "data.NAME.edges", and what the keys, the cursor and the partitions name is
    /// lifted out of the node: `lifting: ["id": "node.id", "updatedAt": "node.updatedAt"]`.
    private static func connection(
        _ name: String, keys: [String], fields: String, incremental: [RESTIncremental] = []
    ) -> RESTEndpoint {
        let (since, filter) = incremental.isEmpty ? ("", "") : (", $since: DateTime", ", updatedSince: $since")
        let query = """
            query ($first: Int, $after: String\(since)) {
              \(name)(first: $first, after: $after\(filter)) {
                nodes { \(fields) }
                pageInfo { hasNextPage endCursor }
              }
            }
            """
        return RESTEndpoint(
            name, path: "__path__", method: .post, primaryKeys: keys, rows: "data.\(name).nodes",
            incremental: incremental, body: JSONObject([("query", .string(query))]),
            paginator: .cursor(
                parameter: .body("variables.after"), from: "data.\(name).pageInfo.endCursor",
                hasMore: "data.\(name).pageInfo.hasNextPage"),
            pageSize: PageSize(.body("variables.first"), 100),
            actions: [
                ResponseAction([200], field: "errors", .fail("Reading \(name): the API answers the query with errors."))
            ])
    }
}
