import Columns
import Tributary

/// __label__. The API: __docs__
struct __Type__Source: RESTSource {
    static let description = SourceDescription(
        type: "__Type__", label: "__label__", category: .productivity,
        docs: "__docs__",
        listsSchemasWithoutCredentials: true)

    struct Config: FormFields {
        __config__
    }

    // One entry a table. `rows` is where the list stands in an answer, so that a changed envelope is an error and not an
    // empty table. Partition by a time that never changes, such as `partitioning: .datetime("created_at", by: .month)`.
    static let endpoints = [
        __endpoints__
    ]

    /// A cheap page that any genuine credentials may read.
    let probe = "__probe__"
    __probe_request__

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "__base_url__",
            authorization: __authorization__,
            paginator: __paginator____more__)
    }
}
