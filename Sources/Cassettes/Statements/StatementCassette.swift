import Columns
import Tributary

/// A database cassette (`.dbc`): the statements that a source sent to a database in one state, each with its parameters
/// and its typed answer.
///
/// It is derived from a state's seed on a real engine, and answers the same statements where no engine is at hand. A
/// statement that is worded differently, or bound to another value, is not in it: the seed decides what that would give.
///
/// ```
/// %dbc 1
/// %engine postgres
/// %state t0
///
/// @ {"host":"192.0.2.1","database":"shop","user":"reader","password":"fake-password-1"}
///
/// # orders-0f3c91aa
/// > SELECT "id", "note" FROM "public"."orders"
/// > WHERE "updated_at" > ?
/// ? timestamp[us, tz=UTC] "2026-01-01T00:00:00Z"
/// : id int64 notnull | note utf8
/// - [1,"line one\nline two"]
/// - [2,null]
/// ```
///
/// `@` a connection that was asked for, `#` the name of a statement, `>` its text, `?` a parameter, `:` the columns of its
/// answer, `-` a row, `!` an error in the place of an answer. One line each, so that a changed row is a changed line.
public struct StatementCassette: Sendable {
    /// A connection that the source asked for.
    public struct Login: Sendable {
        /// What counts of the endpoint: host, port, database, user, password, as far as they are set.
        public var endpoint: JSONObject
        /// Why it was refused; nil when it was made.
        public var failure: Failure?
    }

    /// A statement, and what came.
    public struct Record: Sendable {
        /// The table for which it was first sent, and eight digits of a digest of the question.
        public var name: String
        public var statement: SQLStatement
        public var answer: Answer
    }

    /// What came.
    public enum Answer: Sendable {
        case table(Table)
        case failure(Failure)
    }

    /// An error of the database, without what only a machine would know.
    public struct Failure: Hashable, Sendable {
        public var kind: String
        public var message: String
        /// Whether the same statement may succeed later.
        public var isTransient: Bool

        init(_ error: SourceError) {
            kind = error.kind.rawValue
            message = error.message
            if case .retry = error.recovery { isTransient = true } else { isTransient = false }
        }

        init(kind: String, message: String, isTransient: Bool) {
            self.kind = kind
            self.message = message
            self.isTransient = isTransient
        }

        /// The error that the source sees.
        var error: SourceError {
            SourceError(
                SourceError.Kind(rawValue: kind), message, recovery: isTransient ? .retry(after: nil) : .stop)
        }
    }

    /// The engine that answered.
    public var engine: DatabaseEngine
    /// The state's name, such as `t0`.
    public var state: String
    public var logins: [Login] = []
    public var records: [Record] = []

    /// An empty cassette.
    public init(engine: DatabaseEngine, state: String) {
        self.engine = engine
        self.state = state
    }
}

/// What makes two statements the same question: the text without its layout, and the parameters.
struct StatementKey: Hashable, Sendable {
    let text: String
    let parameters: [Value]

    init(_ statement: SQLStatement) {
        text = Self.folded(statement.text)
        parameters = statement.parameters
    }

    /// The text with each run of blanks outside quotes as one, without comments and the last semicolon.
    static func folded(_ text: String) -> String {
        var folded: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        var needsBlank = false
        func starts(_ word: StaticString, at index: Int) -> Bool {
            word.withUTF8Buffer { bytes[index...].starts(with: $0) }
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte <= 0x20 {
                needsBlank = true
                index += 1
            } else if starts("--", at: index) {
                needsBlank = true
                index = bytes[index...].firstIndex(of: 0x0A) ?? bytes.count
            } else if starts("/*", at: index) {
                needsBlank = true
                index += 2
                while index < bytes.count, !starts("*/", at: index) { index += 1 }
                index = min(index + 2, bytes.count)
            } else {
                if needsBlank, !folded.isEmpty { folded.append(0x20) }
                needsBlank = false
                // A quote that is doubled inside its own kind ends one text and starts the next: the same bytes.
                let isQuote = byte == 0x22 || byte == 0x27 || byte == 0x60
                let end = isQuote ? bytes[(index + 1)...].firstIndex(of: byte) ?? bytes.count - 1 : index
                folded += bytes[index...end]
                index = end + 1
            }
        }
        while folded.last == 0x3B || folded.last == 0x20 { folded.removeLast() }
        return String(decoding: folded, as: UTF8.self)
    }
}

extension DatabaseEndpoint {
    /// What counts of an endpoint in a cassette.
    var recorded: JSONObject {
        var members = JSONObject([("host", .string(host))])
        if port != 0 { members["port"] = .number(JSONNumber(Int64(port))) }
        if !database.isEmpty { members["database"] = .string(database) }
        if !user.isEmpty { members["user"] = .string(user) }
        // Of a fixture, the secret is made up: see ``FakeSecret``.
        if let password { members["password"] = .string(password.revealed) }
        return members
    }
}
