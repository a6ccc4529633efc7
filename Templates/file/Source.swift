import Columns
import Tributary

/// __label__: JSON files over HTTP, found by an index. The API: __docs__
struct __Type__Source: RESTSource {
    static let description = SourceDescription(
        type: "__Type__", label: "__label__", category: .fileStorage,
        docs: "__docs__",
        listsSchemasWithoutCredentials: true)

    struct Config: FormFields {
        __config__
    }

    // The index is a table of its own: what is there, and when it changed. Each file is a page of `__table__`; the index
    // comes newest first, so that an increment leaves it at the first file that is older than the watermark.
    static let endpoints = [
        RESTEndpoint("files", path: "/files", primaryKeys: ["name"], rows: "__rows__", sort: .unsorted),
        RESTEndpoint(
            "__table__", path: "/files/{files.name}", primaryKeys: ["file", __keys__], rows: "",
            incremental: [.newestFirst(.datetime("modified_at"))], sort: .descending,
            parent: RESTParent(
                "files", columns: ["name": "file", "modified_at": "modified_at"], stopsAtWatermark: true),
            paginator: .singlePage),
    ]

    /// A cheap page that any genuine credentials may read.
    let probe = "/files"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "__base_url__",
            authorization: __authorization__,
            paginator: __paginator____more__)
    }
}
