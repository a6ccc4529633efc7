import Foundation
import Tributary

/// Real database engines, handed to the kit by the program: the kit itself links no driver.
///
/// SQLite is always there. A PostgreSQL or MariaDB server is one that the user names; the kit makes databases of its own
/// on it, through the engine's client program, so that what it writes does not come from the drivers under test.
public final class DatabaseStack: Sendable {
    /// Production's connector, through which the sources under test read.
    public let connector: any DatabaseConnector
    private let servers: [DatabaseEngine: any DatabaseServer]
    /// What worlds hold, by their scripts.
    let contents = Lock<[SQLScript: Task<SQLContent, any Error>]>([:])
    /// Databases that are only read, for whoever wants to read the same.
    let shared = SharedDatabases()

    /// Makes a stack.
    ///
    /// - Parameter servers: URLs such as `postgres://user:password@127.0.0.1:5432/postgres`, of users who may make
    ///   databases and roles.
    /// - Throws: `SourceError` of kind `invalidConfig` for a URL that names no server of a known kind.
    public init(connector: any DatabaseConnector, servers urls: [String] = []) throws {
        self.connector = connector
        var servers: [DatabaseEngine: any DatabaseServer] = [.sqlite: SQLiteServer()]
        for url in urls {
            let server = try ProgramServer(url)
            servers[server.engine] = server
        }
        self.servers = servers
    }

    /// The engines that can be used.
    public var engines: Set<DatabaseEngine> { Set(servers.keys) }

    /// An engine to make databases on.
    ///
    /// - Throws: ``DatabaseMissing`` that says how to get one.
    func server(_ engine: DatabaseEngine) throws -> any DatabaseServer {
        guard let server = servers[engine] else { throw DatabaseMissing(engine: engine, reason: nil) }
        return server
    }

    /// Drops the databases that were made on the servers.
    public func close() async {
        shared.forget()
        for server in servers.values { await server.close() }
    }
}

/// There is no engine to judge a SQL source on: its checks are not exercised.
public struct DatabaseMissing: Error, CustomStringConvertible {
    public let engine: DatabaseEngine
    /// Why a server that was named cannot be used; nil when none was named.
    public let reason: String?

    public var description: String {
        if let reason { return "The \(engine.rawValue) server that was given cannot be used: \(reason)" }
        let scheme = engine == .postgres ? "postgres" : "mysql"
        return "No \(engine.rawValue) server was given: name one with --database-server "
            + "\(scheme)://user:password@host:port/database or in \(DatabaseStack.environmentName(engine))."
    }
}

extension DatabaseStack {
    /// The environment variable that may name a server.
    public static func environmentName(_ engine: DatabaseEngine) -> String {
        "TRIBUTARY_CHECK_\(engine.rawValue.uppercased())"
    }

    /// The servers that the environment names.
    public static func urls(in environment: [String: String]) -> [String] {
        [DatabaseEngine.postgres, .mysql].compactMap { environment[environmentName($0)] }.filter { !$0.isEmpty }
    }
}

/// An engine on which the kit makes databases.
protocol DatabaseServer: Sendable {
    var engine: DatabaseEngine { get }
    /// A database, nobody else's until it is released.
    ///
    /// - Parameter world: what it is to hold; one that nearly holds it is given, if there is one. Nil asks for an empty one.
    func makeDatabase(for world: SQLWorld?) async throws -> any ScratchDatabase
    /// Removes what was made.
    func close() async
}

/// A database of the kit's own. What is written and looked up here goes past the driver under test.
protocol ScratchDatabase: AnyObject, Sendable {
    var engine: DatabaseEngine { get }
    /// Sessions of sources that can be used again.
    var logins: LoginPool { get }
    /// What its catalogue has answered; nil where to ask again costs nothing.
    var catalogue: CatalogueMemo? { get }
    /// Where the source's connection must really go.
    func endpoint(for wanted: DatabaseEndpoint) -> DatabaseEndpoint
    /// Makes the database hold a world.
    ///
    /// - Parameter original: looks up what the world's script alone makes; nil where that cannot be told. It is not called
    ///   for a world that is a script alone.
    func fill(with world: SQLWorld, original: @Sendable () async throws -> SQLContent?) async throws
    /// Makes a table hold these rows, all at once for whoever reads.
    func replaceRows(_ rows: [World.Object], of table: SQLTableFacts) async throws
    /// Runs statements, divided by semicolons, as the owner.
    func run(_ script: String) async throws
    /// The same for statements that change rows of one table and nothing else.
    func run(_ script: String, changingRowsOf table: SQLTableFacts) async throws
    /// What is known to be in it; nil for what has to be made anew to be known.
    var held: SQLWorld.Held? { get }
    /// Runs what undoes everything since the database held this.
    func undo(_ script: String, leaving held: SQLWorld.Held?) async throws
    /// The first column of each row, as text; a null is an empty text.
    func texts(_ query: String) async throws -> [String]
    /// What is defined in it; see ``SQLText/catalogue(_:)``.
    func definitions() async throws -> [String]
    /// Gives the database back: it may be emptied and used again.
    func release()
}

extension DatabaseServer {
    func makeDatabase() async throws -> any ScratchDatabase { try await makeDatabase(for: nil) }
}

extension ScratchDatabase {
    func fill(with world: SQLWorld) async throws { try await fill(with: world) { nil } }

    func replaceRows(_ rows: [World.Object], of table: SQLTableFacts) async throws {
        try await run(SQLText.replacingAtOnce(rows, of: table, engine))
    }

    var catalogue: CatalogueMemo? { nil }

    func definitions() async throws -> [String] { try await texts(SQLText.catalogue(engine)) }

    var held: SQLWorld.Held? { nil }

    func undo(_ script: String, leaving held: SQLWorld.Held?) async throws { try await run(script) }

    func run(_ script: String, changingRowsOf table: SQLTableFacts) async throws { try await run(script) }

    /// Has the engine count the rows of its tables, so that what its catalogue estimates depends on the rows alone.
    ///
    /// MariaDB counts a new table in the background while it adds up the rows that still come: now and then one counts twice.
    func settleEstimates() async throws {
        guard engine == .mysql else { return }
        let tables = try await texts(
            """
            SELECT table_name FROM information_schema.tables
            WHERE table_schema = database() AND table_type = 'BASE TABLE' ORDER BY table_name
            """)
        guard !tables.isEmpty else { return }
        try await run("ANALYZE TABLE \(tables.map { SQLText.quote($0, engine) }.joined(separator: ", "));")
    }
}

/// A statement of the kit's own that the engine refused: a mistake in a seed, most likely.
struct ScratchFailure: Error, CustomStringConvertible {
    let engine: DatabaseEngine
    let problem: String
    let script: String
    var description: String {
        "Preparing a database for the check: \(engine.rawValue) says \(problem). It was asked: \(script.prefix(400))"
    }
}
