import Columns

/// Hands out the access tokens of OAuth accounts, refreshed when they have expired.
///
/// One for all tables of a run, so that several that find a token expired refresh it once: a refresh token works one
/// time only with many vendors.
public actor OAuthTokenProvider {
    /// A token that expires within this span is refreshed before it is used.
    private static let leeway: Int64 = 60_000_000
    private static let attempts = 4
    /// Masks the secrets of the accounts that were looked up: an upstream's refusal may quote the token that it was sent.
    nonisolated let redactor = Redactor()
    private var known: [Int64: Integration] = [:]
    private var refreshing: [Int64: Task<Integration, any Error>] = [:]

    /// A provider that knows no token yet.
    public init() {}

    /// A token that has not expired.
    ///
    /// - Parameters:
    ///   - refused: a token that the upstream has just refused; another one is then asked for.
    ///   - context: where the account is stored, and how the vendor is asked.
    /// - Throws: `SourceError`: `integrationMissing`, `invalidCredentials` when the account has to be connected again,
    ///   or a retryable kind.
    public func accessToken(
        for reference: OAuthIntegration, insteadOf refused: Secret? = nil, in context: SourceContext
    ) async throws -> Secret {
        guard reference.id > 0 else {
            throw SourceError(.integrationMissing, "Looking up the OAuth account: Missing integration ID.")
        }
        while let task = refreshing[reference.id] {
            let token = try await task.value.accessToken
            // It may have been looked up for somebody who does not know yet that it is refused.
            if token != refused { return token }
        }
        if let integration = known[reference.id], isGood(integration, refused, context) {
            return integration.accessToken
        }
        return try await renewed(reference, refused, context).accessToken
    }

    private func isGood(_ integration: Integration, _ refused: Secret?, _ context: SourceContext) -> Bool {
        if integration.accessToken == refused { return false }
        return integration.expiresAt.map { $0 - Self.leeway > context.clock.now } ?? true
    }

    /// Looks the account up, and refreshes it if it has to be; one at a time for each account.
    ///
    /// The task is shared by all who ask, so that one of them being cancelled does not spoil it for the others.
    private func renewed(
        _ reference: OAuthIntegration, _ refused: Secret?, _ context: SourceContext
    ) async throws -> Integration {
        let task = Task { () async throws -> Integration in
            // Cleared before the task ends, so that nobody waits twice for the same one.
            defer { refreshing[reference.id] = nil }
            let integration = try await current(reference, refused, context)
            known[reference.id] = integration
            return integration
        }
        refreshing[reference.id] = task
        return try await task.value
    }

    private func current(
        _ reference: OAuthIntegration, _ refused: Secret?, _ context: SourceContext
    ) async throws -> Integration {
        let stored = try await lookUp(reference, context)
        redactor.register(stored.secrets)
        if isGood(stored, refused, context) { return stored }
        let fresh = try await refresh(stored, context)
        redactor.register(fresh.secrets)
        try await retrying(context) { try await context.integrations.save(fresh) }
        return fresh
    }

    private func lookUp(_ reference: OAuthIntegration, _ context: SourceContext) async throws -> Integration {
        let stored = try await retrying(context) { try await context.integrations.integration(id: reference.id) }
        guard let stored else {
            throw SourceError(
                .integrationMissing, "Looking up the OAuth account: Integration not found: \(reference.id).",
                advice: "Connect the account again.")
        }
        guard stored.kind == reference.kind.rawValue else {
            throw SourceError(
                .integrationMissing,
                "Looking up the OAuth account: integration \(reference.id) is of kind \(stored.kind), not \(reference.kind.rawValue)."
            )
        }
        return stored
    }

    /// Bridges a short outage of the store: four attempts, one second longer apart each time.
    private func retrying<Result>(_ context: SourceContext, _ body: () async throws -> Result) async throws -> Result {
        for attempt in 1..<Self.attempts {
            do {
                return try await body()
            } catch let error as SourceError where error.recovery == .stop {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                try await context.clock.sleep(for: .seconds(attempt))
            }
        }
        return try await body()
    }

    private func refresh(_ integration: Integration, _ context: SourceContext) async throws -> Integration {
        let request = try OAuthRefresh.request(for: integration)
        let response = try await context.http.send(request)
        let bytes = try await response.body.collect()
        return try OAuthRefresh.renewed(integration, status: response.status, bytes, now: context.clock.now)
    }
}

/// The refresh of an access token (RFC 6749, section 6).
enum OAuthRefresh {
    static func request(for integration: Integration) throws -> HTTPRequest {
        guard let url = integration.tokenURL, let refreshToken = integration.refreshToken else {
            throw reconnect(integration, "its access token is no longer valid and cannot be refreshed")
        }
        var fields = [("grant_type", "refresh_token"), ("refresh_token", refreshToken.revealed)]
        if let id = integration.clientID { fields.append(("client_id", id)) }
        if let secret = integration.clientSecret { fields.append(("client_secret", secret.revealed)) }
        let form = fields.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        var request = HTTPRequest(.post, url, body: Array(form.utf8))
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.headers["Accept"] = "application/json"
        request.options.followsRedirects = false
        return request
    }

    /// The account with the tokens of the answer; a vendor that sends no new refresh token keeps the old one good.
    static func renewed(
        _ integration: Integration, status: Int, _ bytes: [UInt8], now: Int64
    ) throws -> Integration {
        let answer = try? JSONValue(parsing: bytes)
        if let token = answer?["access_token"]?.string, !token.isEmpty, (200..<300).contains(status) {
            var fresh = integration
            fresh.accessToken = Secret(token)
            if let next = answer?["refresh_token"]?.string, !next.isEmpty { fresh.refreshToken = Secret(next) }
            let seconds = answer?["expires_in"].flatMap { Int.read($0) }
            fresh.expiresAt = seconds.map { now + Int64(max(0, $0)) * 1_000_000 }
            return fresh
        }
        if status == 429 || status >= 500 {
            throw SourceError(
                .upstreamFailure, "Refreshing the token of '\(integration.label)': status \(status) came.",
                recovery: .retry(after: nil))
        }
        let code = answer?["error"]?.string.map { " (\($0.prefix(80)))" } ?? ""
        throw reconnect(integration, "the vendor refused to refresh its token with status \(status)\(code)")
    }

    private static func reconnect(_ integration: Integration, _ why: String) -> SourceError {
        SourceError(
            .invalidCredentials, "Using the OAuth account '\(integration.label)': \(why).",
            advice: "Connect the account again.")
    }
}
