import Columns
import Tributary

/// One exchange as it went over the wire, in memory, secrets in clear. It is never written: ``Redaction`` comes first.
public struct CapturedExchange: Sendable {
    /// For whom a request was made.
    public struct Lane: Sendable, Hashable {
        /// The table; nil for a probe of the credentials, or for the list of tables.
        public var schema: String?
        /// The kind of run; nil where there is none.
        public var syncType: SyncType?
        /// Whether a replay may end without it.
        public var isOptional: Bool

        public init(schema: String? = nil, syncType: SyncType? = nil, isOptional: Bool = false) {
            self.schema = schema
            self.syncType = syncType
            self.isOptional = isOptional
        }
    }

    /// A header field as it was sent or came.
    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: String
        /// Whether the source itself marked it as a secret.
        public var isSecret: Bool
    }

    public var lane: Lane
    public var method: String
    /// Absolute, with its query.
    public var url: String
    /// Names of query parameters that the source marked as secret.
    public var secretParameters: Set<String>
    public var requestHeaders: [Field]
    public var requestBody: [UInt8]
    /// 0 when the transport failed.
    public var status: Int
    public var responseHeaders: [Field]
    public var body: [UInt8]
    /// What the transport said when it failed.
    public var failure: RecordedResponse.Failure?
    /// Whether the source left the body before its end.
    public var isPartial: Bool
    /// What was left out of the answer; nil when nothing was.
    public var trimmed: JSONValue?
    /// What the source said of the page that it asked for.
    public internal(set) var page: PageHint?

    /// The list that was asked for, if it was one.
    var list: ListIdentity { ListIdentity(method: method, url: url, body: requestBody) }

    /// The address without its query.
    public var path: String { String(url.prefix { $0 != "?" && $0 != "#" }) }

    /// Takes the body that was recorded before where it says the same, be it with members in another order.
    ///
    /// - Returns: whether it does.
    public mutating func keepBody(_ old: [UInt8]) -> Bool {
        guard RawJSON.isSame(old, body) else { return false }
        body = old
        return true
    }

    /// Puts other fields in the answer's head.
    public mutating func setResponseHeaders(_ fields: [(String, String)]) {
        responseHeaders = fields.map { Field(name: $0.0, value: $0.1, isSecret: false) }
    }
}

extension CapturedExchange {
    /// An answer that did not come over HTTP, such as the rows of a table as JSON.
    public init(answer: [UInt8], of schema: String, url: String) {
        self.init(
            lane: Lane(schema: schema), method: "GET", url: url, secretParameters: [], requestHeaders: [],
            requestBody: [], status: 200, responseHeaders: [], body: answer, failure: nil, isPartial: false,
            trimmed: nil)
    }
}
