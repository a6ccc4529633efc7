import Columns
import Foundation
import TestSupport
import Testing
import Tributary

@testable import Cassettes

/// Answers by path.
private struct PathClient: HTTPClient {
    let answers: [String: (status: Int, headers: [(String, String)], body: String)]

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let answer = answers[request.url] else { throw SourceError(.unreachable, "Nobody is at \(request.url).") }
        let chunks = Lock(answer.body.utf8.map { [$0] })
        return HTTPResponse(
            status: answer.status, headers: HTTPHeaders(answer.headers), url: request.url,
            body: HTTPBody { chunks.withLock { $0.isEmpty ? nil : $0.removeFirst() } })
    }
}

@Suite struct RecordingHTTPClientTests {
    private let inner = PathClient(answers: [
        "https://api.example.com/a": (302, [("Location", "/b")], ""),
        "https://api.example.com/b": (200, [("Content-Type", "application/json")], #"{"ok":true}"#),
    ])

    @Test("each hop is an exchange, and the reader gets the body that is kept")
    func hops() async throws {
        let client = RecordingHTTPClient(inner)
        client.enter(.init(schema: "things", syncType: .fullRefresh))
        let response = try await client.send(.authorized("https://api.example.com/a"))
        #expect(try await text(response) == #"{"ok":true}"#)
        #expect(client.exchanges.map(\.status) == [302, 200])
        #expect(client.exchanges.map(\.isPartial) == [false, false])
        #expect(client.exchanges[1].body == Array(#"{"ok":true}"#.utf8))
        #expect(client.exchanges.allSatisfy { $0.lane.schema == "things" })
        #expect(client.exchanges[0].requestHeaders.first?.isSecret == true)
    }

    @Test("a failure of the transport and an unread body are kept as what they are; too much is refused")
    func failures() async throws {
        let client = RecordingHTTPClient(inner, maxBytes: 4)
        await #expect(throws: SourceError.self) { try await client.send(.authorized("https://api.example.com/x")) }
        #expect(client.exchanges[0].failure?.code == "unreachable")
        let response = try await client.send(.authorized("https://api.example.com/b"))
        #expect(client.exchanges[1].isPartial)
        await #expect(throws: SourceError.self) { _ = try await response.body.collect() }
    }

    @Test("a smaller page is asked for on the wire, and the source's own request is what is kept")
    func pageSize() {
        let request = HTTPRequest(.get, "https://api.example.com/a?limit=100&q=1", query: [QueryItem("per_page", "50")])
        let limited = PageSizeParameter.limited(request, to: 5)
        #expect(limited.url == "https://api.example.com/a?limit=5&q=1")
        #expect(limited.query == [QueryItem("per_page", "5")])
    }

    @Test(
        "a size is told by the letters of its name",
        arguments: ["@page_size", "max-results", "page[size]", "pageSize", "$top", "_limit", "PerPage"])
    func sizeNames(_ name: String) {
        let request = HTTPRequest(.get, "https://api.example.com/a", query: [QueryItem(name, "50")])
        #expect(PageSizeParameter.limited(request, to: 5).query == [QueryItem(name, "5")])
        let body = HTTPRequest(.post, "https://api.example.com/a", body: Array(#"{"\#(name)":50}"#.utf8))
        #expect(PageSizeParameter.limited(body, to: 5).body == Array(#"{"\#(name)":5}"#.utf8))
    }

    @Test("the size that the source declares is the one, whatever its name and that of others")
    func declaredSize() {
        var request = HTTPRequest(
            .get, "https://api.example.com/a?batch=100&count=70", query: [QueryItem("limit", "60")])
        request.page = PageHint(rows: "", size: "batch")
        let limited = PageSizeParameter.limited(request, to: 5)
        #expect(limited.url == "https://api.example.com/a?batch=5&count=70")
        #expect(limited.query == [QueryItem("limit", "60")])
        var search = HTTPRequest(
            .post, "https://api.example.com/a?limit=9",
            body: Array(#"{"ask":{"batch":"100","limit":8},"limit":7}"#.utf8))
        search.page = PageHint(rows: "", size: .body("ask.batch"))
        let smaller = PageSizeParameter.limited(search, to: 5)
        #expect(smaller.body == Array(#"{"ask":{"batch":"5","limit":8},"limit":7}"#.utf8))
        #expect(smaller.url == search.url)
    }
}

@Suite struct HARWriterTests {
    @Test("what is written is read back and replayed, and two writings are the same bytes")
    func roundTrip() async throws {
        let long = "[" + (0..<40).map { #"{"id": \#($0), "name": "n"}"# }.joined(separator: ",") + "]"
        func exchange(_ page: Int, _ mode: SyncType, _ body: String) -> CapturedExchange {
            CapturedExchange(
                lane: .init(schema: "things", syncType: mode), method: "GET",
                url: "https://api.example.com/things?page=\(page)", secretParameters: [],
                requestHeaders: [.init(name: "authorization", value: "Bearer fake", isSecret: true)], requestBody: [],
                status: 200, responseHeaders: [.init(name: "content-type", value: "application/json", isSecret: false)],
                body: RawJSON(Array(body.utf8))?.pretty ?? [], failure: nil, isPartial: false)
        }
        let exchanges = [
            exchange(1, .incremental, long), exchange(2, .incremental, "[]"), exchange(1, .fullRefresh, long),
        ]
        let drafts = DraftEntries(modes: ["things": [.incremental, .fullRefresh]], rules: MatchRules())
        let entries = try drafts.entries(exchanges, redacted: [[:], [:], [:]])
        #expect(entries.map(\.id) == ["things-p1", "things-since-p1"])
        #expect(entries[0].syncTypes.isEmpty && entries[1].syncTypes == [.incremental, .append])
        let writer = HARWriter(scenario: "s", state: "t0", clock: 1_748_736_000_000_000, provenance: "recorded")
        let output = writer.write(entries)
        #expect(output.har == writer.write(entries).har)
        #expect(output.bodies.keys.sorted() == ["bodies/things-p1.json"])
        #expect(String(decoding: output.har, as: UTF8.self).contains("\"2025-06-01T00:00:00.001Z\""))
        let folder = try TemporaryFolder("written")
        var files = ScenarioFiles(output.bodies)
        files.files["t0.har"] = output.har
        files.files["manifest.json"] = Array(ScenarioFolder.manifest().utf8)
        let target = folder.file("acme/s")
        try files.write(to: target)
        try files.write(to: target)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("acme").path) == ["s"])
        #expect(ScenarioFiles(reading: target).seal == files.seal)
        let client = try #require(try Scenario(at: target).session(state: "t0").client)
        let answer = try await client.send(.authorized("https://api.example.com/things?page=1"))
        #expect(try await answer.body.collect() == exchanges[0].body)
    }

    @Test("a body that a later state has unchanged is the same file; a changed one has the state in its name")
    func states() throws {
        let entry = DraftEntry(
            id: "a-p1",
            exchange: CapturedExchange(
                lane: .init(), method: "GET", url: "https://api.example.com/a", secretParameters: [],
                requestHeaders: [],
                requestBody: [], status: 200, responseHeaders: [], body: Array(repeating: 65, count: 300), failure: nil,
                isPartial: false),
            schemas: ["a"], syncTypes: [], repetition: .once, isOptional: false, redacted: [:], trimmed: nil)
        let writer = HARWriter(scenario: "s", state: "t1", clock: 0, provenance: "recorded")
        let same = writer.write([entry], existing: ["bodies/a-p1.txt": entry.exchange.body])
        #expect(Array(same.bodies.keys) == ["bodies/a-p1.txt"])
        #expect(Array(writer.write([entry], existing: ["bodies/a-p1.txt": [66]]).bodies.keys) == ["bodies/a-p1.t1.txt"])
    }

    @Test("a long body that was sent leaves what a state before had sent")
    func requestsOfStates() throws {
        let entry = DraftEntry(
            id: "a-p1",
            exchange: CapturedExchange(
                lane: .init(), method: "POST", url: "https://api.example.com/a", secretParameters: [],
                requestHeaders: [],
                requestBody: Array(repeating: 65, count: 300), status: 200, responseHeaders: [], body: [], failure: nil,
                isPartial: false),
            schemas: ["a"], syncTypes: [], repetition: .once, isOptional: false, redacted: [:], trimmed: nil)
        let writer = HARWriter(scenario: "s", state: "t1", clock: 0, provenance: "recorded")
        let before = try #require(writer.write([entry]).bodies.keys.first)
        #expect(before.contains("a-p1-request"))
        let after = writer.write([entry], existing: [before: [66]])
        #expect(after.bodies.keys.contains { $0.contains("a-p1-request.t1") } && after.bodies[before] == nil)
    }
}
