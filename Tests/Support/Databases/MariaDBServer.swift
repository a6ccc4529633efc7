import Foundation
import Tributary

/// A real MariaDB server in a temporary folder on a free port, one for the whole test process.
///
/// ```swift
/// let server = try await MariaDBServer.shared()
/// let database = try await server.makeDatabase("CREATE TABLE t (id int PRIMARY KEY)")
/// let connection = try await LiveDatabaseConnector().connect(to: server.endpoint(database))
/// ```
public final class MariaDBServer: Sendable {
    /// A user with all rights.
    public static let user = "tributary"
    public static let password = Secret("p'ss w\"rd4711")

    public let port: Int
    private let folder: TemporaryFolder
    private let process: ServerProcess
    private let client: String
    private let databases = Lock(0)

    /// Whether the server's programs are on this machine. In CI they must be, so tests run and fail there.
    public static var isAvailable: Bool { ServerProcess.find("mariadbd") != nil || Requirement.isCI }

    private static let start = Task { try await MariaDBServer() }

    /// The one server, started by the first caller and stopped when the process ends.
    public static func shared() async throws -> MariaDBServer { try await start.value }

    private init() async throws {
        guard let install = ServerProcess.find("mariadb-install-db"), let server = ServerProcess.find("mariadbd"),
            let client = ServerProcess.find("mariadb")
        else { throw ServerProcess.Failure(description: "Starting MariaDB: install Debian's package mariadb-server.") }
        self.client = client
        port = FreePort.take()
        folder = try TemporaryFolder("tributary-my", prefersMemory: true)
        let data = try Self.makeDataFolder(in: folder)
        try await ServerProcess.check(
            install,
            ["--no-defaults", "--datadir=\(data)", "--skip-test-db", "--skip-name-resolve"]
                + Self.userArguments, folder: folder.url)
        let setup = try folder.write(Self.setup, to: "setup.sql", permissions: 0o644)
        process = try ServerProcess(
            server, Self.settings(port: port, data: data, setup: setup) + Self.userArguments, folder: folder.url)
        ExitActions.add { [process, folder] in
            process.kill9()
            try? FileManager.default.removeItem(at: folder.url)
        }
        try await process.waitUntilReady { [self] in
            try await ServerProcess.run(
                client, arguments + ["-e", "SELECT 1"], environment: environment, folder: folder.url
            )
            .status == 0
        }
    }

    private static func makeDataFolder(in folder: TemporaryFolder) throws -> String {
        let data = folder.file("data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        if ServerProcess.isRoot {
            try FileManager.default.setAttributes([.ownerAccountName: "mysql"], ofItemAtPath: data.path)
        }
        return data.path
    }

    /// Root gives the server to the user of Debian's package.
    private static var userArguments: [String] { ServerProcess.isRoot ? ["--user=mysql"] : [] }

    private static var setup: String {
        let quoted = password.revealed.replacingOccurrences(of: "'", with: "''")
        return """
            CREATE USER '\(user)'@'%' IDENTIFIED BY '\(quoted)';
            GRANT ALL ON *.* TO '\(user)'@'%' WITH GRANT OPTION;

            """
    }

    private static func settings(port: Int, data: String, setup: String) -> [String] {
        [
            "--no-defaults", "--datadir=\(data)", "--port=\(port)", "--bind-address=127.0.0.1",
            // Of its own: a server that starts removes the temporary tables of whoever shares the folder.
            "--tmpdir=\(data)", "--socket=\(data)/s", "--init-file=\(setup)", "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0", "--innodb-buffer-pool-size=64M", "--sync-binlog=0", "--skip-log-bin",
            // What is written must outlive no crash of the machine: a definition would wait for the disk five times.
            "--loose-debug-no-sync", "--innodb-flush-method=nosync", "--loose-sync-frm=0",
            "--default-time-zone=-05:00", "--character-set-server=utf8mb4", "--pid-file=\(data)/pid",
        ]
    }

    private var environment: [String: String] { ["MYSQL_PWD": Self.password.revealed] }

    private var arguments: [String] {
        [
            "--no-defaults", "--protocol=tcp", "-h", "127.0.0.1", "-P", String(port), "-u", Self.user, "--batch",
            "--skip-column-names", "--abort-source-on-error", "--default-character-set=utf8mb4",
        ]
    }

    /// Runs statements as a user with all rights; gives what they print.
    @discardableResult
    public func execute(_ sql: String, in database: String = "") async throws -> String {
        let file = try folder.write(sql, to: "\(UUID().uuidString).sql")
        defer { try? FileManager.default.removeItem(atPath: file) }
        let use = database.isEmpty ? [] : ["-D", database]
        return try await ServerProcess.check(
            client, arguments + use + ["-e", "source \(file)"], environment: environment, folder: folder.url)
    }

    /// Makes an empty database and runs statements in it; gives its name.
    public func makeDatabase(_ sql: String = "") async throws -> String {
        let number = databases.withLock { count in
            count += 1
            return count
        }
        let name = "test_\(number)"
        try await execute("CREATE DATABASE \(name)")
        if !sql.isEmpty { try await execute(sql, in: name) }
        return name
    }

    /// How to reach a database of the server.
    public func endpoint(_ database: String) -> DatabaseEndpoint {
        DatabaseEndpoint(
            engine: .mysql, host: "127.0.0.1", port: port, database: database, user: Self.user, password: Self.password)
    }
}
