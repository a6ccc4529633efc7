import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

/// Records lists as Relay has them: the last page has a cursor too, and says that nothing follows.
@Suite(.timeLimit(.minutes(5))) struct RelayRecorderTests {
    @Test("a source that follows the cursor of a last page is told of the member that says so")
    func lastCursor() async throws {
        let room = try TemporaryFolder("relay")
        let outcome = try await Recorder.testing(Self.service, room.url, of: AnySource(RelaySource.self)).run()
        let note = outcome.notes.first {
            $0.contains("posts") && $0.contains("hasMore: \"posts.pageInfo.hasNextPage\"")
        }
        #expect(note?.contains("asked on all the same") == true, "\(outcome.notes)")
    }

    @Test("children whose parents are of no table are modelled by none, and none of their rows are expected")
    func childrenAlone() async throws {
        let room = try TemporaryFolder("relay")
        let made = Recorder.testing(Self.service, room.url, of: AnySource(RelaySource.self))
        var plan = made.plan
        plan.tables = ["replies"]
        let outcome = try await Recorder(
            plan: plan, live: made.live, fixtures: room.url, key: Array("a key of pseudonyms for tests ..".utf8)
        ).run()
        #expect(outcome.tables.map(\.rows) == [14] && outcome.tables.map(\.isModelled) == [false], "\(outcome.notes)")
        #expect(outcome.notes.contains { $0.contains("of no table that was recorded") }, "\(outcome.notes)")
        let scenario = try Scenario(at: room.file("relay/lists"))
        #expect(scenario.manifest.expected["t0"]?["replies"]?["rows"] == nil)
    }

    @Test("declarations that do not hold are refused before anything is asked")
    func declarations() async throws {
        let room = try TemporaryFolder("relay")
        let asked = Lock(0)
        let service = ScriptedHTTPClient { _ in
            asked.withLock { $0 += 1 }
            return .json(["posts": ["nodes": []]])
        }
        let recorder = Recorder.testing(service, room.url, of: AnySource(StrangeRelaySource.self))
        let error = await #expect(throws: SourceError.self) { try await recorder.run() }
        #expect(error?.message.contains("'{node.id}' is no field of a parent") == true, "\(String(describing: error))")
        #expect(asked.withLock { $0 } == 0)
        #expect(!FileManager.default.fileExists(atPath: room.file("relay").path))
    }

    /// Seven posts with two replies each.
    private static var service: any HTTPClient {
        ScriptedHTTPClient { request in
            guard let body = request.json, let text = body["query"]?.string else { return .json(["version": "2"]) }
            let start = body["after"]?.string.flatMap { Int($0.dropFirst(3)) } ?? 0
            let isReplies = text.contains("replies")
            let count = isReplies ? 2 : 7
            let end = min(count, start + Int(body["first"]?.int64 ?? 100))
            let owner = body["post"]?.string ?? "P"
            let rows = (min(start, end)..<end).map { index -> JSONValue in
                isReplies
                    ? ["n": .number(JSONNumber(Int64(index + 1))), "kind": "short"]
                    : ["id": .string("\(owner)\(index + 1)"), "kind": "long"]
            }
            let cursor = rows.isEmpty ? JSONValue.null : .string("cur\(end)")
            let info: JSONValue = ["hasNextPage": .bool(end < count), "endCursor": cursor]
            return .json(
                .object(JSONObject([(isReplies ? "replies" : "posts", ["nodes": .array(rows), "pageInfo": info])])))
        }
    }
}

/// A source that follows the cursor alone.
private struct RelaySource: RESTSource {
    static let description = SourceDescription(
        type: "Relay", label: "Relay", category: .productivity, docs: "https://relay.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "posts", path: "/posts", method: .post, primaryKeys: ["id"], rows: "posts.nodes",
            body: ["query": "{ posts }"],
            paginator: .cursor(parameter: .body("after"), from: "posts.pageInfo.endCursor")),
        RESTEndpoint(
            "replies", path: "/posts", method: .post, primaryKeys: ["post_id", "n"], rows: "replies.nodes",
            parent: RESTParent("posts", columns: ["id": "post_id"]),
            body: ["query": "{ replies }", "post": "{posts.id}"],
            paginator: .cursor(
                parameter: .body("after"), from: "replies.pageInfo.endCursor", hasMore: "replies.pageInfo.hasNextPage")),
    ]

    let probe = "/version"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(context, baseURL: "https://relay.example", pageSize: PageSize(.body("first"), 100))
    }
}

/// A source whose child names a member of its parent's row as if it were a parent of its own.
private struct StrangeRelaySource: RESTSource {
    static let description = RelaySource.description
    typealias Config = RelaySource.Config

    static let endpoints = [
        RESTEndpoint("posts", path: "/posts", primaryKeys: ["id"], rows: "edges", lifting: ["id": "node.id"]),
        RESTEndpoint(
            "replies", path: "/posts/{posts.node.id}/replies", primaryKeys: ["post_id", "n"], rows: "nodes",
            parent: RESTParent("posts", columns: ["node.id": "post_id"])),
    ]

    let probe = "/version"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        try RelaySource().client(for: config, in: context)
    }
}
