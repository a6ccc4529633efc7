import Columns
import Tributary

/// A small correct source of what is kept by the day, wrong in one way where its config says so.
///
/// `readings` are followed by their day, which is a part of their key, `visits` are read in windows of a day, and `files` become visible late.
struct AlmanacSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")

    typealias Config = SpecimenConfig<AlmanacFault>

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
        let bend = config.bend
        var inputs = inputs
        bend.inputs(&inputs)
        let client = client(config, context)
        var response = try client.response(to: inputs, from: endpoints(bend))
        if inputs.schema == "visits" {
            let reader = WindowReader(client: client, inputs: inputs, bend: bend)
            response.supportsResume = false
            response.items = Items { try await reader.run(into: $0) }
        }
        return response
    }

    private func client(_ config: Config, _ context: SourceContext) -> RESTClient {
        RESTClient(
            context, baseURL: SpecimenRecording.origin, authorization: .bearer(config.apiKey),
            paginator: .cursor(parameter: "after", from: "next", hasMore: "more"), pageSize: PageSize("limit", 100))
    }

    private func endpoints(_ bend: AlmanacBend) -> [RESTEndpoint] {
        [Self.readings, Self.visits, Self.files].map { endpoint in
            var endpoint = endpoint
            bend.endpoint(&endpoint)
            return endpoint
        }
    }

    private static let readings = RESTEndpoint(
        "readings", path: "/v1/readings", primaryKeys: ["day", "id"], rows: "data",
        incremental: [RESTIncremental(.date("day"), start: RESTIncremental.Bound("from", format: .date))],
        sort: .ascending, partitioning: .md5())

    private static let visits = RESTEndpoint(
        "visits", path: "/v1/visits", primaryKeys: ["id"], rows: "data",
        incremental: [.datetime("at", parameter: "from")], sort: .ascending, partitioning: .md5())

    /// The upstream shows a file up to ten minutes after the time that it gives it.
    private static let files = RESTEndpoint(
        "files", path: "/v1/files", primaryKeys: ["path"], rows: "data",
        incremental: [.datetime("modified_at", parameter: "since")], sort: .ascending, partitioning: .md5(),
        defaultLookback: .seconds(900))
}

/// A span of time that is asked for at once: from its start on, up to its end without it; open where there is none.
struct AlmanacWindow: Sendable {
    var start: Int64?
    var end: Int64?
}

/// Reads the visits window by window, oldest first.
struct WindowReader: Sendable {
    let client: RESTClient
    let inputs: SourceInputs
    let bend: AlmanacBend

    /// The first of March 2025, in microseconds.
    private static let epoch: Int64 = 1_740_787_200_000_000
    private static let day: Int64 = 86_400_000_000

    func run(into emit: Emitter) async throws {
        for window in windows { try await read(window, into: emit) }
    }

    /// Four windows that leave nothing out, from the watermark on.
    private var windows: [AlmanacWindow] {
        let edges = (1...3).map { Self.epoch + $0 * Self.day }
        var windows = zip([nil] + edges.map(Optional.some), edges.map(Optional.some) + [nil]).map {
            AlmanacWindow(start: $0, end: $1)
        }
        if case .timestamp(let last) = inputs.watermark.last ?? inputs.historyStart {
            windows.removeAll { $0.end.map { $0 <= last } ?? false }
            windows[0].start = last
        }
        bend.windows(&windows)
        return windows
    }

    private func read(_ window: AlmanacWindow, into emit: Emitter) async throws {
        var position: String?
        var seen: Set<String> = []
        repeat {
            var query = [QueryItem("limit", "100")]
            if let start = window.start { query.append(QueryItem("from", CursorValue.timestamp(start).storedText)) }
            if let end = window.end { query.append(QueryItem("until", CursorValue.timestamp(end).storedText)) }
            if let position { query.append(QueryItem("after", position)) }
            let page = try await client.send(RESTRequest(.get, "/v1/visits", query: query))
            guard page["data"]?.array != nil, let more = page["more"]?.bool else {
                throw SourceError(
                    .unexpectedAnswer, "Reading visits: a page has no list, or does not say what follows.")
            }
            try await emit(.json(page.serialized(), rows: "data"))
            let next = more ? page["next"]?.string : nil
            if more, next.map({ !seen.insert($0).inserted }) ?? true {
                throw SourceError(
                    .unexpectedAnswer, "Reading visits: the upstream does not say where the list goes on.")
            }
            position = next
        } while position != nil
    }
}
