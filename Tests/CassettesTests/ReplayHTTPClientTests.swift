import Columns
import TestSupport
import Testing
import Tributary

@testable import Cassettes

@Suite struct ReplayHTTPClientTests {
    private let a = "https://a.example/a"
    private let b = "https://a.example/b"

    @Test("equal requests get their answers in the order of the file")
    func readModifyRead() async throws {
        let client = try ScenarioFolder(entries: [
            ScenarioFolder.entry("one", a), ScenarioFolder.entry("other", b), ScenarioFolder.entry("two", a),
        ]).client()
        #expect(try await text(client.send(.authorized(a))) == "one")
        #expect(try await text(client.send(.authorized(a))) == "two")
        #expect(try await text(client.send(.authorized(b))) == "other")
        try client.finish()
        #expect(client.requestCount == 3)
    }

    @Test("an answer is given once")
    func exhausted() async throws {
        let client = try ScenarioFolder(entries: [ScenarioFolder.entry("one", a)]).client()
        _ = try await client.send(.authorized(a))
        let message = await message { _ = try await client.send(.authorized(a)) }
        #expect(message?.contains("each of its recorded answers has been given already") == true)
    }

    @Test("an answer may be marked to stay", arguments: ["repeat", "sticky"])
    func staying(_ mode: String) async throws {
        let client = try ScenarioFolder(entries: [
            ScenarioFolder.entry("pending", a), ScenarioFolder.entry("done", a, more: "\"_replay\": \"\(mode)\","),
        ]).client()
        var answers: [String] = []
        for _ in 0..<4 { answers.append(try await text(client.send(.authorized(a)))) }
        #expect(answers == ["pending", "done", "done", "done"])
    }

    @Test("an answer may wait for another one")
    func after() async throws {
        let client = try ScenarioFolder(entries: [
            ScenarioFolder.entry("result", a, more: #""_replay": {"after": ["start"]},"#),
            ScenarioFolder.entry("start", b),
        ]).client()
        let message = await message { _ = try await client.send(.authorized(a)) }
        #expect(message?.contains("start has to be asked for before it") == true)
        _ = try await client.send(.authorized(b))
        #expect(try await text(client.send(.authorized(a))) == "result")
    }

    @Test("a strict order refuses a swapped pair, the usual one does not", arguments: ["strict", "perKey"])
    func order(_ order: String) async throws {
        let folder = try ScenarioFolder(
            manifest: ScenarioFolder.manifest(match: "{\"order\": \"\(order)\"}"),
            entries: [ScenarioFolder.entry("first", a), ScenarioFolder.entry("second", b)])
        let client = try folder.client()
        let message = await message { _ = try await client.send(.authorized(b)) }
        #expect((message != nil) == (order == "strict"))
    }

    @Test("an order by schema holds inside each schema only")
    func orderBySchema() async throws {
        let client = try ScenarioFolder(
            manifest: ScenarioFolder.manifest(match: #"{"order": "perSchema"}"#),
            entries: [
                ScenarioFolder.entry("a1", a, more: #""_schema": "a","#),
                ScenarioFolder.entry("b1", b, more: #""_schema": "b","#),
                ScenarioFolder.entry("a2", a + "2", more: #""_schema": ["a"],"#),
            ]
        ).client()
        _ = try await client.send(.authorized(b))
        #expect(await message { _ = try await client.send(.authorized(a + "2")) } != nil)
    }

    @Test("a request that was not recorded fails with the nearest one and what differs")
    func nearest() async throws {
        let folder = try ScenarioFolder(
            manifest: ScenarioFolder.manifest(match: #"{"headers": ["x-version"]}"#),
            entries: [
                ScenarioFolder.entry("far", "https://b.example/else"),
                ScenarioFolder.entry("page-2", a + "?limit=5&after=x"),
            ]
        )
        let client = try folder.client()
        var request = HTTPRequest.authorized(a, query: [QueryItem("limit", "5"), QueryItem("after", "y")])
        request.headers["X-Version"] = "2"
        let message = await message { _ = try await client.send(request) }
        let expected = [
            "no recorded exchange matches. Nearest:", "    page-2 (t0.har:5)",
            "      query after: sent \"y\", recorded \"x\"", "      header x-version: sent \"2\", recorded nothing",
            "    far (t0.har:1)",
        ].joined(separator: "\n")
        #expect(message?.contains(expected) == true, "\(message ?? "no error")")
    }

    @Test("where no path is the same, the one that is nearly so is told first")
    func nearestPath() async throws {
        let folder = try ScenarioFolder(
            entries: [
                ScenarioFolder.entry("probe", "https://a.example/v1/me?page=2"),
                ScenarioFolder.entry("readings", "https://a.example/v1/devices/SN%2F2/readings?page=1"),
            ])
        let request = HTTPRequest.authorized("https://a.example/v1/devices/SN/readings?page=2")
        let client = try folder.client()
        let message = await message { _ = try await client.send(request) } ?? "no error"
        let places = ["readings (", "probe ("].compactMap { message.firstRange(of: $0)?.lowerBound }
        #expect(places.count == 2 && places == places.sorted(), "\(message)")
    }

    @Test("a forgotten or wrong token does not match, and is never shown")
    func tokens() async throws {
        let client = try ScenarioFolder(entries: [ScenarioFolder.entry("one", a)]).client()
        let forgotten = await message { _ = try await client.send(HTTPRequest(.get, a)) }
        #expect(forgotten?.contains(#"header authorization: sent nothing, recorded "Bearer fake""#) == true)
        let wrong = await message { _ = try await client.send(.authorized(a, token: "real-token")) }
        #expect(wrong?.contains("header authorization: sent •••") == true)
        #expect(wrong?.contains("real-token") == false)
    }

    @Test("a miss that the source swallows still fails the end")
    func swallowedMiss() async throws {
        let client = try ScenarioFolder(entries: [ScenarioFolder.entry("one", a)]).client()
        _ = try? await client.send(.authorized(b))
        _ = try await client.send(.authorized(a))
        let message = await message { try client.finish() }
        #expect(message?.contains("Replaying GET https://a.example/b") == true)
    }

    @Test("what nobody asked for is reported, unless it may stay")
    func unused() async throws {
        let client = try ScenarioFolder(entries: [
            ScenarioFolder.entry("a", a, more: #""_schema": "x","#),
            ScenarioFolder.entry("b", b, more: #""_schema": "y", "_sync": ["incremental"],"#),
            ScenarioFolder.entry("c", b + "c", more: #""_replay": "optional","#),
        ]).client()
        #expect(client.unused() == ["a", "b"])
        #expect(client.unused(schemas: ["y"]) == ["b"])
        #expect(client.unused(syncType: .fullRefresh) == ["a"])
        let message = await message { try client.finish() }
        #expect(message?.contains("nobody asked for a, b.") == true)
        try client.finish(leaving: ["a", "b"])
    }

    @Test("two tasks that read at once both get their answers")
    func parallel() async throws {
        let entries = (0..<50).flatMap { page in
            [ScenarioFolder.entry("a\(page)", "\(a)?p=\(page)"), ScenarioFolder.entry("b\(page)", "\(b)?p=\(page)")]
        }
        let client = try ScenarioFolder(entries: entries).client()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for url in [a, b] {
                group.addTask {
                    for page in 0..<50 { _ = try await client.send(.authorized("\(url)?p=\(page)")) }
                }
            }
            try await group.waitForAll()
        }
        try client.finish()
    }

    @Test("a recorded redirect is followed, and takes no credentials to another origin")
    func redirects() async throws {
        let location = #"{"name": "Location", "value": "https://b.example/there?x=1"}"#
        let there = ScenarioFolder.entry("there", "https://b.example/there?x=1")
            .replacing(#"{"name": "Authorization", "value": "Bearer fake"}"#, with: "")
        let folder = try ScenarioFolder(entries: [
            ScenarioFolder.entry("hop", a, status: 302, headers: location, content: "{}"), there,
        ])
        let client = try folder.client()
        let response = try await client.send(.authorized(a))
        #expect(response.url == "https://b.example/there?x=1")
        #expect(try await text(response) == "there")
        var request = HTTPRequest.authorized(a)
        request.options.followsRedirects = false
        #expect(try await folder.client().send(request).status == 302)
    }

    @Test(
        "a recorded failure of the transport is one",
        arguments: [
            ("CURLE_OPERATION_TIMEDOUT", SourceError.Kind.timedOut), ("CURLE_COULDNT_CONNECT", .unreachable),
        ])
    func failures(_ code: String, _ kind: SourceError.Kind) async throws {
        let entry = ScenarioFolder.entry("one", a, status: 0)
            .replacing(
                #""status": 0,"#, with: "\"status\": 0, \"_error\": {\"curl\": \"\(code)\", \"message\": \"no\"},")
        let client = try ScenarioFolder(entries: [entry]).client()
        await #expect { try await client.send(.authorized(a)) } throws: { ($0 as? SourceError)?.kind == kind }
    }

    @Test("headers that describe the wire are made anew")
    func wireHeaders() async throws {
        let fields = [
            ("Content-Length", "9"), ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"), ("Link", "x"),
        ]
        .map { "{\"name\": \"\($0)\", \"value\": \"\($1)\"}" }.joined(separator: ",")
        let client = try ScenarioFolder(entries: [ScenarioFolder.entry("one", a, headers: fields)]).client()
        let headers = try await client.send(.authorized(a)).headers
        #expect(headers.fields.map { $0.name.lowercased() } == ["link", "content-length"])
        #expect(headers["content-length"] == "3")
    }

    @Test("a body above the request's limit is refused")
    func limit() async throws {
        let client = try ScenarioFolder(entries: [ScenarioFolder.entry("one", a)]).client()
        var request = HTTPRequest.authorized(a)
        request.options.maxBodyBytes = 2
        await #expect { try await client.send(request) } throws: { ($0 as? SourceError)?.kind == .limitExceeded }
    }

    @Test("a body's file that is missing, a folder or a link out of the scenario is refused when the state opens")
    func hostileBodies() async throws {
        let entry = ScenarioFolder.entry("one", a, content: #"{"_file": "body"}"#)
        #expect(await message { _ = try ScenarioFolder(entries: [entry]).client() }?.contains("its body body") == true)
        let folder = try ScenarioFolder(entries: [entry])
        try FileLink.make(at: folder.folder.file("body"), to: "/etc/passwd")
        #expect(await message { _ = try folder.client() }?.contains("no file of the scenario's folder") == true)
    }

    @Test("a replay stops when its task is cancelled")
    func cancellation() async throws {
        let client = try ScenarioFolder(entries: [ScenarioFolder.entry("one", a)]).client()
        let url = a
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.send(.authorized(url))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
