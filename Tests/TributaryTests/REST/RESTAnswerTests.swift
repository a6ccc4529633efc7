import TestSupport
import Testing
import Tributary

@Suite("REST answers")
struct RESTAnswerTests {
    private let endpoint = RESTEndpoint("invoices", path: "/invoices", primaryKeys: ["id"], rows: "data")

    private func client(
        _ http: ScriptedHTTPClient, authorization: Authorization = .none, actions: [ResponseAction] = [],
        clock: ManualClock = ManualClock()
    ) -> RESTClient {
        RESTClient(
            .testing(http: http, clock: clock), baseURL: "https://api.example.com/v1", authorization: authorization,
            actions: actions)
    }

    private func error(
        _ answer: ScriptedHTTPClient.Answer, authorization: Authorization = .none, actions: [ResponseAction] = [],
        endpoint: RESTEndpoint? = nil
    ) async -> SourceError? {
        let client = client(ScriptedHTTPClient(answer), authorization: authorization, actions: actions)
        return await #expect(throws: SourceError.self) { try await client.read(endpoint ?? self.endpoint) }
    }

    @Test(
        "a status has its kind and says whether a retry can help",
        arguments: [
            (401, SourceError.Kind.invalidCredentials, false), (403, .permissionDenied, false), (404, .notFound, false),
            (400, .unexpectedAnswer, false), (408, .timedOut, true), (410, .notFound, false),
            (422, .unexpectedAnswer, false),
            (429, .rateLimited, true), (500, .upstreamFailure, true), (503, .upstreamFailure, true),
            (302, .unexpectedAnswer, false),
        ])
    func statuses(_ status: Int, _ kind: SourceError.Kind, _ canRetry: Bool) async {
        let error = await error(.json(["message": "the vendor's words"], status: status))
        #expect(error?.kind == kind)
        #expect((error?.recovery == .stop) == !canRetry)
        #expect(error?.message.contains("“the vendor's words”") == true)
        #expect(error?.message.hasPrefix("Reading invoices: ") == true)
    }

    @Test("a refused permission names the table")
    func permissionNamesTable() async {
        #expect(await error(.json([:], status: 403))?.advice?.contains("'invoices'") == true)
    }

    @Test(
        "the pause that an upstream asks for is kept",
        arguments: [
            ("7", Duration.seconds(7)), ("0", .seconds(0)), ("Thu, 01 Jan 2026 00:00:30 GMT", .seconds(30)),
            ("Thu, 01 Jan 2015 00:00:30 GMT", .seconds(0)),
        ])
    func retryAfter(_ field: String, _ pause: Duration) async {
        let error = await error(.json([:], status: 429, headers: [("Retry-After", field)]))
        #expect(error?.recovery == .retry(after: pause))
        #expect(error?.wasRetried == true)
    }

    @Test(
        "the upstream's own words are found in the usual places",
        arguments: [
            ["error": ["message": "words"]], ["error": "words"], ["message": "words"],
            ["errors": [["detail": "words"]]],
            ["errors": [["message": "words"]]], ["errors": ["words"]], ["detail": "words"],
            ["error": "code", "error_description": "words"], ["title": "words"],
        ] as [JSONValue])
    func words(_ body: JSONValue) async {
        #expect(await error(.json(body, status: 400))?.message.contains("“words”") == true)
    }

    @Test("a web page is not quoted, and long or many-lined words are cut to one line")
    func quoting() async {
        let page = await error(.init(502, "<html>secret stack</html>", headers: [("Content-Type", "text/html")]))
        #expect(page?.message.contains("html") == false)
        let long = await error(
            .json(["message": .string("a\n\u{1B}[31mb" + String(repeating: "x", count: 5_000))], status: 400))
        #expect(long?.message.contains("“a  [31mb") == true)
        #expect((long?.message.count ?? 0) < 420)
    }

    @Test("secrets that an upstream quotes are masked")
    func masksSecrets() async {
        let body: JSONValue = ["message": "Invalid API Key provided: sk_live_51abc"]
        for authorization in [
            Authorization.bearer(Secret("sk_live_51abc")), .apiKey(Secret("sk_live_51abc"), query: "key"),
            .apiKey(Secret("sk_live_51abc"), header: "X-Key"),
        ] {
            let error = await error(.json(body, status: 401), authorization: authorization)
            #expect(error?.message.contains("sk_live") == false)
            #expect(error?.message.contains("Invalid API Key provided: •••") == true)
        }
    }

    @Test(
        "an envelope that has changed is an error that names the path and what is there",
        arguments: [
            (["items": [["id": 1]], "total": 1], "nothing"), (["data": ["items": []]], "an object"),
            (["data": nil], "null"), (["data": "x"], "a string"), ([["id": 1]], "nothing"),
        ] as [(JSONValue, String)])
    func changedEnvelope(_ body: JSONValue, _ came: String) async {
        let error = await error(.json(body))
        #expect(error?.kind == .unexpectedAnswer)
        #expect(error?.recovery == .stop)
        #expect(error?.message.contains("at 'data' and \(came) came") == true)
        if let names = body.object?.names { #expect(error?.message.contains(names.joined(separator: ", ")) == true) }
    }

    @Test("rows that may be missing are none", arguments: ["{}", #"{"data":null}"#, ""])
    func missingRows(_ body: String) async throws {
        var endpoint = endpoint
        endpoint.rowsMayBeMissing = true
        #expect(try await client(ScriptedHTTPClient(.init(200, body))).read(endpoint).rows.isEmpty)
    }

    @Test(
        "an error in place of rows is an error although they may be missing, and is quoted",
        arguments: [
            (#"{"error": {"message": "something broke"}}"#, "“something broke”"),
            (#"{"errors": [{"message": "no such field"}], "data": null}"#, "“no such field”"),
            (#"{"error_code": "INTERNAL_ERROR", "message": "disk full"}"#, "“disk full”"),
            (#"{"error": true}"#, "error"),
        ])
    func errorInPlaceOfRows(_ body: String, _ words: String) async throws {
        var endpoint = endpoint
        endpoint.rowsMayBeMissing = true
        let error = await #expect(throws: SourceError.self) {
            try await client(ScriptedHTTPClient(.init(200, body))).read(endpoint)
        }
        #expect(error?.kind == .unexpectedAnswer && error?.message.contains(words) == true)
    }

    @Test(
        "a page that says that there is no error is none",
        arguments: [#"{"errors": [], "error": null}"#, #"{"error": 0}"#])
    func noError(_ body: String) async throws {
        var endpoint = endpoint
        endpoint.rowsMayBeMissing = true
        #expect(try await client(ScriptedHTTPClient(.init(200, body))).read(endpoint).rows.isEmpty)
    }

    @Test("an empty answer is an error unless rows may be missing")
    func emptyBody() async {
        #expect(await error(.init(200, ""))?.kind == .unexpectedAnswer)
    }

    @Test("an array as the whole page, and a single object, are read when declared")
    func otherShapes() async throws {
        let array = RESTEndpoint("things", path: "/", primaryKeys: ["id"], rows: "")
        #expect(try await client(ScriptedHTTPClient(.json([["id": 1], ["id": 2]]))).read(array).rows.count == 2)
        let single = RESTEndpoint("account", path: "/me", primaryKeys: ["id"], rows: "", isSingleRow: true)
        #expect(try await client(ScriptedHTTPClient(.json(["id": 1]))).read(single).rows == [["id": 1]])
        let nested = RESTEndpoint("things", path: "/", primaryKeys: ["id"], rows: "result.items")
        #expect(
            try await client(ScriptedHTTPClient(.json(["result": ["items": [["id": 3]]]]))).read(nested).rows == [
                ["id": 3]
            ])
    }

    @Test("what is not JSON is an error that a retry may mend", arguments: ["<html>", "{\"data\": [", "nope"])
    func notJSON(_ body: String) async {
        let error = await error(.init(200, body, headers: [("Content-Type", "text/html")]))
        #expect(error?.kind == .unexpectedAnswer)
        #expect(error?.recovery == .retry(after: nil))
        #expect(error?.message.contains("is not JSON") == true)
    }

    @Test("an error on a later page says which one")
    func placeOfError() async {
        let http = ScriptedHTTPClient { request in
            request.index < 2
                ? .json(["data": [["id": .number(JSONNumber(Int64(request.index)))]]]) : .json([:], status: 500)
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com", paginator: .pageNumber(stopsOnShortPage: false))
        let error = await #expect(throws: SourceError.self) { try await client.read(endpoint) }
        #expect(error?.trail == ["page 3"])
    }

    @Test("an answer that is to be ignored ends the list")
    func ignore() async throws {
        let client = client(ScriptedHTTPClient(.json(["error": "none"], status: 404)), actions: [.ignore(404)])
        let reading = try await client.read(endpoint)
        #expect(reading.rows.isEmpty)
        #expect(reading.marks.count == 1)
    }

    @Test("the transport is told which statuses are no failures that pass")
    func unretried() async throws {
        let http = ScriptedHTTPClient(.json([:], status: 503))
        let actions = [
            ResponseAction.ignore(503, 404), ResponseAction([500], .retry), ResponseAction([502], text: "x", .ignore),
        ]
        _ = try await client(http, actions: actions).read(endpoint)
        #expect(http.requests.map(\.options.unretriedStatuses) == [[503, 404]])
    }

    @Test("actions match by status, by text and by a field, the endpoint's first")
    func matching() async {
        let fail = { (words: String) in ResponseAction.Outcome.fail(words, kind: .limitExceeded) }
        let actions = [
            ResponseAction([200], text: "QUOTA", fail("by text")),
            ResponseAction([200], field: "error.code", is: 17, fail("by value")),
            ResponseAction([200], field: "error", fail("by field")),
        ]
        #expect(await error(.json(["data": [], "note": "Quota used up"]), actions: actions)?.message == "by text")
        #expect(await error(.json(["error": ["code": 17]]), actions: actions)?.message == "by value")
        #expect(await error(.json(["error": ["code": 18]]), actions: actions)?.message == "by field")
        var own = endpoint
        own.actions = [ResponseAction([200], text: "quota", fail("own"))]
        #expect(await error(.json(["note": "quota"]), actions: actions, endpoint: own)?.message == "own")
    }

    @Test("an answer that is to be retried is asked for again after a growing pause, and not for ever")
    func retry() async throws {
        let action = ResponseAction([200], field: "status", is: "pending", .retry)
        let http = ScriptedHTTPClient { request in
            request.index < 2 ? .json(["status": "pending"]) : .json(["data": [["id": 1]]])
        }
        let clock = ManualClock()
        #expect(try await client(http, actions: [action], clock: clock).read(endpoint).rows.count == 1)
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])

        let stubborn = ScriptedHTTPClient(.json(["status": "pending"]))
        let error = await #expect(throws: SourceError.self) {
            try await client(stubborn, actions: [action]).read(endpoint)
        }
        #expect(error?.recovery == .retry(after: nil))
        #expect(stubborn.requests.count == 4)
    }

    @Test("a position that the upstream has forgotten asks for a new start", arguments: [410, 400])
    func expiredPosition(_ status: Int) async {
        let http = ScriptedHTTPClient { request in
            request.index == 0
                ? .json(["data": [["id": 1]], "next": "c1"]) : .json(["message": "cursor expired"], status: status)
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"),
            actions: [ResponseAction([400], text: "cursor expired", .expireResumeToken)])
        let error = await #expect(throws: SourceError.self) { try await client.read(endpoint) }
        #expect(error?.kind == .resumeTokenExpired)
    }

    @Test("a schema that the source does not have is an error with the nearest name")
    func unknownSchema() {
        let client = client(ScriptedHTTPClient(.json([:])))
        let error = #expect(throws: SourceError.self) {
            _ = try client.response(to: SourceInputs(schema: "invoces"), from: [endpoint])
        }
        #expect(error?.kind == .unknownSchema)
        #expect(error?.advice == "Did you mean 'invoices'?")
    }

    @Test("rows of a small list come one by one, and members are read by name")
    func rowsByName() async throws {
        let http = ScriptedHTTPClient { request in
            .json(["list": [["slug": "a", "id": 1]], "next": request.index == 0 ? "x" : nil])
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"))
        var slugs: [String] = []
        for try await row in client.rows("/collections", at: "list") {
            slugs.append(try row.string("slug") + String(try row.int("id")))
            #expect(throws: SourceError.self) { try row.string("nothing") }
        }
        #expect(slugs == ["a1", "a1"])
    }

    @Test(
        "a base URL that a config has bent is refused",
        arguments: ["https://evil.example/@x", "https:// a", "ftp://a.b", "https://a.b?x="])
    func bentBase(_ base: String) async {
        let http = ScriptedHTTPClient(.json(["data": []]))
        let client = RESTClient(.testing(http: http), baseURL: base.replacing("/@x", with: "@x"))
        await #expect(throws: SourceError.self) { try await client.read(endpoint) }
        #expect(http.requests.isEmpty)
    }
}
