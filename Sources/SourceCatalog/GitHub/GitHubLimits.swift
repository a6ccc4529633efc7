import Tributary

/// Turns GitHub's way of refusing for too many requests into the usual one: status 429 with Retry-After.
///
/// GitHub answers with 403 (or 429); the primary limit shows in `x-ratelimit-remaining: 0` with the moment of its end in
/// `x-ratelimit-reset`, a secondary one in `retry-after`. Any other 403 is a missing permission.
/// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
struct GitHubLimits: HTTPClient {
    let base: any HTTPClient
    let clock: any SyncClock

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        guard response.status == 403 || response.status == 429 else { return response }
        if response.headers["retry-after"] == nil {
            guard response.headers["x-ratelimit-remaining"] == "0",
                let reset = response.headers["x-ratelimit-reset"].flatMap({ Int64($0) })
            else { return response }
            response.headers["retry-after"] = String(max(0, reset - clock.now / 1_000_000))
        }
        response.status = 429
        return response
    }
}
