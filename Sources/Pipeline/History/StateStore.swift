import Columns
import Foundation
import GRDB
import Tributary

/// What a host remembers between runs: connections, table settings, OAuth accounts and the history of runs.
///
/// One SQLite file, `state.sqlite`, in a folder that only its owner may enter. Nothing in it is needed for correct
/// syncs: watermarks and resume tokens are in the lake. Several processes may use a store at once.
public final class StateStore: Sendable {
    /// The folder of the store, which also holds the key file and the locks of running syncs.
    public let folder: String
    let database: DatabaseQueue
    let box: SecretBox

    /// Opens the store in `folder`, which is made where it is not there, and brings it to the newest layout.
    ///
    /// - Parameter environment: where `TRIBUTARY_KEY` is looked up: 32 bytes in base 64. Without it the key is in the
    ///   file `key` of the folder, made on first use.
    /// - Throws: `SourceError` of kind `storage`.
    public init(folder: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SourceError(
                .storage, "Making the state folder \(folder): \(error.localizedDescription)",
                advice: "Choose a folder that this user may write to.")
        }
        box = SecretBox(key: try KeyFile.key(in: folder, environment: environment))
        database = try Self.open(folder + "/state.sqlite")
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        configuration.journalMode = .wal
        // Values of the store must not show up in messages.
        configuration.publicStatementArguments = false
        return try reporting("Opening the state store \(path)") {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try StateMigrations.migrator.migrate(queue)
            return queue
        }
    }

    /// Runs `body` and gives its errors the words of this module.
    static func reporting<Result>(_ action: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw SourceError(
                .storage, "\(action): \(error.message ?? "SQLite code \(error.resultCode.rawValue)").",
                advice: "Check that the file is writable, whole, and on a disk with free space.")
        }
    }

    func read<Result>(_ action: String, _ body: (Database) throws -> Result) throws -> Result {
        try Self.reporting(action) { try database.read(body) }
    }

    func write<Result>(_ action: String, _ body: (Database) throws -> Result) throws -> Result {
        try Self.reporting(action) { try database.write(body) }
    }

    static var now: Int64 { SystemClock().now }
}
