import Columns

/// One recorded request and its answer: an entry of a HAR file.
public struct Exchange: Sendable {
    /// How often an exchange answers.
    public enum Repetition: String, Sendable, Hashable, CaseIterable {
        /// One request, one answer; the next equal request gets the next equal entry.
        case once
        /// Answers again and again once its equals are used up.
        case `repeat`
        /// The last answer of a series that was polled; stays.
        case sticky
    }

    /// The short, stable name that messages use; unique in its state.
    public let id: String
    /// The schemas that it serves; empty means any, such as a probe of the credentials.
    public let schemas: [String]
    /// The sync types that make this request; empty means any.
    public let syncTypes: [SyncType]
    /// How often it answers.
    public let repetition: Repetition
    /// Whether a replay may end without it.
    public let isOptional: Bool
    /// Exchanges that must have been served before this one can be.
    public let after: [String]
    /// Whether its recording left something out of the answer.
    public let isTrimmed: Bool
    /// What was asked.
    public let request: RecordedRequest
    /// What was answered.
    public let response: RecordedResponse
}

/// The request of an exchange, as it is stored.
public struct RecordedRequest: Sendable {
    /// In upper case.
    public var method: String
    /// Absolute, with its query and without a fragment.
    public var url: String
    /// In order, with repeated names.
    public var headers: [(name: String, value: String)]
    /// What was sent.
    public var body: RecordedBody
}

/// The answer of an exchange, as it is stored.
public struct RecordedResponse: Sendable {
    /// 0 when the transport failed; then `failure` says how.
    public var status: Int
    /// In order, with repeated names.
    public var headers: [(name: String, value: String)]
    /// What came, decoded.
    public var body: RecordedBody
    /// How the transport failed, where it did.
    public var failure: Failure?

    /// A transport's error in place of an answer.
    public struct Failure: Sendable, Hashable {
        /// libcurl's symbolic name, such as `CURLE_OPERATION_TIMEDOUT`.
        public var code: String
        /// What the transport said.
        public var message: String
    }
}

/// The bytes of a message: in the HAR file or beside it.
public enum RecordedBody: Sendable, Hashable {
    /// Nothing.
    case empty
    /// The bytes themselves.
    case bytes([UInt8])
    /// A value to be written as JSON, from hand-written cassettes.
    case json(JSONValue)
    /// A file below the scenario's folder.
    case file(String)
}
