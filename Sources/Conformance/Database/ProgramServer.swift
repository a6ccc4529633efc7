import Crypto
import Foundation
import Tributary

/// A PostgreSQL or MySQL server that the user named, written to through `psql` or `mariadb`.
///
/// The kit makes databases called `tributary_kit_…` and one role, ``reader``, as which the sources under test log in: it
/// owns nothing, so what is hidden from ordinary users is hidden from it.
final class ProgramServer: DatabaseServer {
    /// The role of the sources under test, and its password, the one that fixtures of these engines hold.
    static let reader = "tributary_reader"
    static let readerPassword = "fake-password-1"

    let engine: DatabaseEngine
    private let address: Address
    private let free = Lock<[Kept]>([])
    private let made = Lock<[String]>([])
    /// Who is logged in, by database.
    private let sessions = Lock<[String: ClientSession]>([:])
    /// What was answered about definitions, of the last that were asked about at the end.
    private let answers = Lock<[(of: SQLWorld.Definitions, answers: DefinitionAnswers)]>([])
    private let preparation = Lock<Task<String, any Error>?>(nil)

    /// From so many databases on, one that is free is emptied before another is made: to make and to drop one costs more.
    private static let modestCount = 10

    /// The answers about so many definitions are kept.
    private static let definitionLimit = 64

    /// A database that can be used again.
    struct Kept {
        let name: String
        /// What is known to be in it.
        let held: SQLWorld.Held?
        let logins: LoginPool
        let catalogue: CatalogueMemo

        init(
            _ name: String, _ held: SQLWorld.Held? = nil, _ logins: LoginPool = LoginPool(),
            _ catalogue: CatalogueMemo = CatalogueMemo()
        ) {
            self.name = name
            self.held = held
            self.logins = logins
            self.catalogue = catalogue
        }
    }

    /// The parts of the URL.
    struct Address: Sendable {
        var host: String
        var port: Int
        var user: String
        var password: Secret?
        var database: String
    }

    /// - Throws: `SourceError` of kind `invalidConfig`.
    init(_ url: String) throws {
        guard let parts = URLComponents(string: url), let host = parts.host, let user = parts.user else {
            throw Self.invalid("it is no URL with a host and a user")
        }
        switch parts.scheme {
        case "postgres", "postgresql": engine = .postgres
        case "mysql", "mariadb": engine = .mysql
        default: throw Self.invalid("its scheme is neither postgres nor mysql")
        }
        let database = parts.path.split(separator: "/").first.map(String.init)
        address = Address(
            host: host, port: parts.port ?? (engine == .postgres ? 5432 : 3306), user: user,
            password: parts.password.map(Secret.init),
            database: database ?? (engine == .postgres ? "postgres" : "mysql"))
    }

    private static func invalid(_ problem: String) -> SourceError {
        SourceError(
            .invalidConfig, "Reading the URL of a database server: \(problem).",
            advice: "Such as postgres://user:password@127.0.0.1:5432/postgres.")
    }

    func makeDatabase(for world: SQLWorld?) async throws -> any ScratchDatabase {
        do {
            try await prepared()
        } catch {
            throw DatabaseMissing(engine: engine, reason: "\(error)")
        }
        if let known = kept(for: world) { return ProgramScratch(server: self, known) }
        let name = "tributary_kit_" + UUID().uuidString.prefix(13).lowercased().replacing("-", with: "")
        made.withLock { $0.append(name) }
        try await execute(creation(of: name), in: address.database)
        return ProgramScratch(server: self, Kept(name))
    }

    /// A free database, in the order of what it costs: one that differs in rows alone, one that must be emptied anyway,
    /// and any other only when there are many.
    private func kept(for world: SQLWorld?) -> Kept? {
        let areMany = made.withLock { $0.count } >= Self.modestCount
        return free.withLock { free in
            let similar = world.flatMap { world in
                free.lastIndex { world.restored(from: $0.held)?.isEmpty == true }
                    ?? free.lastIndex { world.restored(from: $0.held) != nil }
            }
            let index = similar ?? free.lastIndex { $0.held == nil } ?? (areMany ? free.indices.first : nil)
            return index.map { free.remove(at: $0) }
        }
    }

    /// Makes the role once.
    private func prepared() async throws {
        let task = preparation.withLock { task in
            let running = task ?? Task { try await self.execute(self.roleScript, in: self.address.database) }
            task = running
            return running
        }
        _ = try await task.value
    }

    /// Drops the databases that were made.
    func close() async {
        let names = made.withLock { names in
            defer { names = [] }
            return names
        }
        // With them go the sessions that wait in them.
        free.withLock { $0 = [] }
        for name in names {
            let drop = engine == .postgres ? "DROP DATABASE IF EXISTS \(name) WITH (FORCE)" : "DROP DATABASE \(name)"
            _ = try? await execute(drop + ";", in: address.database)
        }
        let open = sessions.withLock { sessions in
            defer { sessions = [:] }
            return sessions.values
        }
        for session in open { session.close() }
    }

    /// What databases have answered that are defined so.
    func answers(of definitions: SQLWorld.Definitions) -> DefinitionAnswers {
        answers.withLock { known in
            let index = known.firstIndex { $0.of == definitions }
            let answers = index.map { known.remove(at: $0).answers } ?? DefinitionAnswers()
            known.append((definitions, answers))
            if known.count > Self.definitionLimit { known.removeFirst() }
            return answers
        }
    }

    func takeBack(_ database: Kept) { free.withLock { $0.append(database) } }

    func endpoint(_ name: String, for wanted: DatabaseEndpoint) -> DatabaseEndpoint {
        var endpoint = wanted
        endpoint.host = address.host
        endpoint.address = address.host
        endpoint.port = address.port
        endpoint.database = name
        endpoint.tls = .disabled
        return endpoint
    }
}

// What is said to the engines.
extension ProgramServer {
    /// In PostgreSQL the role's joins are made in the order in which they are written: to look for a better one takes three
    /// quarters of the time of a catalogue query, for tables of a few rows, and changes no answer.
    private var roleScript: String {
        switch engine {
        case .postgres:
            """
            DO $$ BEGIN
              IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '\(Self.reader)') THEN
                CREATE ROLE \(Self.reader) LOGIN PASSWORD '\(Self.readerVerifier)'; END IF;
            END $$;
            ALTER ROLE \(Self.reader) SET join_collapse_limit = 1; ALTER ROLE \(Self.reader) SET from_collapse_limit = 1;
            """
        default: "CREATE USER IF NOT EXISTS '\(Self.reader)'@'%' IDENTIFIED BY '\(Self.readerPassword)';"
        }
    }

    /// The role's password as PostgreSQL keeps it (RFC 5803), derived in one round instead of 4,096: there are thousands of
    /// logins, and the password is no secret.
    private static var readerVerifier: String {
        let salt = [UInt8]("tributary-reader".utf8)
        func hash(_ text: [UInt8], _ key: [UInt8]) -> [UInt8] {
            Array(HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: key)))
        }
        let salted = hash(salt + [0, 0, 0, 1], Array(readerPassword.utf8))
        let storedKey = Data(SHA256.hash(data: hash(Array("Client Key".utf8), salted))).base64EncodedString()
        let serverKey = Data(hash(Array("Server Key".utf8), salted)).base64EncodedString()
        return "SCRAM-SHA-256$1:\(Data(salt).base64EncodedString())$\(storedKey):\(serverKey)"
    }

    private func creation(of name: String) -> String {
        engine == .postgres
            ? "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8';" : "CREATE DATABASE \(name);"
    }

    /// Everything goes, so that a database can be used again.
    func emptying(_ name: String) -> String {
        switch engine {
        case .postgres:
            """
            DO $$ DECLARE s text; BEGIN
              FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
              LOOP EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP;
            END $$;
            CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO \(Self.reader);
            ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO \(Self.reader);
            ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO \(Self.reader);

            """
        default:
            """
            DROP DATABASE IF EXISTS \(name);
            CREATE DATABASE \(name) CHARACTER SET utf8mb4; USE \(name);
            GRANT SELECT, SHOW VIEW ON \(name).* TO '\(Self.reader)'@'%';

            """
        }
    }

    /// What every script begins with, so that it means the same on every server, whatever an earlier one has set.
    private var preamble: String {
        engine == .postgres
            ? "DISCARD ALL; SET client_min_messages = warning; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY';\n"
            : """
            SET foreign_key_checks = DEFAULT, lock_wait_timeout = DEFAULT;
            SET time_zone = '+00:00', NAMES utf8mb4, sql_mode = 'ANSI_QUOTES';

            """
    }

    private func dialect(_ database: String) -> ClientSession.Dialect {
        let place = ["-h", address.host, engine == .postgres ? "-p" : "-P", String(address.port), database]
        let password = address.password?.revealed ?? ""
        switch engine {
        case .postgres:
            return ClientSession.Dialect(
                name: "psql",
                arguments: ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", address.user] + place,
                environment: ["PGPASSWORD": password], include: { "\\i '\($0)'" }, echo: { "\\echo \($0)" })
        default:
            let flags = ["--no-defaults", "--batch", "--raw", "--skip-column-names", "--unbuffered", "--protocol=tcp"]
            return ClientSession.Dialect(
                name: "mariadb", arguments: flags + ["-u", address.user] + place, environment: ["MYSQL_PWD": password],
                include: { "source \($0)" }, echo: { "SELECT '\($0)';" })
        }
    }

    /// Runs a script in a database and gives what it prints.
    @discardableResult
    func execute(_ script: String, in database: String) async throws -> String {
        let session = sessions.withLock { sessions in
            let session = sessions[database] ?? ClientSession(dialect(database))
            sessions[database] = session
            return session
        }
        do {
            return try await session.run(preamble + script)
        } catch let failure as ClientSession.Failure {
            throw ScratchFailure(engine: engine, problem: failure.problem, script: script)
        }
    }
}
