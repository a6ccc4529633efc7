import Tributary

/// Puts the live HTTP client together.
public enum LiveHTTP {
    /// What a live client is made from; every part has a default that suits a source.
    public struct Options: Sendable {
        public var configuration = HTTPConfiguration()
        public var retries = RetryPolicy()
        /// Limits by the host's name in lower case.
        public var rateLimits: [String: RateLimit] = [:]
        /// For hosts without a limit of their own; nil is none.
        public var defaultRateLimit: RateLimit?

        public init() {}
    }

    /// A client that dials, limits and retries.
    ///
    /// From the outside in: retries, so that each attempt asks for its place again; the rate limit; libcurl.
    /// - Parameters:
    ///   - policy: Which addresses may be dialled.
    ///   - wrapping: Puts something around the wire, below the limits and retries, such as a recorder.
    public static func make(
        policy: AddressPolicy, clock: any SyncClock = SystemClock(), options: Options = Options(),
        wrapping: (any HTTPClient) -> any HTTPClient = { $0 }
    ) -> any HTTPClient {
        let live = CurlHTTPClient(policy: policy, settings: options.configuration)
        return layers(over: wrapping(live), clock: clock, options: options)
    }

    /// The same layers over a wire without sockets, such as a recording or a model: what the live client does with
    /// answers above libcurl is done here by its own rules, so that they are what a kit of faults puts to the test.
    public static func simulated(
        over wire: any HTTPClient, clock: any SyncClock, options: Options = Options()
    ) -> any HTTPClient {
        layers(
            over: AnswerRulesHTTPClient(wire, settings: options.configuration), clock: clock, options: options)
    }

    private static func layers(
        over client: any HTTPClient, clock: any SyncClock, options: Options
    ) -> any HTTPClient {
        let limited = RateLimitedHTTPClient(
            client, limits: options.rateLimits, default: options.defaultRateLimit, clock: clock)
        return RetryingHTTPClient(limited, policy: options.retries, clock: clock)
    }
}
