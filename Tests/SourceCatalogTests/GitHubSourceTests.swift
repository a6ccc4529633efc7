import Columns
import Foundation
import SourceCatalog
import Testing
import Tributary

@testable import Cassettes

@Suite struct GitHubSourceTests {
    private static let repository = "tributary-demo/widgets"
    /// Table, the end of its own URLs, the place of its rows, and the columns of its key.
    static let tables: [(name: String, path: String, envelope: String?, key: String)] = [
        ("commits", "/commits", nil, "sha"), ("issue_comments", "/issues/comments", nil, "id"),
        ("issues", "widgets/issues", nil, "id"), ("labels", "/labels", nil, "id"),
        ("pull_requests", "/pulls", nil, "id"), ("releases", "/releases", nil, "id"),
        ("repository", "/widgets", nil, "id"), ("stargazers", "/stargazers", nil, "user.id"),
        ("team_members", "/members", nil, "id"), ("teams", "/teams", nil, "id"),
        ("workflow_jobs", "/jobs", "jobs", "id"), ("workflow_runs", "/runs", "workflow_runs", "id"),
    ]
    private static let lookbacks: [String: Int64] = ["commits": 7, "workflow_runs": 1, "workflow_jobs": 1]

    private func naive(
        _ table: (name: String, path: String, envelope: String?, key: String), _ state: String, _ sync: String
    ) throws -> [NSDictionary] {
        try NaiveReader("github/repository")
            .rows(state, "\(Self.repository).\(table.name)", sync, path: table.path, at: table.envelope)
    }

    @Test("a full refresh gives exactly the recorded rows", arguments: tables)
    func fullRefresh(_ table: (name: String, path: String, envelope: String?, key: String)) async throws {
        let scenario = try Scenario.named("github/repository")
        let schema = "\(Self.repository).\(table.name)"
        let session = try scenario.session(state: "t0")
        let emitted = try await run(scenario.source().read(scenario.inputs(schema), in: session.context))
        try session.finish(schemas: [schema], syncType: .fullRefresh)
        let rows = try naive(table, "t0", "full-refresh")
        #expect(emitted.rows.count == rows.count)
        for (row, naive) in zip(emitted.rows, rows) {
            let ours =
                try JSONSerialization.jsonObject(with: Data(JSONValue.object(row).serialized())) as? [String: Any]
            for name in naive.allKeys.compactMap({ $0 as? String }) {
                #expect(ours?[name] as? NSObject == naive[name] as? NSObject, "\(name)")
            }
        }
        #expect(scenario.expected("t0", schema, "rows")?.int64 == Int64(rows.count))
        #expect(scenario.expected("t0", schema, "requests")?.int64 == session.client.map { Int64($0.requestCount) })
    }

    @Test("an increment brings what was added and changed", arguments: tables)
    func increment(_ table: (name: String, path: String, envelope: String?, key: String)) async throws {
        let scenario = try Scenario.named("github/repository")
        let schema = "\(Self.repository).\(table.name)"
        guard let text = scenario.expected("t0", schema, "cursorLast")?.string else { return }
        let session = try scenario.session(state: "t1")
        let days = Self.lookbacks[table.name] ?? 0
        guard case .timestamp(let last)? = CursorValue(storedText: text, as: .datetime) else { return }
        let inputs = scenario.inputs(schema, .incremental, last: .timestamp(last - days * 86_400_000_000))
        let emitted = try await run(scenario.source().read(inputs, in: session.context))
        try session.finish(schemas: [schema], syncType: .incremental)
        let rows = try naive(table, "t1", "incremental")
        let before = Dictionary(
            try naive(table, "t0", "incremental").map { ("\($0[table.key] ?? "")", $0) }, uniquingKeysWith: { $1 })
        let ids = rows.map { "\($0[table.key] ?? "")" }
        #expect(emitted.keys([table.key]) == ids)
        #expect(scenario.expected("t1", schema, "inserted")?.int64 == Int64(ids.count { before[$0] == nil }))
        let changed = zip(ids, rows).count { id, row in before[id].map { $0 != row } ?? false }
        #expect(scenario.expected("t1", schema, "updated")?.int64 == Int64(changed))
        #expect(scenario.expected("t1", schema, "rows")?.int64 == Int64(Set(before.keys).union(ids).count))
    }

    @Test("keys and cursors that GitHub nests are columns, and members have their team in the key")
    func columns() async throws {
        let scenario = try Scenario.named("github/repository")
        let source = try scenario.source()
        func rows(_ table: String) async throws -> Emitted {
            try await run(
                source.read(scenario.inputs("\(Self.repository).\(table)"), in: scenario.context(state: "t0")))
        }
        let commits = try await rows("commits").rows
        #expect(commits.allSatisfy { $0["created_at"] == JSONValue.object($0).path("commit.committer.date") })
        let stars = try await rows("stargazers")
        #expect(Set(stars.keys(["id"])).count == 205)
        let members = try await rows("team_members")
        #expect(Set(members.keys(["team_id", "id"])).count == 4)
        #expect(Set(members.keys(["id"])).count == 3)
    }

    @Test("an empty repository has no commits, and that is no error")
    func emptyRepository() async throws {
        let scenario = try Scenario.named("github/repository")
        for table in ["commits", "issues"] {
            let inputs = scenario.inputs("tributary-demo/empty.\(table)")
            #expect(try await run(scenario.source().read(inputs, in: scenario.context(state: "t0"))).rows.isEmpty)
        }
    }

    @Test("each repository has its own tables, with sort modes as the lists come")
    func schemas() async throws {
        let scenario = try Scenario.named("github/repository")
        let schemas = try await scenario.source().schemas(in: scenario.context(state: "t0"))
        #expect(schemas.count == 2 * Self.tables.count)
        #expect(schemas.allSatisfy { !$0.primaryKeys.isEmpty })
        let pulls = schemas.first { $0.name == "\(Self.repository).pull_requests" }
        #expect(pulls?.supportsIncremental == true)
        #expect(schemas.allSatisfy { !$0.supportsAppend })
        let orders: [(String, SortMode)] = [
            ("issues", .ascending), ("issue_comments", .ascending), ("commits", .descending),
            ("pull_requests", .descending), ("workflow_runs", .descending), ("workflow_jobs", .descending),
        ]
        for (table, order) in orders {
            let inputs = scenario.inputs("\(Self.repository).\(table)", .incremental)
            let response = try await scenario.source().read(inputs, in: scenario.context(state: "t0"))
            #expect(response.sortMode == order, "\(table)")
        }
    }

    @Test(
        "a read that was cut at any page goes on behind it",
        arguments: ["issues", "commits", "stargazers", "workflow_jobs"])
    func resumed(_ table: String) async throws {
        let scenario = try Scenario.named("github/repository")
        let source = try scenario.source()
        var inputs = scenario.inputs("\(Self.repository).\(table)")
        let key = table == "commits" ? "sha" : "id"
        let whole = try await run(source.read(inputs, in: scenario.context(state: "t0")))
        for cut in 1..<whole.positions.count {
            inputs.resumeToken = whole.positions[cut - 1].token
            let rest = try await run(source.read(inputs, in: scenario.context(state: "t0")))
            #expect(rest.keys([key]) == Array(whole.keys([key])[whole.positions[cut - 1].rowCount...]))
        }
    }
}
