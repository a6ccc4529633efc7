import TestSupport
import Testing
import Tributary

@Suite("Authorization")
struct AuthorizationTests {
    private func request(_ authorization: Authorization) async throws -> RecordedRequest {
        let http = ScriptedHTTPClient(.json([:]))
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com", authorization: authorization,
            headers: ["X-Version": "7"])
        _ = try await client.get("/me", query: ["a": "b c"])
        return try #require(http.requests.first)
    }

    @Test("each kind goes where the upstream looks for it")
    func kinds() async throws {
        let key = Secret("k/y")
        #expect(try await request(.bearer(key)).headers["authorization"] == "Bearer k/y")
        #expect(try await request(.apiKey(key, header: "X-Api-Key")).headers["x-api-key"] == "k/y")
        #expect(
            try await request(.apiKey(key, header: "Authorization", prefix: "Token ")).headers["authorization"]
                == "Token k/y")
        #expect(try await request(.apiKey(key, query: "api_key"))["api_key"] == "k/y")
        #expect(try await request(.apiKey(key, cookie: "session")).headers["cookie"] == "session=k/y")
        #expect(
            try await request(.basic("Aladdin", Secret("open sesame"))).headers["authorization"]
                == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        let two = try await request(.headers([("X-App", Secret("1")), ("X-Key", Secret("2"))]))
        #expect(two.headers["x-app"] == "1" && two.headers["x-key"] == "2")
        #expect(try await request(.none).headers["authorization"] == nil)
    }

    @Test("headers and parameters of the client go with every request")
    func commonHeaders() async throws {
        let request = try await request(.none)
        #expect(request.headers["x-version"] == "7")
        #expect(request.headers["accept"] == "application/json")
        #expect(request["a"] == "b c")
    }

    @Test("a key in the query is sent with each page and kept out of resume tokens")
    func keyOutOfTokens() async throws {
        let http = ScriptedHTTPClient { request in
            .json([
                "data": [["id": .number(JSONNumber(Int64(request.index)))]],
                "next": request.index == 0 ? "https://api.example.com/v1/x?cursor=1&key=sk_secret" : nil,
            ])
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com/v1",
            authorization: .apiKey(Secret("sk_secret"), query: "key"),
            paginator: .nextURL(from: "next"))
        let reading = try await client.read(RESTEndpoint("x", path: "/x", primaryKeys: ["id"], rows: "data"))
        #expect(reading.marks.allSatisfy { !$0.token.value.text.contains("sk_secret") })
        #expect(http.requests.map { $0["key"] } == ["sk_secret", "sk_secret"])
        #expect(http.requests[1].parameters.map(\.name) == ["cursor", "key"])
    }

    @Test("a POST has its JSON body, may be sent twice, and says what it is")
    func post() async throws {
        let http = ScriptedHTTPClient(.json(["data": []]))
        let client = RESTClient(.testing(http: http), baseURL: "https://api.example.com")
        let endpoint = RESTEndpoint(
            "x", path: "/search", method: .post, primaryKeys: ["id"], rows: "data",
            body: JSONObject([("filter", "all")]),
            pageSize: PageSize(.body("page.size"), 50))
        _ = try await client.read(endpoint)
        let request = try #require(http.requests.first)
        #expect(request.json == ["filter": "all", "page": ["size": 50]])
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.options.isIdempotent == true)
    }
}
