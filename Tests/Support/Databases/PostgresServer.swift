import Foundation
import Tributary

/// A real PostgreSQL server in a temporary folder on a free port, one for the whole test process.
///
/// ```swift
/// let server = try await PostgresServer.shared()
/// let database = try await server.makeDatabase("CREATE TABLE t (id int PRIMARY KEY)")
/// let connection = try await LiveDatabaseConnector().connect(to: server.endpoint(database))
/// ```
public final class PostgresServer: Sendable {
    /// A superuser.
    public static let user = "tributary"
    public static let password = Secret("p'ss w\"rd\\4711")

    public let port: Int
    private let folder: TemporaryFolder
    private let process: ServerProcess
    private let psql: String
    private let databases = Lock(0)

    /// Whether the server's programs are on this machine. In CI they must be, so tests run and fail there.
    public static var isAvailable: Bool { ServerProcess.find("initdb") != nil || Requirement.isCI }

    private static let start = Task { try await PostgresServer() }

    /// The one server, started by the first caller and stopped when the process ends.
    public static func shared() async throws -> PostgresServer { try await start.value }

    private init() async throws {
        guard let initdb = ServerProcess.find("initdb"), let psql = ServerProcess.find("psql"),
            let postgres = ServerProcess.find("postgres")
        else { throw ServerProcess.Failure(description: "Starting PostgreSQL: install Debian's package postgresql.") }
        self.psql = psql
        port = FreePort.take()
        folder = try TemporaryFolder("tributary-pg", prefersMemory: true)
        let data = try Self.makeDataFolder(in: folder)
        let secret = try folder.write(Self.password.revealed + "\n", to: "pw", permissions: 0o644)
        try await ServerProcess.check(
            initdb,
            [
                "-D", data, "-U", Self.user, "--pwfile", secret, "-A", "scram-sha-256", "-E", "UTF8",
                "--locale=C.UTF-8", "--no-sync",
            ], folder: folder.url, user: "postgres")
        process = try ServerProcess(
            postgres, ["-D", data] + Self.settings(port: port), folder: folder.url, user: "postgres", stopSignal: SIGINT
        )
        ExitActions.add { [process, folder] in
            process.stop()
            try? FileManager.default.removeItem(at: folder.url)
        }
        try await process.waitUntilReady { [self] in
            try await ServerProcess.run(
                psql, arguments("postgres") + ["-c", "SELECT 1"], environment: environment, folder: folder.url
            )
            .status == 0
        }
    }

    /// PostgreSQL refuses to run as root, so root gives the folder to the user of Debian's package.
    private static func makeDataFolder(in folder: TemporaryFolder) throws -> String {
        let data = folder.file("data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        if ServerProcess.isRoot {
            try FileManager.default.setAttributes([.ownerAccountName: "postgres"], ofItemAtPath: data.path)
        }
        return data.path
    }

    private static func settings(port: Int) -> [String] {
        [
            "port=\(port)", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "jit=off", "max_connections=300",
            "shared_buffers=64MB", "timezone=America/New_York",
        ].flatMap { ["-c", $0] }
    }

    private var environment: [String: String] { ["PGPASSWORD": Self.password.revealed] }

    private func arguments(_ database: String) -> [String] {
        [
            "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", String(port), "-U", Self.user,
            "-d", database,
        ]
    }

    /// Runs statements as the superuser, with `psql`; gives what they print.
    @discardableResult
    public func execute(_ sql: String, in database: String) async throws -> String {
        let file = try folder.write(sql, to: "\(UUID().uuidString).sql")
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try await ServerProcess.check(
            psql, arguments(database) + ["-f", file], environment: environment, folder: folder.url)
    }

    /// Makes an empty database and runs statements in it; gives its name.
    public func makeDatabase(_ sql: String = "") async throws -> String {
        let number = databases.withLock { count in
            count += 1
            return count
        }
        let name = "test_\(number)"
        try await execute("CREATE DATABASE \(name)", in: "postgres")
        if !sql.isEmpty { try await execute(sql, in: name) }
        return name
    }

    /// How to reach a database of the server.
    public func endpoint(_ database: String) -> DatabaseEndpoint {
        DatabaseEndpoint(
            engine: .postgres, host: "127.0.0.1", port: port, database: database, user: Self.user,
            password: Self.password)
    }
}
