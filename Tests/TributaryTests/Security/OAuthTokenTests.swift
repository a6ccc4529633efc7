import TestSupport
import Testing
import Tributary

/// Asks the upstream by itself, and says what it was told.
private struct QuotingSource: Source {
    struct Config: FormFields { @OAuth("Account", kind: .harbour) var account: OAuthIntegration }
    static let description = SourceDescription(
        type: "Quoting", label: "Quoting", category: .crm, docs: "https://quoting.example")
    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let token = try await context.tokens.accessToken(for: config.account, in: context)
        throw SourceError(.invalidCredentials, "Asking: “Bearer \(token.revealed)” was refused.")
    }
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] { [] }
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        SourceResponse(items: Items { _ in })
    }
}

@Suite("OAuth tokens")
struct OAuthTokenTests {
    private static let now: Int64 = 1_767_225_600_000_000
    private let reference = OAuthIntegration(id: 7, kind: .harbour)

    private func account(
        expiresIn seconds: Int64?, refresh: String? = "refresh-1", kind: String = "harbour"
    ) -> Integration {
        Integration(
            id: 7, kind: kind, label: "Acme", accessToken: Secret("token-0"), refreshToken: refresh.map { Secret($0) },
            expiresAt: seconds.map { Self.now + $0 * 1_000_000 }, tokenURL: "https://auth.example.com/token",
            clientID: "client",
            clientSecret: Secret("client/secret"))
    }

    /// Gives `token-1`, `token-2` … and rotates the refresh token.
    private func vendor(expiresIn: Int64 = 3_600) -> ScriptedHTTPClient {
        ScriptedHTTPClient { request in
            let number = request.index + 1
            return .json([
                "access_token": .string("token-\(number)"), "refresh_token": .string("refresh-\(number + 1)"),
                "expires_in": .number(JSONNumber(expiresIn)), "token_type": "bearer",
            ])
        }
    }

    private func token(_ context: SourceContext, insteadOf: String? = nil) async throws -> String {
        try await context.tokens.accessToken(for: reference, insteadOf: insteadOf.map { Secret($0) }, in: context)
            .revealed
    }

    @Test("a token that is good is looked up once", arguments: [nil, 3_600] as [Int64?])
    func good(_ seconds: Int64?) async throws {
        let store = MemoryIntegrations(account(expiresIn: seconds))
        let context = SourceContext.testing(integrations: store)
        for _ in 0..<3 { #expect(try await token(context) == "token-0") }
        #expect(store.lookUps == 1 && store.saves == 0)
    }

    @Test(
        "a token that has expired, or soon will, is refreshed by RFC 6749 and kept", arguments: [-10, 0, 59] as [Int64])
    func expired(_ seconds: Int64) async throws {
        let (store, http) = (MemoryIntegrations(account(expiresIn: seconds)), vendor())
        let context = SourceContext.testing(http: http, integrations: store)
        #expect(try await token(context) == "token-1")
        #expect(try await token(context) == "token-1")
        let request = try #require(http.requests.first)
        #expect(http.requests.count == 1 && request.method == .post && request.url == "https://auth.example.com/token")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "grant_type=refresh_token&refresh_token=refresh-1&client_id=client&client_secret=client%2Fsecret")
        let stored = try #require(try await store.integration(id: 7))
        #expect(stored.accessToken.revealed == "token-1" && stored.refreshToken?.revealed == "refresh-2")
        #expect(stored.expiresAt == Self.now + 3_600_000_000)
    }

    @Test("a token that expires during a run is refreshed then")
    func duringRun() async throws {
        let clock = ManualClock()
        let http = vendor()
        let context = SourceContext.testing(
            http: http, integrations: MemoryIntegrations(account(expiresIn: 600)), clock: clock)
        #expect(try await token(context) == "token-0")
        clock.advance(by: .seconds(541))
        #expect(try await token(context) == "token-1")
        clock.advance(by: .seconds(3_600))
        #expect(try await token(context) == "token-2")
        #expect(String(decoding: http.requests[1].body, as: UTF8.self).contains("refresh_token=refresh-2"))
    }

    @Test("many who ask at once cause one refresh")
    func singleFlight() async throws {
        let http = vendor()
        let context = SourceContext.testing(http: http, integrations: MemoryIntegrations(account(expiresIn: 0)))
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await token(context) } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(tokens == ["token-1"] && http.requests.count == 1)
    }

    @Test("who comes with a refused token never gets it back from somebody else's look-up")
    func refusedBeside() async throws {
        let http = vendor()
        let context = SourceContext.testing(http: http, integrations: MemoryIntegrations(account(expiresIn: 3_600)))
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for index in 0..<60 {
                group.addTask {
                    let isRefused = index % 2 == 1
                    let token = try await token(context, insteadOf: isRefused ? "token-0" : nil)
                    return isRefused ? token : nil
                }
            }
            return try await group.reduce(into: Set<String>()) { if let token = $1 { $0.insert(token) } }
        }
        #expect(tokens == ["token-1"] && http.requests.count == 1)
    }

    @Test("a token that was refused is replaced, unless somebody else has done so")
    func refused() async throws {
        let store = MemoryIntegrations(account(expiresIn: 3_600))
        let http = vendor()
        let context = SourceContext.testing(http: http, integrations: store)
        #expect(try await token(context) == "token-0")
        #expect(try await token(context, insteadOf: "token-0") == "token-1")
        var other = account(expiresIn: 3_600)
        other.accessToken = Secret("token-of-another")
        try await store.save(other)
        #expect(try await token(context, insteadOf: "token-1") == "token-of-another")
        #expect(http.requests.count == 1)
    }

    @Test("an account that is not there has its own words")
    func missing() async {
        let context = SourceContext.testing()
        let none = await #expect(throws: SourceError.self) {
            try await context.tokens.accessToken(for: OAuthIntegration(id: 0, kind: .harbour), in: context)
        }
        #expect(none?.kind == .integrationMissing && none?.message.contains("Missing integration ID") == true)
        let unknown = await #expect(throws: SourceError.self) { try await token(context) }
        #expect(unknown?.kind == .integrationMissing && unknown?.message.contains("Integration not found: 7") == true)
        let wrong = SourceContext.testing(integrations: MemoryIntegrations(account(expiresIn: 9, kind: "other")))
        #expect(await #expect(throws: SourceError.self) { try await token(wrong) }?.kind == .integrationMissing)
    }

    @Test(
        "a short outage of the store is bridged by four attempts, each a second later",
        arguments: [(3, true), (4, false)])
    func outage(_ failures: Int, _ succeeds: Bool) async throws {
        let store = MemoryIntegrations(account(expiresIn: 3_600))
        store.failNext(failures)
        let clock = ManualClock()
        let context = SourceContext.testing(integrations: store, clock: clock)
        let result = await Task { try await token(context) }.result
        #expect((try? result.get()) == (succeeds ? "token-0" : nil))
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(3)])
    }

    @Test(
        "a vendor that refuses asks the user to connect again; one that is down can be asked later",
        arguments: [
            (400, SourceError.Kind.invalidCredentials, false), (401, .invalidCredentials, false),
            (503, .upstreamFailure, true), (429, .upstreamFailure, true),
        ])
    func vendorRefuses(_ status: Int, _ kind: SourceError.Kind, _ canRetry: Bool) async {
        let http = ScriptedHTTPClient(.json(["error": "invalid_grant", "refresh_token": "leak"], status: status))
        let context = SourceContext.testing(http: http, integrations: MemoryIntegrations(account(expiresIn: 0)))
        let error = await #expect(throws: SourceError.self) { try await token(context) }
        #expect(error?.kind == kind && (error?.recovery == .stop) == !canRetry)
        #expect(error?.description.contains("leak") == false && error?.description.contains("refresh-1") == false)
    }

    @Test("a token that cannot be refreshed asks the user to connect again")
    func noRefresh() async {
        let context = SourceContext.testing(integrations: MemoryIntegrations(account(expiresIn: 0, refresh: nil)))
        let error = await #expect(throws: SourceError.self) { try await token(context) }
        #expect(error?.kind == .invalidCredentials && error?.advice == "Connect the account again.")
    }

    @Test("a client asks for the token at each request, and once more after a 401 in mid-run")
    func midRun() async throws {
        let http = ScriptedHTTPClient { request in
            if request.path == "/token" { return .json(["access_token": "token-1"]) }
            if request.headers["authorization"] == "Bearer token-0", request["after"] != nil {
                return .json([:], status: 401)
            }
            return .json([
                "data": [["id": .number(JSONNumber(Int64(request.index)))]],
                "next": request["after"] == nil ? "c1" : nil,
            ])
        }
        let context = SourceContext.testing(http: http, integrations: MemoryIntegrations(account(expiresIn: 3_600)))
        let client = RESTClient(
            context, baseURL: "https://api.example.com", authorization: .oauth(reference),
            paginator: .cursor(parameter: "after", from: "next"))
        let reading = try await client.read(RESTEndpoint("x", path: "/x", primaryKeys: ["id"], rows: "data"))
        #expect(reading.rows.count == 2)
        #expect(
            http.requests.map { $0.headers["authorization"] ?? $0.path } == [
                "Bearer token-0", "Bearer token-0", "/token", "Bearer token-1",
            ])
    }

    @Test("a token that is refused twice is an error, with the token masked")
    func refusedTwice() async {
        let http = ScriptedHTTPClient { request in
            request.path == "/token"
                ? .json(["access_token": "token-1"])
                : .json(["message": .string("bad \(request.headers["authorization"] ?? "")")], status: 401)
        }
        let context = SourceContext.testing(http: http, integrations: MemoryIntegrations(account(expiresIn: 3_600)))
        let client = RESTClient(context, baseURL: "https://api.example.com", authorization: .oauth(reference))
        let error = await #expect(throws: SourceError.self) { try await client.get("/me") }
        #expect(error?.kind == .invalidCredentials && error?.message.contains("bad Bearer •••") == true)
        #expect(http.requests.count == 3)
    }

    @Test("an error of a source that quotes a token comes out with the token masked", arguments: [3_600, 0] as [Int64])
    func quoted(_ seconds: Int64) async throws {
        let store = MemoryIntegrations(account(expiresIn: seconds))
        let context = SourceContext.testing(http: vendor(), integrations: store)
        let source = try SourceRegistry([QuotingSource.self]).source("Quoting").configure(["account": 7])
        let error = await #expect(throws: SourceError.self) { try await source.validateCredentials(in: context) }
        #expect(error?.message == "Asking: “Bearer •••” was refused.")
    }
}
