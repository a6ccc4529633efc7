import Columns
import Foundation
import TestSupport
import Testing
import Tributary

@testable import Preview

/// Pages of JSON with a row each, and some with none, as those of a fan-out.
private struct SparseSource: Source {
    static let description = SourceDescription(
        type: "Sparse", label: "Sparse", category: .engineering, docs: "https://sparse.example/docs")

    struct Config: FormFields { init() {} }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {}

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        [SourceSchema("steps", primaryKeys: ["id"])]
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        SourceResponse(
            primaryKeys: ["id"], isSorted: false,
            items: Items { emit in
                for page in 0..<40 {
                    let rows = page % 2 == 0 ? "" : #"{"id": \#(page)}"#
                    try await emit(.json(JSONItem(page: Array(#"{"data": [\#(rows)]}"#.utf8), rows: "data")))
                }
            })
    }
}

@Suite(.timeLimit(.minutes(1))) struct SampleTests {
    private func sample(of rows: Int) async throws -> JSONValue {
        let upstream = PreviewSession.Upstream(name: "test") { SourceContext.testing() }
        let session = PreviewSession(AnySource(SparseSource.self), upstream: upstream, sampleRows: rows)
        var state = try await session.start(["schema": "steps", "syncType": "full-refresh"])
        while state["state"]?.string == "running" {
            try await Task.sleep(for: .milliseconds(10))
            state = await session.sample
        }
        return state
    }

    @Test("a sample is full when so many rows came, however many pages brought them")
    func fullness() async throws {
        let whole = try await sample(of: 1_000)
        #expect(whole["rowsRead"]?.int64 == 20 && whole["isCut"]?.bool == false, "\(whole.text)")
        let cut = try await sample(of: 7)
        #expect(cut["rowsRead"]?.int64 == 7 && cut["isCut"]?.bool == true, "\(cut.text)")
    }

    @Test("requests that differ in their bodies alone can be told apart, and show no secret")
    func bodies() async throws {
        let log = RequestLog()
        let redactor = Redactor([Secret("k3y-of-mine")])
        let client = WatchedHTTPClient(
            base: ScriptedHTTPClient(.json([])), log: log, redact: { redactor.redact($0) })
        for table in ["issues", "people"] {
            var request = HTTPRequest(.post, "https://api.example/graphql")
            let query = "query ($first: Int) {\n  \(table)(first: $first) { nodes { id name createdAt updatedAt } }\n}"
            let body: JSONValue = ["query": .string(query), "variables": ["first": 100, "key": "a k3y-of-mine"]]
            request.body = Array(body.text.utf8)
            _ = try await client.send(request)
        }
        let lines = log.json["lines"]?.array?.compactMap { $0.array?.first?.string } ?? []
        #expect(lines.count == 2 && Set(lines).count == 2, "\(lines)")
        #expect(lines[0].contains("query ($first: Int) { issues(first: $first)") && lines[0].contains("…"), "\(lines)")
        #expect(lines[0].contains("\"first\":100") && !lines.joined().contains("k3y-of-mine"), "\(lines)")
    }
}
