import Columns
import TestSupport
import Testing
import Tributary

/// Lists whose end, or next page, a header tells, and what authors' own paginators may do.
@Suite struct ResponsePlaceTests {
    private static let things = RESTEndpoint("things", path: "/things", primaryKeys: ["id"], rows: "data")

    private func read(
        _ paginator: Paginator, _ answer: @escaping @Sendable (RecordedRequest) -> ScriptedHTTPClient.Answer
    ) async throws -> (rows: Int, requests: Int) {
        let http = ScriptedHTTPClient(answer)
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com", paginator: paginator,
            pageSize: PageSize("limit", 3))
        let rows = try await client.read(Self.things).rows.count
        return (rows, http.requests.count)
    }

    @Test(
        "a list ends at the rows or pages that a header states, also where its last page is full",
        arguments: [
            (Paginator.offset(total: .header("X-Total-Count")), "x-total-count", "6"),
            (.pageNumber(totalPages: .header("X-Total-Pages")), "X-Total-Pages", "2"),
            (.pageNumber(total: .header("X-Total")), "X-Total", "6"),
        ])
    func counted(_ paginator: Paginator, _ name: String, _ value: String) async throws {
        let result = try await read(paginator) { request in
            let page = request["page"].flatMap { Int($0) } ?? 1
            let start = request["offset"].flatMap { Int($0) } ?? (page - 1) * 3
            return .json(["data": PagedUpstream.slice(start).rows], headers: [(name, value)])
        }
        #expect(result.rows == 6 && result.requests == 2)
    }

    @Test("a cursor in a header leads on until it is missing, and a header may say whether there is more")
    func led() async throws {
        let cursor = try await read(.cursor(parameter: "after", from: .header("X-Next"))) { request in
            let (page, next) = PagedUpstream.slice(request["after"].flatMap { Int($0) } ?? 0)
            return .json(["data": page], headers: next.map { [("X-Next", "\($0)")] } ?? [])
        }
        #expect(cursor.rows == 7 && cursor.requests == 3)
        let flag = try await read(.pageNumber(hasMore: .header("X-More"))) { request in
            let (page, next) = PagedUpstream.slice(((request["page"].flatMap { Int($0) } ?? 1) - 1) * 3)
            return .json(["data": page], headers: [("X-More", next == nil ? "false" : "true")])
        }
        #expect(flag.rows == 7 && flag.requests == 3)
    }

    @Test("a header that is not there is told by its name, beside those that are")
    func missing() async throws {
        let error = await #expect(throws: SourceError.self) {
            try await read(.offset(total: .header("X-Total-Count"))) { _ in
                .json(["data": [["id": 1]]], headers: [("X-Count", "9")])
            }
        }
        let text = try #require(error).message
        #expect(text.contains("'the header X-Total-Count'") && text.contains("X-Count"), "\(text)")
    }

    @Test("null ends the list of an author's own paginator as nil does, and a page makes links absolute")
    func ownPaginator() async throws {
        let paginator = Paginator(
            apply: { position, request in if let url = position.string { request.follow(url) } },
            next: { _, page, _ in
                let next = page.value("next")?.string
                return next == nil ? .null : .string(try page.link(next ?? ""))
            })
        let result = try await read(paginator) { request in
            let (page, next) = PagedUpstream.slice(request["from"].flatMap { Int($0) } ?? 0)
            return .json(["data": page, "next": next.map { .string("/things?from=\($0)") } ?? .null])
        }
        #expect(result.rows == 7 && result.requests == 3)
    }

    @Test("a cursor field puts its order into the body of a search, over the endpoint's, at whatever depth")
    func orderInBody() async throws {
        let http = ScriptedHTTPClient(.json(["data": [["id": 1, "changed": "2026-01-01T00:00:00Z"]]]))
        let client = RESTClient(.testing(http: http), baseURL: "https://api.example.com")
        let endpoint = RESTEndpoint(
            "things", path: "/things", method: .post, primaryKeys: ["id"], rows: "data",
            incremental: [
                .datetime("changed", parameter: .body("filter.since"), body: ["sort.by": "changed", "deep": true])
            ], body: ["sort": ["by": "id", "direction": "asc"], "filter": ["kind": "open"]])
        let inputs = SourceInputs(
            schema: "things", syncType: .incremental, cursorField: .datetime("changed"),
            watermark: Watermark(last: .timestamp(1_767_225_600_000_000)))
        _ = try await client.read(endpoint, inputs: inputs)
        _ = try await client.read(endpoint)
        #expect(
            http.requests.map(\.json) == [
                [
                    "sort": ["by": "changed", "direction": "asc"],
                    "filter": ["kind": "open", "since": "2026-01-01T00:00:00Z"], "deep": true,
                ],
                ["sort": ["by": "id", "direction": "asc"], "filter": ["kind": "open"]],
            ])
    }

    @Test("an API that is searched by POST is probed by one")
    func probeByPost() async throws {
        let http = ScriptedHTTPClient(.json(["data": []]))
        try await SearchedSource().validateCredentials(
            SearchedSource.Config(), schema: nil, in: .testing(http: http))
        #expect(http.requests.map(\.method) == [.post] && http.requests.first?.json == ["limit": 1])
    }
}

private struct SearchedSource: RESTSource {
    static let description = SourceDescription(
        type: "Searched", label: "Searched", category: .payments, docs: "https://searched.example/api")
    struct Config: FormFields { init() {} }
    static let endpoints: [RESTEndpoint] = []
    let probe = "/search"
    var probeRequest: RESTRequest { RESTRequest(.post, probe, body: ["limit": 1]) }

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(context, baseURL: "https://searched.example")
    }
}
