import Columns
import Foundation
import Tributary

/// An upstream that takes OAuth tokens seriously: it knows one access token at a time, which expires by the fake clock or
/// is revoked at a request, and refresh tokens that work once (RFC 6749, sections 6 and 10.4).
struct TokenUpstream: Upstream {
    let base: any Upstream
    let office: TokenOffice

    var name: String { "\(base.name), with tokens that expire" }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { office }
    var maximumPageSize: Int? { base.maximumPageSize }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        try base.httpClient(clock: clock).map { TokenGate(base: $0, office: office, clock: clock) }
    }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try base.databaseConnector(clock: clock)
    }
}

/// Issues tokens, stores the accounts, and remembers what was wrong with what came.
final class TokenOffice: IntegrationStore {
    static let tokenURL = "https://tokens.kit.example/oauth/token"

    /// How the office behaves.
    struct Rules: Sendable {
        /// How long a token lives; nil means until it is revoked.
        var lifetime: Duration?
        /// The request to the API, from 0, at which the token of the moment is revoked.
        var revokedAt: Int?
        /// Whether from then on the API takes no token at all, however new: the account may no longer do this.
        var takesNoMore = false
        /// Whether refreshes are refused.
        var refusesRefresh = false
        /// What each answer of the API takes.
        var answerTime: Duration = .zero
    }

    private struct State: Sendable {
        var accounts: [Int64: Integration] = [:]
        var access: String
        var refresh = "kit-refresh-token-0"
        var expiresAt: Int64?
        var requests = 0
        var refreshes = 0
        var refusedRefreshes = 0
        var wrongTokens = 0
    }

    let rules: Rules
    private let original: Secret
    private let state: Lock<State>

    init(_ accounts: [Integration], rules: Rules, now: Int64) {
        self.rules = rules
        original = accounts.first?.accessToken ?? Secret("")
        let expiry = rules.lifetime.map { now + $0.microseconds }
        var state = State(access: accounts.first?.accessToken.revealed ?? "", expiresAt: expiry)
        for var account in accounts {
            account.refreshToken = Secret(state.refresh)
            account.expiresAt = expiry
            account.tokenURL = Self.tokenURL
            account.clientID = "kit"
            account.clientSecret = Secret("kit-client-secret")
            state.accounts[account.id] = account
        }
        self.state = Lock(state)
    }

    /// Tokens that were issued.
    var refreshes: Int { state.withLock { $0.refreshes } }
    /// Refreshes that were refused, most likely because a refresh token came twice.
    var refusedRefreshes: Int { state.withLock { $0.refusedRefreshes } }
    /// Requests with a token that was no longer good.
    var wrongTokens: Int { state.withLock { $0.wrongTokens } }

    func integration(id: Int64) async throws -> Integration? { state.withLock { $0.accounts[id] } }
    func save(_ integration: Integration) async throws { state.withLock { $0.accounts[integration.id] = integration } }

    /// Whether a request carries a token that is good now.
    fileprivate func admits(_ request: HTTPRequest, now: Int64) -> Bool {
        state.withLock { state in
            defer { state.requests += 1 }
            if state.requests == rules.revokedAt { state.access = "revoked" }
            let mayBeGood = !(rules.takesNoMore && state.requests >= rules.revokedAt ?? 0)
            let isGood = mayBeGood && request.carries(state.access) && state.expiresAt.map { now < $0 } ?? true
            if !isGood { state.wrongTokens += 1 }
            return isGood
        }
    }

    /// The request with the token of the recording: a replay knows no other.
    fileprivate func asRecorded(_ request: HTTPRequest) -> HTTPRequest {
        let access = state.withLock { $0.access }
        var request = request
        for field in request.headers.fields {
            guard case .secret(let prefix, let secret) = field.value, secret.revealed == access else { continue }
            request.headers.set(field.name, prefix: prefix, secret: original)
        }
        return request
    }

    /// Answers a request for a token: status and body.
    fileprivate func issue(for form: String, now: Int64) -> (Int, JSONValue) {
        state.withLock { state in
            guard !rules.refusesRefresh, form.contains("refresh_token=\(state.refresh)") else {
                state.refusedRefreshes += 1
                return (400, ["error": "invalid_grant"])
            }
            state.refreshes += 1
            state.access = "kit-access-token-\(state.refreshes)"
            state.refresh = "kit-refresh-token-\(state.refreshes)"
            state.expiresAt = rules.lifetime.map { now + $0.microseconds }
            var answer = JSONObject([
                ("access_token", .string(state.access)), ("refresh_token", .string(state.refresh)),
                ("token_type", "Bearer"),
            ])
            if let lifetime = rules.lifetime {
                answer["expires_in"] = .number(JSONNumber(lifetime.components.seconds))
            }
            return (200, .object(answer))
        }
    }
}

/// Lets requests through that carry the token of the moment.
private struct TokenGate: HTTPClient {
    let base: any HTTPClient
    let office: TokenOffice
    let clock: LabClock

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        if request.url.hasPrefix(TokenOffice.tokenURL) {
            let form = request.body.map { String(decoding: $0, as: UTF8.self) } ?? ""
            // Others that find the token expired come meanwhile.
            for _ in 0..<10 { await Task.yield() }
            let (status, body) = office.issue(for: form, now: clock.now)
            return answer(request, status, body)
        }
        guard office.admits(request, now: clock.now) else {
            return answer(request, 401, ["error": ["message": "The access token has expired."]])
        }
        let response = try await base.send(office.asRecorded(request))
        clock.advance(by: office.rules.answerTime)
        return response
    }

    private func answer(_ request: HTTPRequest, _ status: Int, _ body: JSONValue) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: HTTPHeaders([("Content-Type", "application/json")]), url: request.url,
            body: HTTPBody(body.serialized()))
    }
}
