/// What went wrong in a source, a transport or the runtime, for the code that decides and for the person who reads.
public struct SourceError: Error, Sendable {
    /// A stable name of what happened. The set is open: callers keep a default branch.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        /// The name as it is stored and shown, in kebab case.
        public let rawValue: String
        /// A kind by its name; a source may add its own.
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// What the caller may do about it. The pipeline decides by this alone.
    public enum Recovery: Hashable, Sendable {
        /// The same call may succeed later; not before the duration, where one is known.
        case retry(after: Duration?)
        /// No retry can help: somebody has to change something.
        case stop
    }

    /// What happened, by its stable name.
    public let kind: Kind
    /// Whether the same call may succeed later.
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

    /// - Parameters:
    ///   - message: one sentence in the gerund: what was being done, and what came (`Reading invoices: status 500 came.`).
    ///   - advice: what the reader can do.
    ///   - recovery: whether the same call may succeed later.
    ///   - trail: where it happened, innermost first.
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
    /// The stored config cannot be understood; `underlying` is the ``ConfigError``.
    public static let invalidConfig = Self(rawValue: "invalid-config")
    /// The upstream does not accept the credentials.
    public static let invalidCredentials = Self(rawValue: "invalid-credentials")
    /// The credentials are genuine and may not do this.
    public static let permissionDenied = Self(rawValue: "permission-denied")
    /// No connection could be made: no such name, nobody listening, a broken line.
    public static let unreachable = Self(rawValue: "unreachable")
    /// The address must not be dialled on behalf of a user.
    public static let addressRefused = Self(rawValue: "address-refused")
    /// No answer came within the time that was set.
    public static let timedOut = Self(rawValue: "timed-out")
    /// The upstream asks for fewer requests.
    public static let rateLimited = Self(rawValue: "rate-limited")
    /// The upstream failed, by its own account.
    public static let upstreamFailure = Self(rawValue: "upstream-failure")
    /// An answer that is not as the upstream documents it.
    public static let unexpectedAnswer = Self(rawValue: "unexpected-answer")
    /// A list that runs in a circle.
    public static let repeatedPage = Self(rawValue: "repeated-page")
    /// Something is larger than it may be, such as a body.
    public static let limitExceeded = Self(rawValue: "limit-exceeded")
    /// No source of this type is registered.
    public static let unknownSource = Self(rawValue: "unknown-source")
    /// Two sources claim one type.
    public static let duplicateSource = Self(rawValue: "duplicate-source")
    /// The source offers no table of this name.
    public static let unknownSchema = Self(rawValue: "unknown-schema")
    /// A table without a primary key cannot be merged.
    public static let missingPrimaryKey = Self(rawValue: "missing-primary-key")
    /// The primary key does not tell rows apart.
    public static let duplicatePrimaryKey = Self(rawValue: "duplicate-primary-key")
    /// The rows do not have the cursor field, or the table does not offer it.
    public static let missingCursorField = Self(rawValue: "missing-cursor-field")
    /// A column no longer fits the stored one.
    public static let columnTypeChanged = Self(rawValue: "column-type-changed")
    /// More rows than the account may sync.
    public static let billingLimit = Self(rawValue: "billing-limit")
    /// Another run of the same table is under way.
    public static let alreadyRunning = Self(rawValue: "already-running")
    /// The driver of this database was not built in.
    public static let driverMissing = Self(rawValue: "driver-missing")
    /// The lake cannot be read or written: no right, no space, no folder.
    public static let storage = Self(rawValue: "storage")
    /// The stored table contradicts itself.
    public static let corruptTable = Self(rawValue: "corrupt-table")
    /// What was asked for is not there.
    public static let notFound = Self(rawValue: "not-found")
    /// The OAuth account of the config is not stored.
    public static let integrationMissing = Self(rawValue: "integration-missing")
    /// The position can no longer be asked for: the read has to start again without a resume token.
    public static let resumeTokenExpired = Self(rawValue: "resume-token-expired")
}

extension SourceError: CustomStringConvertible {
    /// The long form: message, place and advice.
    public var description: String {
        let place = trail.isEmpty ? "" : " (\(trail.joined(separator: ", in ")))"
        return message + place + (advice.map { " \($0)" } ?? "")
    }
}
