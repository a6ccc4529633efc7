import Tributary

/// When and how often a request is sent again.
public struct RetryPolicy: Sendable {
    /// Sendings in all: the first one and the retries.
    public var maxAttempts = 4
    /// The wait before the first retry; it doubles for each further one. What is waited is between a half and the whole.
    public var firstDelay: Duration = .milliseconds(500)
    public var maxDelay: Duration = .seconds(60)
    /// The longest `Retry-After` that is waited for. A longer one ends the retries: the caller can come back later.
    public var maxRetryAfter: Duration = .seconds(120)
    /// From the first sending on, no retry begins after so long.
    public var budget: Duration = .seconds(300)
    /// Answers that another sending may change.
    public var statuses: Set<Int> = [429, 500, 502, 503, 504]
    /// A body up to this size is read inside the attempt, so that one that breaks off is fetched again. A larger one
    /// streams on from there, and its end is its reader's care.
    public var wholeBodyBytes = 4 << 20
    /// The seed of the waits' jitter.
    public var seed: UInt64 = 0x5eed

    public init() {}
}

/// Sends a request again when that may help: after a connection error, or one of the policy's statuses.
///
/// Only idempotent requests are sent twice: by their method, or because their options say so. `Retry-After` is honoured
/// up to a limit, waits otherwise double and jitter, and attempts and time have a budget. An answer that is still an
/// error at the end is handed on with `attempts` saying how often it was asked for; an error is marked `wasRetried`.
public final class RetryingHTTPClient: HTTPClient {
    private let inner: any HTTPClient
    private let policy: RetryPolicy
    private let clock: any SyncClock
    private let jitter: Lock<UInt64>

    public init(_ inner: any HTTPClient, policy: RetryPolicy = RetryPolicy(), clock: any SyncClock) {
        self.inner = inner
        self.policy = policy
        self.clock = clock
        jitter = Lock(policy.seed)
    }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard request.options.isIdempotent ?? request.method.isIdempotent else { return try await inner.send(request) }
        let start = clock.now
        var attempt = 1
        while true {
            let outcome = try await self.attempt(request)
            guard isWorthRetrying(outcome, request), attempt < policy.maxAttempts,
                let wait = wait(after: outcome, attempt: attempt),
                clock.now - start + wait.microseconds <= policy.budget.microseconds
            else { return try finish(outcome, attempts: attempt) }
            if case .success(let response) = outcome { await discard(response.body) }
            try await clock.sleep(for: wait)
            attempt += 1
        }
    }

    /// One sending, with the body if it is small. Only what a retry may mend is caught.
    private func attempt(_ request: HTTPRequest) async throws -> Result<HTTPResponse, SourceError> {
        do {
            var response = try await inner.send(request)
            response.body = try await readingAhead(response.body)
            return .success(response)
        } catch let error as SourceError {
            return .failure(error)
        }
    }

    private func isWorthRetrying(_ outcome: Result<HTTPResponse, SourceError>, _ request: HTTPRequest) -> Bool {
        switch outcome {
        case .success(let response):
            return policy.statuses.contains(response.status)
                && !request.options.unretriedStatuses.contains(response.status)
        case .failure(let error):
            if case .retry = error.recovery { return !error.wasRetried }
            return false
        }
    }

    /// How long to wait; nil when the upstream asks for more than we have.
    private func wait(after outcome: Result<HTTPResponse, SourceError>, attempt: Int) -> Duration? {
        let asked: Duration? =
            switch outcome {
            case .success(let response): response.headers.retryAfter(now: clock.now)
            case .failure(let error): if case .retry(let after) = error.recovery { after } else { nil }
            }
        if let asked { return asked <= policy.maxRetryAfter ? asked : nil }
        let doubled = policy.firstDelay * (1 << min(attempt - 1, 20))
        return min(doubled, policy.maxDelay) * nextFraction()
    }

    private func finish(_ outcome: Result<HTTPResponse, SourceError>, attempts: Int) throws -> HTTPResponse {
        switch outcome {
        case .success(var response):
            response.attempts = attempts
            return response
        case .failure(var error):
            if attempts > 1 {
                error.wasRetried = true
                error.message += " It was tried \(attempts) times."
            }
            throw error
        }
    }

    /// Between a half and one (SplitMix64).
    private func nextFraction() -> Double {
        jitter.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            return 0.5 + Double(z >> 11) * 0x1p-54
        }
    }
}

extension RetryingHTTPClient {
    private func readingAhead(_ body: HTTPBody) async throws -> HTTPBody {
        var bytes: [UInt8] = []
        while bytes.count < policy.wholeBodyBytes {
            guard let chunk = try await body.chunk() else { return HTTPBody(bytes) }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
        }
        let first = Lock<[UInt8]?>(bytes)
        return HTTPBody {
            let ahead = first.withLock { bytes in
                defer { bytes = nil }
                return bytes
            }
            if let ahead { return ahead }
            return try await body.chunk()
        }
    }

    /// The rest of a body that is read ahead already is nothing; a larger one is dropped with its connection.
    private func discard(_ body: HTTPBody) async { _ = try? await body.chunk() }
}

extension Duration {
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedReportingOverflow(by: 1_000_000).partialValue + attoseconds / 1_000_000_000_000
    }
}
