import Columns
import Tributary

/// A small correct source of documents that are no pages of a list, wrong in one way where its config says so.
///
/// `invoices` come from an export that the upstream makes on demand, `notices` from an XML document, `visits` by increments
/// from reports whose parts are CSV files.
struct BureauSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")

    typealias Config = SpecimenConfig<BureauFault>

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let reader = BureauReader(client: client(config, context), context: context, config: config)
        switch schema {
        case nil: _ = try await reader.client.get("/v1/me")
        case "invoices": _ = try await reader.client.get("/v1/exports/new", query: ["table": "invoices"])
        case "visits": _ = try await reader.order(since: nil)
        default: try await reader.notices(into: Emitter { _, _ in })
        }
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        [
            SourceSchema("invoices", primaryKeys: ["id"]), SourceSchema("notices", primaryKeys: ["number"]),
            SourceSchema("visits", primaryKeys: ["id"], incremental: [IncrementalField("seen_at", .datetime)]),
        ]
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        let reader = BureauReader(client: client(config, context), context: context, config: config)
        if inputs.schema == "visits" { return reader.visits(inputs) }
        let isExport = inputs.schema == "invoices"
        guard isExport || inputs.schema == "notices" else {
            throw SourceError(.unknownSchema, "Looking for the table '\(inputs.schema)': there is none.")
        }
        return SourceResponse(
            primaryKeys: [isExport ? "id" : "number"], isSorted: false, partitioning: .md5(), supportsResume: false,
            items: Items { emit in
                if isExport { try await reader.export(into: emit) } else { try await reader.notices(into: emit) }
            })
    }

    private func client(_ config: Config, _ context: SourceContext) -> RESTClient {
        RESTClient(context, baseURL: SpecimenRecording.origin, authorization: .bearer(config.apiKey))
    }
}

/// Reads the two tables of the bureau.
struct BureauReader: Sendable {
    let client: RESTClient
    let context: SourceContext
    let config: BureauSource.Config

    static let polls = 40

    /// Asks for an export, waits for it, and takes all of its files.
    func export(into emit: Emitter) async throws {
        let job = try await client.get("/v1/exports/new", query: ["table": "invoices"])
        guard let id = job["id"]?.string else { throw refusal("the upstream does not say which export it makes") }
        let done = try await finished(id)
        let files = done["files"]?.array?.compactMap(\.string) ?? []
        var rows = 0
        for file in files {
            guard let page = try await document(file) else { continue }
            guard let found = page["data"]?.array else { throw refusal("a file of the export has no rows") }
            rows += found.count
            try await emit(.rows(found.compactMap(\.object)))
        }
        if config.bend.trustsOutput { return }
        guard let count = done["rows"]?.int64, count == rows else {
            throw refusal("the export says that it has \(done["rows"]?.text ?? "no") rows, and its files have \(rows)")
        }
    }

    private func document(_ path: String) async throws -> JSONValue? {
        do {
            return try await client.get(path)
        } catch let error as SourceError where config.bend.passesOverFiles && error.kind == .notFound {
            return nil
        }
    }

    private func finished(_ id: String) async throws -> JSONValue {
        for _ in 0..<Self.polls {
            let job = try await client.get("/v1/exports/\(PercentEncoding.encode(id))")
            switch job["state"]?.string {
            case "done": return job
            case "queued", "running": try await context.clock.sleep(for: .seconds(30))
            case let other:
                if config.bend.takesAnyEnd { return job }
                throw refusal("the export ended as '\(other ?? "nothing")'")
            }
        }
        throw refusal("the export was not ready after \(Self.polls) questions")
    }

    /// Takes the notices of one document.
    func notices(into emit: Emitter) async throws {
        var request = HTTPRequest(.get, SpecimenRecording.origin + "/v1/notices.xml")
        request.headers.set("Authorization", prefix: "Bearer ", secret: config.apiKey)
        let response = try await context.http.send(request)
        guard response.status == 200 else { throw try await error(for: response, reading: "notices") }
        let text = String(decoding: try await response.body.collect(), as: UTF8.self)
        let rows = try BureauXML(text, readsLiteral: config.bend.readsLiteral).records(named: "notice")
        try await emit(.rows(rows))
    }

    /// What a status means for the user.
    func error(for response: HTTPResponse, reading table: String) async throws -> SourceError {
        // The reason alone: whatever else a refusal holds is nobody's business.
        let body = try? JSONValue(parsing: try await response.body.collect())
        let words = body?.path("error.message")?.string.map { ": “\($0)”" } ?? ""
        let message = "Reading \(table): the upstream answered with status \(response.status)\(words)."
        let pause = config.bend.leavesPauseOut ? nil : response.headers.retryAfter(now: context.clock.now)
        var error = Self.error(response.status, message, table, pause: pause)
        // The transport below has tried again already.
        error.wasRetried = true
        return error
    }

    private static func error(_ status: Int, _ message: String, _ table: String, pause: Duration?) -> SourceError {
        switch status {
        case 401: return SourceError(.invalidCredentials, message)
        case 403: return SourceError(.permissionDenied, message, advice: "Give the credentials access to '\(table)'.")
        case 429: return SourceError(.rateLimited, message, recovery: .retry(after: pause))
        case 500...: return SourceError(.upstreamFailure, message, recovery: .retry(after: pause))
        default: return SourceError(.unexpectedAnswer, message)
        }
    }

    func refusal(_ problem: String) -> SourceError {
        SourceError(.unexpectedAnswer, "Reading a document: \(problem).")
    }
}
