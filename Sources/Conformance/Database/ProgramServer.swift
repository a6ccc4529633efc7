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
    private let free = Lock<[String]>([])
    private let made = Lock<[String]>([])
    private let preparation = Lock<Task<String, any Error>?>(nil)

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

    func makeDatabase() async throws -> any ScratchDatabase {
        do {
            try await prepared()
        } catch {
            throw DatabaseMissing(engine: engine, reason: "\(error)")
        }
        if let known = free.withLock({ $0.popLast() }) { return ProgramScratch(server: self, name: known) }
        let name = "tributary_kit_" + UUID().uuidString.prefix(13).lowercased().replacing("-", with: "")
        try await execute(creation(of: name), in: address.database)
        made.withLock { $0.append(name) }
        return ProgramScratch(server: self, name: name)
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
        for name in names {
            let drop = engine == .postgres ? "DROP DATABASE IF EXISTS \(name) WITH (FORCE)" : "DROP DATABASE \(name)"
            _ = try? await execute(drop + ";", in: address.database)
        }
    }

    fileprivate func takeBack(_ name: String) { free.withLock { $0.append(name) } }

    fileprivate func endpoint(_ name: String, for wanted: DatabaseEndpoint) -> DatabaseEndpoint {
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
    private var roleScript: String {
        switch engine {
        case .postgres:
            """
            DO $$ BEGIN
              IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '\(Self.reader)') THEN
                CREATE ROLE \(Self.reader) LOGIN PASSWORD '\(Self.readerPassword)'; END IF;
            END $$;
            """
        default: "CREATE USER IF NOT EXISTS '\(Self.reader)'@'%' IDENTIFIED BY '\(Self.readerPassword)';"
        }
    }

    private func creation(of name: String) -> String {
        engine == .postgres
            ? "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8';" : "CREATE DATABASE \(name);"
    }

    /// Everything goes, so that a database can be used again.
    fileprivate func emptying(_ name: String) -> String {
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

    /// What every script begins with, so that it means the same on every server.
    private var preamble: String {
        engine == .postgres
            ? "SET client_min_messages = warning; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY';\n"
            : "SET time_zone = '+00:00', NAMES utf8mb4, sql_mode = 'ANSI_QUOTES';\n"
    }

    private var program: (name: String, arguments: [String]) {
        let place = ["-h", address.host, engine == .postgres ? "-p" : "-P", String(address.port)]
        switch engine {
        case .postgres:
            return ("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", address.user] + place + ["-d"])
        default:
            let flags = ["--no-defaults", "--batch", "--raw", "--skip-column-names", "--protocol=tcp"]
            return ("mariadb", flags + ["-u", address.user] + place)
        }
    }

    /// Runs a script in a database and gives what it prints.
    @discardableResult
    fileprivate func execute(_ script: String, in database: String) async throws -> String {
        let password = address.password?.revealed ?? ""
        let result = try await ClientProgram.run(
            program.name, program.arguments + [database], input: preamble + script,
            environment: ["PGPASSWORD": password, "MYSQL_PWD": password])
        guard result.status == 0 else {
            throw ScratchFailure(
                engine: engine, problem: result.errors.trimmingCharacters(in: .whitespacesAndNewlines), script: script)
        }
        return result.output
    }
}

/// One database of a ``ProgramServer``.
final class ProgramScratch: ScratchDatabase {
    private let server: ProgramServer
    private let name: String
    private let state = Lock(State())

    private struct State {
        var isEmpty = false
        var isReleased = false
    }

    fileprivate init(server: ProgramServer, name: String) {
        self.server = server
        self.name = name
    }

    deinit { release() }

    var engine: DatabaseEngine { server.engine }

    func endpoint(for wanted: DatabaseEndpoint) -> DatabaseEndpoint { server.endpoint(name, for: wanted) }

    /// The first script empties what an earlier use has left.
    func run(_ script: String) async throws {
        let isFirst = state.withLock { state in
            defer { state.isEmpty = true }
            return !state.isEmpty
        }
        try await server.execute((isFirst ? server.emptying(name) : "") + script, in: name)
    }

    func texts(_ query: String) async throws -> [String] {
        try await server.execute(query + ";", in: name).split(separator: "\n", omittingEmptySubsequences: true)
            .map(String.init)
    }

    func release() {
        let isFirst = state.withLock { state in
            defer { state.isReleased = true }
            return !state.isReleased
        }
        if isFirst { server.takeBack(name) }
    }
}

/// A program of this machine that is run to its end.
enum ClientProgram {
    struct Result: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs a program; its input comes from a file, so that no pipe can fill up.
    ///
    /// - Throws: what Foundation throws for a program that cannot be started.
    static func run(
        _ name: String, _ arguments: [String], input: String, environment: [String: String]
    ) async throws -> Result {
        guard let path = find(name) else {
            throw SourceError(.notFound, "Looking for the program \(name): it is not there.", advice: "Install it.")
        }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try runNow(path, arguments, input, environment) })
            }
        }
    }

    private static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func runNow(
        _ path: String, _ arguments: [String], _ input: String, _ environment: [String: String]
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tributary-kit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (script, errors) = (folder.appending(path: "in.sql"), folder.appending(path: "errors"))
        try Data(input.utf8).write(to: script)
        try Data().write(to: errors)
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: script)
        process.standardError = try FileHandle(forWritingTo: errors)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
            errors: String(decoding: (try? Data(contentsOf: errors)) ?? Data(), as: UTF8.self))
    }
}
