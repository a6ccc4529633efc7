import Tributary

/// How many requests a host is sent.
public struct RateLimit: Hashable, Sendable {
    /// Requests allowed in each period.
    public var requests: Int
    public var period: Duration
    /// How many may be sent at once after a rest; at most `requests`.
    public var burst: Int

    public init(requests: Int, per period: Duration, burst: Int? = nil) {
        self.requests = max(1, requests)
        self.period = period
        self.burst = max(1, min(burst ?? requests, requests))
    }

    /// The time between two requests at a steady pace.
    var interval: Int64 { max(1, period.microseconds / Int64(requests)) }
}

/// Keeps the requests to each host under a rate, and holds them back while the host says it has had enough.
///
/// The limit is a token bucket for each host and port. A 429 or 503 with `Retry-After`, and a window reported as used up by
/// `X-RateLimit-Remaining: 0` with `X-RateLimit-Reset`, hold back all requests to that host, up to `maxHold`; a longer
/// hold is not waited for, and the upstream's own refusal tells the caller.
public final class RateLimitedHTTPClient: HTTPClient {
    private struct Host: Sendable {
        /// When the bucket is full again (the "theoretical arrival time" of the generic cell rate algorithm).
        var fullAt: Int64 = 0
        var heldUntil: Int64 = 0
    }

    private let inner: any HTTPClient
    private let limits: [String: RateLimit]
    private let defaultLimit: RateLimit?
    private let clock: any SyncClock
    private let maxHold: Duration
    private let hosts = Lock<[String: Host]>([:])

    /// - Parameters:
    ///   - limits: The limit of a host, by its name in lower case.
    ///   - defaultLimit: For hosts that are not named; nil is none.
    ///   - maxHold: The longest time that a host may hold requests back.
    public init(
        _ inner: any HTTPClient, limits: [String: RateLimit] = [:], default defaultLimit: RateLimit? = nil,
        maxHold: Duration = .seconds(120), clock: any SyncClock
    ) {
        self.inner = inner
        self.limits = limits
        self.defaultLimit = defaultLimit
        self.maxHold = maxHold
        self.clock = clock
    }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        // A URL that cannot be read is the inner client's to refuse.
        guard let url = try? CurlURL(request.url) else { return try await inner.send(request) }
        let key = "\(url.host):\(url.port)"
        let limit = limits[url.host] ?? defaultLimit
        var hasPlace = false
        while let wait = hosts.withLock({ next(&$0[key, default: Host()], limit, &hasPlace) }) {
            try await clock.sleep(for: wait)
        }
        let response = try await inner.send(request)
        note(response, key)
        return response
    }

    /// What to wait for next: the end of a hold, then a place in the bucket, then a hold that came meanwhile; nil: go ahead.
    private func next(_ host: inout Host, _ limit: RateLimit?, _ hasPlace: inout Bool) -> Duration? {
        let now = clock.now
        if host.heldUntil > now { return .microseconds(host.heldUntil - now) }
        guard let limit, !hasPlace else { return nil }
        hasPlace = true
        let fullAt = max(host.fullAt, now)
        let allowedAt = fullAt - limit.interval * Int64(limit.burst - 1)
        host.fullAt = fullAt + limit.interval
        return allowedAt <= now ? nil : .microseconds(allowedAt - now)
    }

    private func note(_ response: HTTPResponse, _ key: String) {
        let now = clock.now
        var until = RateLimitWindow.exhaustedUntil(response.headers, now: now) ?? 0
        if response.status == 429 || response.status == 503, let wait = response.headers.retryAfter(now: now) {
            until = max(until, now + wait.microseconds)
        }
        guard until > now, until - now <= maxHold.microseconds else { return }
        hosts.withLock { hosts in hosts[key, default: Host()].heldUntil = max(hosts[key]?.heldUntil ?? 0, until) }
    }
}
