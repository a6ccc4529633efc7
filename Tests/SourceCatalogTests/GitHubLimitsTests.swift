import Columns
import SourceCatalog
import Testing
import Tributary

@testable import Cassettes

@Suite struct GitHubLimitsTests {
    private let labels = "tributary-demo/widgets.labels"

    private func source(_ repositories: JSONValue = ["tributary-demo/widgets"]) throws -> ConfiguredSource {
        try SourceRegistry.builtIn.source("GitHub").configure([
            "auth_method": ["selection": "pat", "personal_access_token": "fake-personal-access-token-1"],
            "repositories": repositories,
        ])
    }

    private func context(_ http: StubHTTPClient) throws -> SourceContext {
        var context = try Scenario.named("github/repository").context(state: "t0")
        context.http = http
        return context
    }

    @Test("a used-up limit is a reason to try again when it is over; a short pause is waited out")
    func rateLimit() async throws {
        let scenario = try Scenario.named("github/rate-limited")
        let session = try scenario.session(state: "t0")
        let start = session.clock.now
        let error = try await sourceError {
            _ = try await run(source().read(scenario.inputs(labels), in: session.context))
        }
        #expect(error?.recovery == .retry(after: .seconds(90)))
        let emitted = try await run(source().read(scenario.inputs(labels), in: session.context))
        #expect(emitted.rows.count == 3)
        #expect(session.clock.now - start == 60_000_000)
        try session.finish()
    }

    @Test("another 403 is a missing permission and names the table")
    func permission() async throws {
        let scenario = try Scenario.named("github/forbidden")
        let configured = try scenario.source()
        let context = try scenario.context(state: "t0")
        let teams = "tributary-demo/widgets.teams"
        for isProbe in [true, false] {
            let error = try await sourceError {
                if isProbe {
                    try await configured.validateCredentials(schema: teams, in: context)
                } else {
                    _ = try await run(configured.read(scenario.inputs(teams), in: context))
                }
            }
            #expect(error?.kind == .permissionDenied && error?.recovery == .stop)
            #expect(error?.message.contains("widgets.teams") == true)
        }
    }

    @Test("a repository that the token does not see is named when the connection is made")
    func hiddenRepository() async throws {
        let scenario = try Scenario.named("github/forbidden")
        let error = try await sourceError {
            try await scenario.source().validateCredentials(in: scenario.context(state: "t0"))
        }
        #expect(error?.kind == .permissionDenied)
        #expect(error?.message.contains("tributary-demo/hidden") == true)
    }

    @Test("a token that is not valid is told so, and never shown")
    func badCredentials() async throws {
        let scenario = try Scenario.named("github/bad-credentials")
        let configured = try scenario.source()
        let context = try scenario.context(state: "t0")
        for schema in [nil, labels] {
            let error = try await sourceError { try await configured.validateCredentials(schema: schema, in: context) }
            #expect(error?.kind == .invalidCredentials)
            #expect(error.map { "\($0)".contains("fake-personal") } == false)
        }
    }

    @Test("a next link to another origin is refused, and gets no token")
    func foreignLink() async throws {
        let http = StubHTTPClient { _ in
            .json([["id": 1]], headers: [("link", "<https://api.github.example/x?page=2>; rel=\"next\"")])
        }
        let error = try await sourceError {
            _ = try await run(source().read(SourceInputs(schema: labels), in: context(http)))
        }
        #expect(error?.kind == .addressRefused)
        #expect(http.urls.count == 1)
    }

    /// A page of 100 runs: ten days, newest first.
    private static func runs(page: Int) -> JSONValue {
        let rows = (0..<100).map { number -> JSONValue in
            let day = max(1, 28 - (page - 1) * 10 - number / 10)
            let text = "2025-09-\(day < 10 ? "0" : "")\(day)T00:00:00Z"
            return ["id": .number(JSONNumber(Int64(page * 1_000 + number))), "created_at": .string(text)]
        }
        return ["total_count": 900, "workflow_runs": .array(rows)]
    }

    @Test(
        "an increment leaves a list that takes no bound behind the first page that is older as a whole",
        arguments: ["workflow_runs", "workflow_jobs"])
    func stopsAtWatermark(_ table: String) async throws {
        let base = "https://api.github.com/repos/tributary-demo/widgets/actions/runs?per_page=100&page="
        let http = StubHTTPClient { request in
            if request.url.contains("/jobs") { return .json(["total_count": 1, "jobs": [["id": 1]]]) }
            let page = request.parameter("page").flatMap { Int($0) } ?? 1
            return .json(Self.runs(page: page), headers: [("link", "<\(base)\(page + 1)>; rel=\"next\"")])
        }
        let inputs = SourceInputs(
            schema: "tributary-demo/widgets.\(table)", syncType: .incremental, cursorField: .datetime("created_at"),
            watermark: Watermark(last: CursorValue(storedText: "2025-09-12T00:00:00Z", as: .datetime)))
        let emitted = try await run(source().read(inputs, in: context(http)))
        // Pages one and two reach down to the twelfth; the third is older as a whole, and the last one asked for.
        #expect(emitted.rows.count == 300)
        #expect(http.urls.count { !$0.contains("/jobs") } == 3)
    }

    @Test(
        "repositories are a list or a text; what could lead elsewhere is refused",
        arguments: [
            (#"["a/b", "c/d.e"]"#, 2), (#""a/b, c/d  A/B""#, 2), (#""a/b/c""#, nil), (#"["../x"]"#, nil),
            (#"["a/.."]"#, nil), (#"["a/b?x"]"#, nil), (#"[]"#, nil), (#"["a/b", 7]"#, nil), (#""a/ü""#, nil),
        ] as [(String, Int?)])
    func repositories(_ stored: String, _ count: Int?) async throws {
        let value = try JSONValue(parsing: stored)
        let http = StubHTTPClient { _ in .json([]) }
        let error = try await sourceError {
            let schemas = try await source(value).schemas(in: context(http))
            #expect(schemas.count == count.map { $0 * 12 })
        }
        #expect((error?.kind == .invalidConfig) == (count == nil))
    }
}
