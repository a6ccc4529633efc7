import Columns
import Foundation
import Lake
import Logging
import Pipeline
import Transports
import Tributary

/// JSON pages over loopback HTTP into a Delta table, by the whole runtime.
struct RESTBench {
    let out: String
    let url: String

    func run(step: String) async throws {
        let config = JSONValue.object(JSONObject([("base_url", .string(url))]))
        let source = try AnySource(ChargesSource.self).configure(config)
        let store = try StateStore(folder: out + "/state")
        let engine = SyncEngine(
            source: source, context: BenchContext.live(store), lake: LocalStorage(out + "/lake"), store: store)
        let request = SyncRequest(
            connection: "bench", schema: "charges", syncType: .incremental, cursorField: "updated")
        let summary = try await engine.run(request)
        print("\(step): \(summary.rowsRead) rows, \(summary.commits) commits")
    }
}

/// Production's clients, on this machine's clock.
enum BenchContext {
    static func live(_ store: StateStore) -> SourceContext {
        SourceContext(
            http: LiveHTTP.make(policy: .unrestricted), databases: LiveDatabaseConnector(),
            tunnels: SSHTunnelOpener(
                hosts: HostValidator(policy: .unrestricted, resolver: SystemResolver()),
                knownHosts: URL(filePath: store.folder).appending(path: "known_hosts")),
            integrations: store, hosts: HostValidator(policy: .unrestricted, resolver: SystemResolver()),
            clock: SystemClock(), logger: Logger(label: "bench"))
    }
}

/// The source that the peers read too, as an author writes it.
struct ChargesSource: RESTSource {
    static let description = SourceDescription(
        type: "Charges", label: "Charges", category: .payments, docs: "https://example.com")

    struct Config: FormFields {
        @Input("Base URL") var baseURL: String
    }

    static let endpoints = [
        RESTEndpoint(
            "charges", path: "/v1/charges", primaryKeys: ["id"], rows: "data",
            incremental: [.epochSeconds("updated", parameter: "updated_gte")], sort: .unsorted,
            partitioning: .datetime("created", by: .month))
    ]

    let probe = "/v1/charges"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: config.baseURL,
            paginator: .cursor(parameter: "starting_after", from: "next_cursor", hasMore: "has_more"),
            pageSize: PageSize("limit", 100))
    }
}
