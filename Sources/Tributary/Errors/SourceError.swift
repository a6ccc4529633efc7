/// What went wrong in a source, a transport or the runtime, for the code that decides and for the person who reads.
public struct SourceError: Error, Sendable {
    /// A stable name of what happened. The set is open: callers keep a default branch.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// What the caller may do about it. The pipeline decides by this alone.
    public enum Recovery: Hashable, Sendable {
        /// The same call may succeed later; not before the duration, where one is known.
        case retry(after: Duration?)
        /// No retry can help: somebody has to change something.
        case stop
    }

    public let kind: Kind
    public var recovery: Recovery
    /// One sentence: what was being done, and what came. Holds no secret, for ``Secret`` has no text form.
    public var message: String
    /// What the reader can do about it.
    public var advice: String?
    /// Where it happened, innermost first, for example `page 3`, `schema invoices`, `source Stripe`.
    public private(set) var trail: [String]
    /// Whether a layer below has retried already, so that an outer loop does not retry again.
    public var wasRetried = false
    /// The error below, for code that knows its type; never shown by itself.
    public var underlying: (any Error)?

    public init(
        _ kind: Kind, _ message: String, advice: String? = nil, recovery: Recovery = .stop, trail: [String] = []
    ) {
        self.kind = kind
        self.message = message
        self.advice = advice
        self.recovery = recovery
        self.trail = trail
    }

    /// The same error with one more place around it.
    public func adding(_ place: String) -> SourceError {
        var copy = self
        copy.trail.append(place)
        return copy
    }

    /// The same error with one more place around it, unless it names that place already.
    public func adding(once place: String) -> SourceError { trail.contains(place) ? self : adding(place) }

    mutating func mapTrail(_ transform: (String) -> String) { trail = trail.map(transform) }
}

extension SourceError.Kind {
    public static let invalidConfig = Self(rawValue: "invalid-config")
    public static let invalidCredentials = Self(rawValue: "invalid-credentials")
    public static let permissionDenied = Self(rawValue: "permission-denied")
    public static let unreachable = Self(rawValue: "unreachable")
    public static let addressRefused = Self(rawValue: "address-refused")
    public static let timedOut = Self(rawValue: "timed-out")
    public static let rateLimited = Self(rawValue: "rate-limited")
    public static let upstreamFailure = Self(rawValue: "upstream-failure")
    public static let unexpectedAnswer = Self(rawValue: "unexpected-answer")
    public static let repeatedPage = Self(rawValue: "repeated-page")
    public static let limitExceeded = Self(rawValue: "limit-exceeded")
    public static let unknownSource = Self(rawValue: "unknown-source")
    public static let duplicateSource = Self(rawValue: "duplicate-source")
    public static let unknownSchema = Self(rawValue: "unknown-schema")
    public static let missingPrimaryKey = Self(rawValue: "missing-primary-key")
    public static let duplicatePrimaryKey = Self(rawValue: "duplicate-primary-key")
    public static let missingCursorField = Self(rawValue: "missing-cursor-field")
    public static let columnTypeChanged = Self(rawValue: "column-type-changed")
    public static let billingLimit = Self(rawValue: "billing-limit")
    public static let alreadyRunning = Self(rawValue: "already-running")
    public static let driverMissing = Self(rawValue: "driver-missing")
    public static let storage = Self(rawValue: "storage")
    public static let corruptTable = Self(rawValue: "corrupt-table")
    public static let notFound = Self(rawValue: "not-found")
    public static let integrationMissing = Self(rawValue: "integration-missing")
    public static let resumeTokenExpired = Self(rawValue: "resume-token-expired")
}

extension SourceError: CustomStringConvertible {
    /// The long form: message, place and advice.
    public var description: String {
        let place = trail.isEmpty ? "" : " (\(trail.joined(separator: ", in ")))"
        return message + place + (advice.map { " \($0)" } ?? "")
    }
}
