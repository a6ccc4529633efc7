import Foundation
import Tributary

/// HTTP services that nobody here wrote, from PyPI (`Tests/Support/requirements.txt`), each on a free port of 127.0.0.1.
public final class ForeignService: Sendable {
    public let port: Int
    /// Where its files are, the service's database among them.
    public let folder: TemporaryFolder
    private let process: ServerProcess

    public var url: String { "http://127.0.0.1:\(port)" }

    private init(_ name: String, _ folder: TemporaryFolder, _ arguments: (Int) -> [String]) async throws {
        guard let python = PythonOracle.interpreter else {
            throw ServerProcess.Failure(description: "\(PythonOracle.hint)")
        }
        let program = URL(fileURLWithPath: python).deletingLastPathComponent().appendingPathComponent(name).path
        port = FreePort.take()
        self.folder = folder
        process = try ServerProcess(program, arguments(port), folder: folder.url)
        try await process.waitUntilReady(port: port)
    }

    public func stop() { process.stop() }

    /// Datasette serves the tables of a SQLite file as JSON, to holders of a token.
    public static func datasette(_ statements: [String], token: String) async throws -> ForeignService {
        let folder = try TemporaryFolder("datasette")
        try await execute(statements, in: folder)
        try folder.write(
            """
            {"allow": {"id": "*"}, "databases": {"shop": {"allow": {"id": "*"}}}, "plugins": {"datasette-auth-tokens":
              {"tokens": [{"token": "\(token)", "actor": {"id": "reader"}}]}}}
            """, to: "metadata.json")
        return try await ForeignService("datasette", folder) { port in
            ["serve", folder.file("shop.db").path, "-m", folder.file("metadata.json").path, "-p", "\(port)"]
        }
    }

    /// Changes the SQLite file that Datasette serves.
    public func execute(_ statements: [String]) async throws { try await Self.execute(statements, in: folder) }

    private static func execute(_ statements: [String], in folder: TemporaryFolder) async throws {
        let result: Bool = try await PythonOracle.run(
            """
            import sqlite3
            base = sqlite3.connect(data[0])
            for statement in data[1:]: base.execute(statement)
            base.commit()
            base.close()
            result = True
            """, [folder.file("shop.db").path] + statements)
        guard result else { throw ServerProcess.Failure(description: "Python did not run the statements.") }
    }

    /// localstripe answers as Stripe's API does, from memory.
    public static func localStripe() async throws -> ForeignService {
        let folder = try TemporaryFolder("localstripe")
        return try await ForeignService("localstripe", folder) { ["--port", "\($0)", "--from-scratch"] }
    }
}
