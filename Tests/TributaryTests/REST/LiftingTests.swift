import Columns
import TestSupport
import Testing
import Tributary

@Suite("Nested values as columns of their own")
struct LiftingTests {
    private static let runs = RESTEndpoint(
        "runs", path: "/runs", primaryKeys: ["id"], rows: "data", lifting: ["id": "info.id", "at": "info.at"],
        incremental: [.newestFirst(.datetime("at"))], sort: .descending)
    private static let metrics = RESTEndpoint(
        "metrics", path: "/search", method: .post, primaryKeys: ["run", "key"], rows: "data",
        parent: RESTParent("runs", columns: ["id": "run"]), query: ["run": "{runs.id}"],
        body: ["run_ids": ["{runs.id}"], "filter": "run is {runs.id}", "graph": "{ a { b } }", "limit": 5])

    private static func run(_ id: Int64, _ at: String) -> JSONValue {
        ["info": ["id": .number(JSONNumber(id)), "at": .string(at)], "name": "run"]
    }

    private func client(_ http: ScriptedHTTPClient) -> RESTClient {
        RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"))
    }

    private static func pages(_ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        if request.path == "/search" { return .json(["data": [["key": "loss"]]]) }
        switch request["after"] {
        case nil:
            return .json(["data": [run(4, "2026-01-04T00:00:00Z"), run(3, "2026-01-03T00:00:00Z")], "next": "b"])
        case "b": return .json(["data": [run(2, "2026-01-02T00:00:00Z")], "next": "c"])
        default: return .json(["data": [run(1, "2026-01-01T00:00:00Z")]])
        }
    }

    @Test("the table has the nested value as a column, and what holds it as it came")
    func columns() async throws {
        let client = client(ScriptedHTTPClient(Self.pages))
        let rows = try await client.read(Self.runs).rows
        #expect(rows.map { $0["id"]?.int64 } == [4, 3, 2, 1])
        #expect(rows[0]["info", "id"] == 4)
        let response = try client.response(to: SourceInputs(schema: "runs"), from: [Self.runs])
        #expect(response.lifting.map(\.path) == ["info.id", "info.at"])
    }

    @Test("a list that comes newest first is left by a lifted cursor")
    func stop() async throws {
        let http = ScriptedHTTPClient(Self.pages)
        let inputs = SourceInputs.incremental("runs", by: .datetime("at"), last: .timestamp(1_767_398_400_000_000))
        _ = try await client(http).read(Self.runs, inputs: inputs)
        #expect(http.requests.count == 2)
    }

    @Test("children name a lifted column of their parent, in a body as well, whose other braces stay")
    func children() async throws {
        let http = ScriptedHTTPClient(Self.pages)
        let rows = try await client(http).read(Self.metrics, Self.runs).rows
        #expect(rows.map { $0["run"]?.int64 } == [4, 3, 2, 1])
        #expect(http.requests.compactMap { $0["run"] } == ["4", "3", "2", "1"])
        let body = try #require(http.requests.first { $0.path == "/search" }?.json)
        #expect(
            body == ["run_ids": ["4"], "filter": "run is 4", "graph": "{ a { b } }", "limit": 5])
    }

    @Test("an answer that is one row is known by a lifted key")
    func singleRow() async throws {
        let endpoint = RESTEndpoint(
            "me", path: "/me", primaryKeys: ["id"], rows: "", isSingleRow: true, lifting: ["id": "user.id"])
        let rows = try await client(ScriptedHTTPClient { _ in .json(["user": ["id": 7]]) }).read(endpoint).rows
        #expect(rows.map { $0["id"] } == [7])
        await #expect(throws: SourceError.self) {
            _ = try await client(ScriptedHTTPClient { _ in .json(["user": "gone"]) }).read(endpoint)
        }
    }

    @Test(
        "rows of a page are refused where a member has the column's name, as in the table",
        arguments: ["id", "Id", "ID"])
    func taken(_ name: String) throws {
        let (bytes, column) = (Array(#"[{"user":{"id":1},"\#(name)":2}]"#.utf8), LiftedColumn("id", from: "user.id"))
        let page = JSONItem(page: bytes, rows: "", lifting: [column])
        #expect(throws: SourceError.self) { try page.parsedRows() }
        #expect(throws: JSONError.self) { try TableBuilder().append(page: bytes, rows: "", lifting: [column]) }
    }
}
