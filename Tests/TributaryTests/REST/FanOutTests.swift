import TestSupport
import Testing
import Tributary

@Suite("REST fan-out")
struct FanOutTests {
    /// Three organisations on two pages, with repositories, with issues: everything two rows a page.
    private static let tree: [(org: String, repositories: [(id: Int64, issues: Int)])] = [
        ("a/b", [(1, 3), (2, 0), (3, 1)]), ("empty", []), ("c", [(4, 2)]),
    ]

    private static let endpoints = [
        RESTEndpoint("orgs", path: "/orgs", primaryKeys: ["login"], rows: "data"),
        RESTEndpoint(
            "repositories", path: "/orgs/{orgs.login}/repos", primaryKeys: ["_orgs_login", "id"], rows: "data",
            parent: "orgs"),
        RESTEndpoint(
            "issues", path: "/repos/{orgs.login}/{repositories.id}/issues", primaryKeys: ["repo", "n"], rows: "data",
            parent: RESTParent("repositories", columns: ["id": "repo", "orgs.login": "owner"], query: ["type": "all"])),
    ]

    private static func page(_ rows: [JSONValue], _ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        let start = request["after"].flatMap { Int($0) } ?? 0
        let end = min(start + 2, rows.count)
        return .json(["data": .array(Array(rows[start..<end])), "next": end < rows.count ? .string("\(end)") : nil])
    }

    private static func answer(_ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        if request.path == "/orgs" { return page(tree.map { ["login": .string($0.org)] }, request) }
        let parts = request.path.split(separator: "/").map { PercentEncoding.decode($0) }
        guard let org = tree.first(where: { $0.org == parts[1] }) else { return .json([:], status: 404) }
        if parts[0] == "orgs" {
            return page(org.repositories.map { ["id": .number(JSONNumber($0.id)), "owner": "x"] }, request)
        }
        guard let repository = org.repositories.first(where: { String($0.id) == parts[2] }) else {
            return .json([:], status: 404)
        }
        if repository.id == 2 { return .json(["message": "Issues are disabled"], status: 410) }
        return page((0..<repository.issues).map { ["n": .number(JSONNumber(Int64($0)))] }, request)
    }

    private func client(_ http: ScriptedHTTPClient, actions: [ResponseAction] = [.ignore(410)]) -> RESTClient {
        RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"), actions: actions)
    }

    private func read(
        _ table: String, resume: ResumeToken? = nil, stopAfter: Int? = nil,
        http: ScriptedHTTPClient = ScriptedHTTPClient(answer)
    ) async throws -> Reading {
        let inputs = SourceInputs(schema: table, resumeToken: resume)
        return try await Reading.run(try client(http).response(to: inputs, from: Self.endpoints), stopAfter: stopAfter)
    }

    @Test("children are read for each parent, and carry its key")
    func children() async throws {
        let rows = try await read("repositories").rows
        #expect(rows.map { $0["id"]?.int64 } == [1, 2, 3, 4])
        #expect(rows.map { $0["_orgs_login"]?.string } == ["a/b", "a/b", "a/b", "c"])
    }

    @Test("grandchildren carry the keys of both, under the names that were given")
    func grandchildren() async throws {
        let http = ScriptedHTTPClient(Self.answer)
        let rows = try await read("issues", http: http).rows
        #expect(
            rows.map { "\($0["owner"]?.string ?? "") \($0["repo"]?.int64 ?? 0) \($0["n"]?.int64 ?? -1)" } == [
                "a/b 1 0", "a/b 1 1", "a/b 1 2", "a/b 3 0", "c 4 0", "c 4 1",
            ])
        #expect(http.requests.contains { $0.path == "/repos/a%2Fb/1/issues" })
        #expect(http.requests.filter { $0.path.hasPrefix("/orgs/") }.allSatisfy { $0["type"] == "all" })
    }

    @Test(
        "a read that goes on from any token gives what an undisturbed read gives",
        arguments: ["orgs", "repositories", "issues"])
    func resumes(_ table: String) async throws {
        let whole = try await read(table)
        #expect(whole.marks.count >= 2)
        for (index, mark) in whole.marks.enumerated() {
            let first = try await read(table, stopAfter: index + 1)
            let rest = try await read(table, resume: mark.token)
            #expect(first.rows + rest.rows == whole.rows, "stopped after item \(index + 1)")
        }
    }

    @Test(
        "a page of parents that cannot be read is an error, and not a list without parents",
        arguments: [#"{"data":[{"login":"a"},{"login":"b"#, #"{"data":[7]}"#])
    func brokenParents(_ body: String) async {
        let http = ScriptedHTTPClient { request in
            request.path == "/orgs" ? ScriptedHTTPClient.Answer(200, body) : .json(["data": []])
        }
        let error = await #expect(throws: SourceError.self) { try await read("repositories", http: http) }
        #expect(error?.kind == .unexpectedAnswer)
    }

    @Test("a parent without children still gives a position")
    func positions() async throws {
        let whole = try await read("repositories")
        #expect(whole.marks.count == 4)
    }

    @Test("a parent that has moved on its page is found again; one that has left it asks for a new start")
    func movedParent() async throws {
        let orgs = Lock(["a", "b"])
        let http = ScriptedHTTPClient { request in
            if request.path == "/orgs" {
                return .json(["data": .array(orgs.withLock { $0.map { ["login": .string($0)] } })])
            }
            return .json(["data": [["id": 1, "path": .string(request.path)]]])
        }
        let first = try await read("repositories", stopAfter: 1, http: http)
        let token = try #require(first.marks.first?.token)
        orgs.withLock { $0 = ["new", "a", "b"] }
        let rest = try await read("repositories", resume: token, http: http)
        #expect(rest.rows.map { $0["path"]?.string } == ["/orgs/b/repos"])
        orgs.withLock { $0 = ["a"] }
        let error = await #expect(throws: SourceError.self) {
            try await read("repositories", resume: token, http: http)
        }
        #expect(error?.kind == .resumeTokenExpired)
    }

    @Test("a parent's row without the field that children need is an error")
    func missingField() async {
        let http = ScriptedHTTPClient(.json(["data": [["name": "a"]]]))
        let error = await #expect(throws: SourceError.self) { try await read("repositories", http: http) }
        #expect(error?.kind == .unexpectedAnswer)
        #expect(error?.message.contains("'login'") == true)
    }

    @Test("an error of a child that no action names ends the read")
    func childError() async {
        let client = client(ScriptedHTTPClient(Self.answer), actions: [])
        let error = await #expect(throws: SourceError.self) {
            try await Reading.run(try client.response(to: SourceInputs(schema: "issues"), from: Self.endpoints))
        }
        #expect(error?.kind == .notFound)
    }

    @Test("bounds go to the children alone")
    func bounds() async throws {
        var endpoints = Self.endpoints
        endpoints[1].incremental = [.datetime("updated", parameter: "since")]
        let http = ScriptedHTTPClient(Self.answer)
        let inputs = SourceInputs.incremental(
            "repositories", by: .datetime("updated"), last: .timestamp(0), earliest: .timestamp(5))
        _ = try await Reading.run(try client(http).response(to: inputs, from: endpoints))
        #expect(http.requests.allSatisfy { ($0["since"] == nil) == ($0.path == "/orgs") })
    }

    @Test("parents that come newest first are left at the watermark when the child asks for it")
    func parentsStop() async throws {
        let endpoints = [
            RESTEndpoint("runs", path: "/runs", primaryKeys: ["id"], rows: "data", sort: .descending),
            RESTEndpoint(
                "jobs", path: "/runs/{runs.id}/jobs", primaryKeys: ["id"], rows: "data",
                incremental: [.newestFirst(.integer("created"))],
                parent: RESTParent("runs", stopsAtWatermark: true)),
        ]
        let runs = (1...6).reversed().map {
            JSONValue.object(
                JSONObject([("id", .number(JSONNumber(Int64($0)))), ("created", .number(JSONNumber(Int64($0 * 10))))]))
        }
        let http = ScriptedHTTPClient { request in
            request.path == "/runs" ? Self.page(runs, request) : .json(["data": [["id": 1, "created": 1]]])
        }
        let inputs = SourceInputs.incremental("jobs", by: .integer("created"), last: .integer(45))
        _ = try await Reading.run(try client(http).response(to: inputs, from: endpoints))
        #expect(http.requests.map(\.path).filter { $0 != "/runs" } == [6, 5, 4, 3].map { "/runs/\($0)/jobs" })
    }
}
