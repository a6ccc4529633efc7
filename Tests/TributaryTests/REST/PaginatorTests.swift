import Columns
import TestSupport
import Testing
import Tributary

/// A list of seven rows behind one way of paging.
struct PagedUpstream: Sendable, CustomTestStringConvertible {
    let name: String
    let paginator: Paginator
    var pageSize: PageSize? = PageSize("limit", 3)
    let answer: @Sendable (RecordedRequest) -> ScriptedHTTPClient.Answer
    var testDescription: String { name }

    static let rows: [JSONValue] = (1...7).map { ["id": .number(JSONNumber(Int64($0)))] }

    /// The rows from an index on, as many as a page holds, and the index behind them where there are more.
    static func slice(_ start: Int, _ size: Int = 3) -> (rows: JSONValue, next: Int?) {
        let end = min(start + size, rows.count)
        return (.array(Array(rows[min(start, end)..<end])), end < rows.count ? end : nil)
    }

    static func number(_ value: Int?) -> JSONValue { value.map { .number(JSONNumber(Int64($0))) } ?? .null }

    static let all: [PagedUpstream] = [
        PagedUpstream(name: "single page", paginator: .singlePage) { _ in .json(["data": .array(rows)]) },
        PagedUpstream(name: "cursor in the body", paginator: .cursor(parameter: "after", from: "meta.next")) {
            request in
            let (page, next) = slice(request["after"].flatMap { Int($0.dropFirst()) } ?? 0)
            return .json(["data": page, "meta": ["next": next.map { .string("c\($0)") } ?? .null]])
        },
        PagedUpstream(
            name: "cursor with has_more",
            paginator: .cursor(parameter: "after", from: "meta.next", hasMore: "meta.more")
        ) { request in
            let (page, next) = slice(request["after"].flatMap { Int($0.dropFirst()) } ?? 0)
            return .json(["data": page, "meta": ["next": .string("c\(next ?? 99)"), "more": .bool(next != nil)]])
        },
        PagedUpstream(
            name: "last row", paginator: .lastRow("id", parameter: "starting_after", hasMore: "has_more")
        ) { request in
            let (page, next) = slice(request["starting_after"].flatMap { Int($0) } ?? 0)
            return .json(["data": page, "has_more": .bool(next != nil)])
        },
        PagedUpstream(name: "next URL in the body", paginator: .nextURL(from: "links.next")) { request in
            let (page, next) = slice(request["from"].flatMap { Int($0) } ?? 0)
            let link = next.map { JSONValue.string("https://api.example.com/v1/things?from=\($0)&limit=3") }
            return .json(["data": page, "links": ["next": link ?? .null]])
        },
        PagedUpstream(name: "relative next URL", paginator: .nextURL(from: "next")) { request in
            let (page, next) = slice(request["from"].flatMap { Int($0) } ?? 0)
            return .json(["data": page, "next": next.map { .string("/v1/things?from=\($0)") } ?? ""])
        },
        PagedUpstream(name: "Link header", paginator: .linkHeader) { request in
            let (page, next) = slice(request["from"].flatMap { Int($0) } ?? 0)
            let link = next.map { "<https://api.example.com/v1/things?from=\($0)>; rel=\"next\"" }
            return .json(["data": page], headers: [("Link", link ?? "<https://api.example.com/v1>; rel=\"first\"")])
        },
        PagedUpstream(name: "next URL in a header of its own", paginator: .nextURL(header: "Next-Page")) { request in
            let (page, next) = slice(request["from"].flatMap { Int($0) } ?? 0)
            let header = next.map { [("next-page", "https://api.example.com/v1/things?from=\($0)")] }
            return .json(["data": page], headers: header ?? [])
        },
        PagedUpstream(name: "offset to a short page", paginator: .offset()) { request in
            .json(["data": slice(request["offset"].flatMap { Int($0) } ?? 0).rows])
        },
        PagedUpstream(name: "offset to the total", paginator: .offset(total: "total"), pageSize: nil) { request in
            .json(["data": slice(request["offset"].flatMap { Int($0) } ?? 0).rows, "total": 7])
        },
        PagedUpstream(
            name: "offset to an empty page", paginator: .offset(stopsOnShortPage: false),
            pageSize: PageSize("limit", 100)
        ) { request in .json(["data": slice(request["offset"].flatMap { Int($0) } ?? 0).rows]) },
        PagedUpstream(name: "page number to a short page", paginator: .pageNumber()) { request in
            .json(["data": slice(((request["page"].flatMap { Int($0) } ?? 1) - 1) * 3).rows])
        },
        PagedUpstream(
            name: "page number from 0 to the total", paginator: .pageNumber(first: 0, totalPages: "pages")
        ) { request in
            .json(["data": slice((request["page"].flatMap { Int($0) } ?? 0) * 3).rows, "pages": 3])
        },
        // Pages are smaller than they are asked for, and only the rows that came are counted.
        PagedUpstream(
            name: "page number to the total of rows", paginator: .pageNumber(total: "meta.total"),
            pageSize: PageSize("limit", 5)
        ) { request in
            let page = request["page"].flatMap { Int($0) } ?? 1
            return .json(["data": slice((page - 1) * 3).rows, "meta": ["total": 7]])
        },
        PagedUpstream(
            name: "cursor in the body of a POST",
            paginator: .cursor(parameter: .body("page.after"), from: "next"), pageSize: PageSize(.body("page.size"), 3)
        ) { request in
            let (page, next) = slice(request.json?.path("page.after")?.int64.map { Int($0) } ?? 0)
            return .json(["data": page, "next": number(next)])
        },
    ]

    var endpoint: RESTEndpoint {
        RESTEndpoint(
            "things", path: "/things", method: name.contains("POST") ? .post : .get, primaryKeys: ["id"], rows: "data",
            paginator: paginator, pageSize: pageSize)
    }

    func client() -> (RESTClient, ScriptedHTTPClient) {
        let http = ScriptedHTTPClient(answer)
        return (RESTClient(.testing(http: http), baseURL: "https://api.example.com/v1"), http)
    }
}

/// Keeps requests as the layers below get them.
private struct HintingClient: HTTPClient {
    let seen: Lock<[HTTPRequest]>

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        seen.withLock { $0.append(request) }
        return HTTPResponse(
            status: 200, url: request.url, body: HTTPBody(Array(#"{"data": {"list": [{"id": 1}]}, "count": 1}"#.utf8)))
    }
}

@Suite("Paginator")
struct PaginatorTests {
    @Test("reads every row once and asks for no page twice", arguments: PagedUpstream.all)
    func readsAll(_ upstream: PagedUpstream) async throws {
        let (client, http) = upstream.client()
        let reading = try await client.read(upstream.endpoint)
        #expect(reading.rows == PagedUpstream.rows)
        #expect(
            Set(http.requests.map { $0.url + String(decoding: $0.body, as: UTF8.self) }).count == http.requests.count)
    }

    @Test("a read that goes on from any token gives what an undisturbed read gives", arguments: PagedUpstream.all)
    func resumes(_ upstream: PagedUpstream) async throws {
        let whole = try await upstream.client().0.read(upstream.endpoint)
        for (index, mark) in whole.marks.enumerated() {
            let first = try await upstream.client().0.read(upstream.endpoint, stopAfter: index + 1)
            let stored = ResumeToken(try JSONValue(parsing: mark.token.value.text))
            let inputs = SourceInputs(schema: "things", resumeToken: stored)
            let (client, http) = upstream.client()
            let rest = try await client.read(upstream.endpoint, inputs: inputs)
            #expect(first.rows + rest.rows == PagedUpstream.rows, "stopped after item \(index + 1)")
            if index == whole.marks.count - 1 { #expect(http.requests.isEmpty) }
        }
    }

    @Test("a list that ends where a page ends is read without a row too many", arguments: [1, 7])
    func fullLastPage(_ size: Int) async throws {
        let http = ScriptedHTTPClient { request in
            .json(["data": PagedUpstream.slice(request["offset"].flatMap { Int($0) } ?? 0, size).rows])
        }
        let client = RESTClient(.testing(http: http), baseURL: "https://api.example.com")
        let endpoint = RESTEndpoint(
            "things", path: "/", primaryKeys: ["id"], rows: "data", paginator: .offset(),
            pageSize: PageSize("limit", size))
        let reading = try await client.read(endpoint)
        #expect(reading.rows == PagedUpstream.rows)
    }

    @Test("an offset beyond the upstream's maximum is not asked for, and the rest is not given up in silence")
    func maximumOffset() async throws {
        let http = ScriptedHTTPClient { request in
            .json(["data": PagedUpstream.slice(request["offset"].flatMap { Int($0) } ?? 0).rows])
        }
        let client = RESTClient(.testing(http: http), baseURL: "https://api.example.com")
        let endpoint = RESTEndpoint(
            "things", path: "/", primaryKeys: ["id"], rows: "data", paginator: .offset(maximum: 3),
            pageSize: PageSize("limit", 3))
        let error = await #expect(throws: SourceError.self) { try await client.read(endpoint) }
        #expect("\(error as Any)".contains("6 rows were read, more follow"), "\(error as Any)")
        #expect(http.requests.map { $0["offset"] } == ["0", "3"])
    }

    @Test("a full next URL is followed without adding parameters a second time")
    func clearsOwnParameters() async throws {
        let http = ScriptedHTTPClient { request in
            .json([
                "data": [["id": 1]],
                "next": request.index == 0 ? "https://api.example.com/v1/things?cursor=a%20b" : .null,
            ])
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com/v1", paginator: .nextURL(from: "next"),
            pageSize: PageSize("limit", 1), query: ["version": "2"])
        _ = try await client.read(
            RESTEndpoint("things", path: "things", primaryKeys: [], rows: "data", query: ["sort": "id"]))
        #expect(
            http.requests.map(\.url) == [
                "https://api.example.com/v1/things?version=2&sort=id&limit=1",
                "https://api.example.com/v1/things?cursor=a%20b",
            ])
    }

    @Test("a parameter that an endpoint gives several times is sent as often, over the client's of its name")
    func repeatedParameters() async throws {
        let http = ScriptedHTTPClient { _ in .json(["data": [["id": 1]]]) }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com", paginator: .singlePage,
            query: ["orderby": "id", "version": "2"])
        _ = try await client.read(
            RESTEndpoint(
                "things", path: "/things", primaryKeys: [], rows: "data",
                query: ["orderby": "changed", "orderby": "name"]))
        #expect(
            http.requests.map(\.url) == ["https://api.example.com/things?version=2&orderby=changed&orderby=name"])
    }

    @Test("a circle of positions is found, whatever its length", arguments: [1, 2, 3, 7, 5_000])
    func circle(_ period: Int) async throws {
        let http = ScriptedHTTPClient { request in
            let next = (request["after"].flatMap { Int($0.dropFirst()) } ?? -1) + 1
            return .json([
                "data": [["id": .number(JSONNumber(Int64(request.index)))]], "next": .string("c\(next % period)"),
            ])
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"))
        let error = await #expect(throws: SourceError.self) {
            try await client.read(RESTEndpoint("things", path: "/", primaryKeys: ["id"], rows: "data"))
        }
        #expect(error?.kind == .repeatedPage)
        #expect(http.requests.count <= 4 * period + 2)
    }

    @Test("an upstream that ignores the page number and gives the same page again is found out")
    func samePage() async throws {
        let http = ScriptedHTTPClient { _ in .json(["data": [["id": 1], ["id": 2]]]) }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com", paginator: .pageNumber(),
            pageSize: PageSize("size", 2))
        let error = await #expect(throws: SourceError.self) {
            try await client.read(RESTEndpoint("things", path: "/", primaryKeys: ["id"], rows: "data"))
        }
        #expect(error?.kind == .repeatedPage)
        #expect(http.requests.count == 2)
    }

    @Test(
        "a next link to another origin is refused",
        arguments: [
            "https://evil.example/v1?next=1", "http://api.example.com/v1", "https://api.example.com:444/v1",
            "//evil.example/x", "https://api.example.com@evil.example/",
        ])
    func otherOrigin(_ link: String) async throws {
        let http = ScriptedHTTPClient { _ in .json(["data": [["id": 1]], "next": .string(link)]) }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com/v1", authorization: .bearer(Secret("sk_secret")),
            paginator: .nextURL(from: "next"))
        let error = await #expect(throws: SourceError.self) {
            try await client.read(RESTEndpoint("things", path: "/things", primaryKeys: ["id"], rows: "data"))
        }
        #expect([.addressRefused, .unexpectedAnswer].contains(error?.kind))
        #expect(http.requests.count == 1)
    }

    @Test("a token whose link was changed to another origin is refused")
    func changedToken() async throws {
        let upstream = PagedUpstream.all[4]
        let (client, http) = upstream.client()
        var token = try #require(try await client.read(upstream.endpoint, stopAfter: 1).marks.first).token.value.object
        token?["at"] = "https://evil.example/steal"
        let inputs = SourceInputs(schema: "things", resumeToken: ResumeToken(.object(try #require(token))))
        let error = await #expect(throws: SourceError.self) { try await client.read(upstream.endpoint, inputs: inputs) }
        #expect(error?.kind == .addressRefused)
        #expect(http.requests.count == 1)
    }

    @Test("a page without rows but with a cursor leads on, with a position for the pipeline")
    func emptyPages() async throws {
        let http = ScriptedHTTPClient { request in
            let rows: JSONValue = request.index == 2 ? [["id": 1]] : []
            return .json(["data": rows, "next": request.index < 3 ? .string("c\(request.index)") : .null])
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"))
        let reading = try await client.read(RESTEndpoint("things", path: "/", primaryKeys: ["id"], rows: "data"))
        #expect(reading.rows.count == 1)
        #expect(reading.marks.count == 4)
    }

    @Test(
        "a list that counts its pages, claims more for ever and has no rows ends with an error; one with a token goes on"
    )
    func emptyForEver() async throws {
        let http = ScriptedHTTPClient { call in
            let rows: JSONValue = call.index == 150 ? [["id": 1]] : []
            return .json([
                "data": rows, "more": .bool(call.index < 150), "next": .string("t\(call.index)"),
            ])
        }
        let endpoint = RESTEndpoint("things", path: "/", primaryKeys: ["id"], rows: "data")
        let counting = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com", paginator: .pageNumber(hasMore: "more"))
        let error = await #expect(throws: SourceError.self) { try await counting.read(endpoint) }
        #expect(error?.kind == .repeatedPage && error?.message.contains("100 pages without a row") == true)
        let leading = RESTClient(
            .testing(
                http: ScriptedHTTPClient { call in
                    .json([
                        "data": call.index == 150 ? [["id": 1]] : [], "more": .bool(call.index < 150),
                        "next": .string("t\(call.index)"),
                    ])
                }), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next", hasMore: "more"))
        #expect(try await leading.read(endpoint).rows == [["id": 1]])
    }

    @Test(
        "a page without rows before the stated total is an error, and a full list is not asked further",
        arguments: [Paginator.offset(total: "total"), .pageNumber(total: "total")])
    func shortOfTotal(_ paginator: Paginator) async throws {
        func read(stating total: Int64) async throws -> (rows: Int, requests: Int) {
            let http = ScriptedHTTPClient { call in
                .json([
                    "data": call.index < 2 ? [["id": .number(JSONNumber(Int64(call.index)))]] : [],
                    "total": .number(JSONNumber(total)),
                ])
            }
            let client = RESTClient(
                .testing(http: http), baseURL: "https://api.example.com", paginator: paginator,
                pageSize: PageSize("limit", 1))
            let reading = try await client.read(RESTEndpoint("things", path: "/", primaryKeys: ["id"], rows: "data"))
            return (reading.rows.count, http.requests.count)
        }
        #expect(try await read(stating: 2) == (2, 2))
        let error = await #expect(throws: SourceError.self) { try await read(stating: 3) }
        #expect(error?.message.contains("no rows after 2, and 'total' says that there are 3") == true)
    }

    @Test("a token of a version that did not count goes on by the size of its pages")
    func uncountedToken() async throws {
        let http = ScriptedHTTPClient { request in
            .json(["data": PagedUpstream.slice(((request["page"].flatMap { Int($0) } ?? 1) - 1) * 3).rows, "total": 7])
        }
        let client = RESTClient(.testing(http: http), baseURL: "https://api.example.com")
        let endpoint = RESTEndpoint(
            "things", path: "/", primaryKeys: ["id"], rows: "data", paginator: .pageNumber(total: "total"),
            pageSize: PageSize("limit", 3))
        var token = try #require(try await client.read(endpoint, stopAfter: 1).marks.first).token.value.object
        token?["at"] = 3
        let inputs = SourceInputs(schema: "things", resumeToken: ResumeToken(.object(try #require(token))))
        #expect(try await client.read(endpoint, inputs: inputs).rows == [["id": 7]])
        #expect(http.requests.map { $0["page"] } == ["1", "3"])
    }

    @Test("a request says where its page's size and rows are, and what ends the list; nothing of it is sent")
    func hint() async throws {
        let seen = Lock<[HTTPRequest]>([])
        let http = HintingClient(seen: seen)
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com", pageSize: PageSize("max-results", 2))
        _ = try await client.read(
            RESTEndpoint(
                "things", path: "/", primaryKeys: ["id"], rows: "data.list", paginator: .offset(total: "count")))
        let request = try #require(seen.withLock { $0 }.first)
        var hint = PageHint(rows: "data.list", size: "max-results", total: "count")
        (hint.style, hint.position) = (.offset, "offset")
        #expect(request.page == hint)
        #expect(request.query == [QueryItem("max-results", "2"), QueryItem("offset", "0")])
        #expect(request.headers.fields.map(\.name) == ["Accept"])
    }

    @Test(
        "a body that lacks what the paginator was told is an error",
        arguments: [
            Paginator.cursor(parameter: "after", from: "next", hasMore: "more"),
            .lastRow("id", parameter: "after", hasMore: "has_more"), .offset(total: "total"),
            .pageNumber(totalPages: "pages"), .pageNumber(total: "total"), .lastRow("missing", parameter: "after"),
        ])
    func missingEnvelope(_ paginator: Paginator) async throws {
        let client = RESTClient(
            .testing(http: ScriptedHTTPClient(.json(["data": [["id": 1]]]))), baseURL: "https://api.example.com",
            paginator: paginator)
        let error = await #expect(throws: SourceError.self) {
            try await client.read(RESTEndpoint("things", path: "/", primaryKeys: ["id"], rows: "data"))
        }
        #expect(error?.kind == .unexpectedAnswer)
    }
}
