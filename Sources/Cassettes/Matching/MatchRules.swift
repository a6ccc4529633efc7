import Tributary

/// What of a request counts when it is compared with the recorded ones.
public struct MatchRules: Sendable {
    /// In which order exchanges may be asked for.
    public enum Order: String, Sendable, Hashable, CaseIterable {
        /// Ordered among equal requests, free between different ones, so that parallel reads pass.
        case perKey
        /// Exactly the next entry of the file.
        case strict
        /// The next entry of the file among those of the same schema.
        case perSchema
    }

    /// Names of header fields that count, in lower case; `authorization` always does.
    public var headers: [String] = []
    /// Names of query parameters that do not count, each with its reason.
    public var ignoredQuery: [String: String] = [:]
    /// JSON paths of request bodies that do not count, each with its reason.
    public var ignoredBody: [String: String] = [:]
    /// Names of query parameters whose values are a set.
    public var unorderedParameters: [String] = []
    /// Hosts that stand for another one, such as a regional host for the recorded one.
    public var hosts: [String: String] = [:]
    /// In which order exchanges may be asked for.
    public var order = Order.perKey

    /// Makes the default rules: method, origin, path, query, `authorization` and body count.
    public init() {}

    /// Fields that carry nothing but the weather of a connection.
    static let neverCompared: Set<String> = [
        "host", "date", "user-agent", "accept-encoding", "content-length", "connection", "traceparent", "tracestate",
        "x-request-id", "idempotency-key",
    ]

    /// The fields that are compared, in order.
    var comparedHeaders: [String] {
        headers.contains("authorization") ? headers : ["authorization"] + headers
    }
}
