import Columns

/// The engines a source can speak to.
public enum DatabaseEngine: String, Hashable, Sendable, Codable {
    case postgres
    case mysql
    case sqlite

    /// A quoted identifier: what is doubled inside it differs. A name cannot hold a zero byte, so that is dropped.
    /// (PostgreSQL manual, section 4.1.1; MariaDB, "Identifier Names"; SQLite, "SQL Keywords".)
    public func quoted(_ identifier: String) -> String {
        let mark = self == .mysql ? UInt8(ascii: "`") : UInt8(ascii: "\"")
        // Byte by byte: an accent behind a mark makes one Character of both, of which the database sees a mark.
        let doubled = identifier.utf8.flatMap { $0 == 0 ? [] : $0 == mark ? [mark, mark] : [$0] }
        return String(decoding: [mark] + doubled + [mark], as: UTF8.self)
    }
}

/// Where and as whom to connect.
public struct DatabaseEndpoint: Sendable, Hashable {
    /// How much TLS is asked for.
    public enum TLS: String, Sendable, Hashable, Codable {
        case disabled
        case preferred
        /// Encrypted, whoever the server is.
        case required
        /// Encrypted, and the certificate must be that of `host`, signed by an authority that the machine trusts.
        case verified
    }

    /// How long the database may keep us waiting.
    public struct Timeouts: Sendable, Hashable {
        /// For the connection and the login.
        public var connect: Duration
        /// For the next byte of an answer; then the statement is cancelled. A long result may take longer than that, as
        /// long as it flows.
        public var answer: Duration

        /// Times to wait for a connection and for an answer.
        public init(connect: Duration = .seconds(15), answer: Duration = .seconds(1800)) {
            self.connect = connect
            self.answer = answer
        }
    }

    /// The kind of database.
    public var engine: DatabaseEngine
    /// The name for TLS and messages; a file's path for SQLite.
    public var host: String
    /// 0 means the engine's usual one.
    public var port: Int
    /// The name of the database.
    public var database: String
    /// Whom to log in as.
    public var user: String
    /// nil logs in without one.
    public var password: Secret?
    /// How much encryption is asked for.
    public var tls: TLS
    /// The checked address to dial instead of resolving `host` again.
    public var address: String?
    /// How long to wait.
    public var timeouts: Timeouts

    /// An endpoint; what the engine does not use stays empty.
    public init(
        engine: DatabaseEngine, host: String, port: Int = 0, database: String = "", user: String = "",
        password: Secret? = nil, tls: TLS = .preferred, address: String? = nil,
        timeouts: Timeouts = Timeouts()
    ) {
        self.engine = engine
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
        self.tls = tls
        self.address = address
        self.timeouts = timeouts
    }
}

/// A statement and its parameters. Values are never pasted into the text.
public struct SQLStatement: Sendable, Hashable {
    /// The text, with `?` where the parameters belong; each driver turns them into its own form.
    public var text: String
    /// Bound by the driver, in the order of the question marks.
    public var parameters: [Value]

    /// A statement, with a value for each question mark.
    public init(_ text: String, _ parameters: [Value] = []) {
        self.text = text
        self.parameters = parameters
    }
}

/// Opens database connections: live, replaying and faulty ones are all one of these.
public protocol DatabaseConnector: Sendable {
    /// - Throws: `SourceError`: `unreachable`, `invalidCredentials`, `driverMissing`, `timedOut`.
    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection
}

/// One connection to a database.
public protocol DatabaseConnection: Sendable {
    var engine: DatabaseEngine { get }

    /// Runs a statement whose result is small and returns all of it; an empty result still has its columns.
    func query(_ statement: SQLStatement) async throws -> Table

    /// Runs a statement and hands its rows over in tables of at most `maxRows` rows and about `maxBytes` bytes.
    /// The next table is not read before `body` returns. An empty result is handed over as one empty table, so that its
    /// columns are known. One statement at a time: `body` must not use this connection.
    ///
    /// - Throws: `SourceError`: `unknownSchema` and `permissionDenied` for a table that is not there or not to be read,
    ///   `timedOut`, `upstreamFailure`; what `body` throws; `CancellationError`, after the statement was stopped on the
    ///   server.
    func stream(
        _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
    ) async throws

    /// Runs `body` inside one read-only transaction that sees one consistent state.
    func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result

    func close() async
}

extension DatabaseConnection {
    /// Quotes an identifier by the engine's own rule.
    public func quote(_ identifier: String) -> String { engine.quoted(identifier) }
}
