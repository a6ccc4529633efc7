import Columns
import Tributary

/// __label__: one table to start with. The API: __docs__
struct __Type__Source: RESTSource {
    static let description = SourceDescription(
        type: "__Type__", label: "__label__", category: .productivity, docs: "__docs__",
        listsSchemasWithoutCredentials: true)

    struct Config: FormFields {
        @Input("API key") var apiKey: Secret
    }

    static let endpoints = [
        // One entry a table. `rows` is where the list stands in the answer; a changed envelope is then an error, and not
        // an empty table. Add `incremental:` where the API filters by a time that moves with each change, and partition
        // by a time that never changes.
        RESTEndpoint("items", path: "/items", primaryKeys: ["id"], rows: "data")
    ]

    /// A cheap page that any genuine key may read.
    let probe = "/items?limit=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        try RESTClient(
            context, baseURL: "__base_url__", authorization: .bearer(config.apiKey),
            paginator: .cursor(parameter: "cursor", from: "next_cursor"), pageSize: PageSize("limit", 100))
    }
}
