import CSQLite
import Foundation
import Tributary

/// SQLite as a server: each database is a file in a folder of its own.
final class SQLiteServer: DatabaseServer {
    let engine = DatabaseEngine.sqlite
    /// Where all files are. What is still in use when the kit ends would stay behind for ever.
    private let folder = FileManager.default.temporaryDirectory.appending(path: "tributary-kit-\(UUID().uuidString)")
    private let images = SQLiteImages()

    func makeDatabase(for world: SQLWorld?) async throws -> any ScratchDatabase {
        try SQLiteScratch(in: folder, beginningWith: world?.script, of: images)
    }

    func close() async { try? FileManager.default.removeItem(at: folder) }
}

/// The bytes of files by the script that made them: a file is copied faster than it is made.
final class SQLiteImages: Sendable {
    /// So many are kept, none of them longer than this.
    private static let (limit, longest) = (16, 512 << 10)

    private let known = Lock<[(script: SQLScript, bytes: [UInt8])]>([])

    subscript(script: String) -> [UInt8]? {
        let script = SQLScript(script)
        return known.withLock { known in known.first { $0.script == script }?.bytes }
    }

    func keep(_ bytes: [UInt8], of script: String) {
        // A setting is of the connection, and of no file.
        guard bytes.count <= Self.longest, !script.uppercased().containsBytes(of: "PRAGMA") else { return }
        known.withLock { known in
            known.append((SQLScript(script), bytes))
            if known.count > Self.limit { known.removeFirst() }
        }
    }
}

/// An SQLite file, written through the library itself.
///
/// It is kept in write-ahead mode, so that the kit may commit while the source under test reads.
final class SQLiteScratch: ScratchDatabase {
    let engine = DatabaseEngine.sqlite
    /// To open a file costs nothing.
    let logins = LoginPool(limit: 0)
    private let folder: URL
    private let handle: Lock<Handle>
    private let images: SQLiteImages
    /// Whether the file was made by the script of the world that it is for.
    private let isCopy: Bool

    private struct Handle: @unchecked Sendable {
        // Proof of safety: the pointer is used and closed only under the lock that holds it.
        var database: OpaquePointer?
    }

    /// - Parameters:
    ///   - place: the folder in which it gets one of its own.
    ///   - script: what the file is to begin with; it does where one was made by this script before.
    init(in place: URL, beginningWith script: String?, of images: SQLiteImages) throws {
        let image = script.flatMap { images[$0] }
        self.images = images
        isCopy = image != nil
        folder = place.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if let image { try Data(image).write(to: folder.appending(path: "kit.db")) }
        var database: OpaquePointer?
        let code = sqlite3_open(folder.appending(path: "kit.db").path, &database)
        handle = Lock(Handle(database: database))
        guard code == SQLITE_OK else {
            throw ScratchFailure(engine: .sqlite, problem: "code \(code)", script: "open \(folder.path)")
        }
        // The journal's mode comes last: it would be synced to the disk.
        try execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF;")
    }

    deinit { release() }

    func endpoint(for wanted: DatabaseEndpoint) -> DatabaseEndpoint {
        var endpoint = wanted
        endpoint.host = folder.appending(path: "kit.db").path
        return endpoint
    }

    func fill(with world: SQLWorld, original: @Sendable () async throws -> SQLContent?) async throws {
        if !isCopy {
            try execute(world.script)
            if let bytes { images.keep(bytes, of: world.script) }
        }
        try execute(world.addendum())
    }

    /// What the file holds, with all that was committed; nil where it cannot be had.
    private var bytes: [UInt8]? {
        handle.withLock { handle in
            var count: sqlite3_int64 = 0
            guard let start = sqlite3_serialize(handle.database, "main", &count, 0) else { return nil }
            defer { sqlite3_free(start) }
            return Array(UnsafeBufferPointer(start: start, count: Int(count)))
        }
    }

    func run(_ script: String) async throws { try execute(script) }

    private func execute(_ script: String) throws {
        try handle.withLock { handle in
            var message: UnsafeMutablePointer<CChar>?
            defer { sqlite3_free(message) }
            let code = sqlite3_exec(handle.database, script, nil, nil, &message)
            guard code == SQLITE_OK else {
                if sqlite3_get_autocommit(handle.database) == 0 {
                    sqlite3_exec(handle.database, "ROLLBACK", nil, nil, nil)
                }
                let problem = message.map { String(cString: $0) } ?? "code \(code)"
                throw ScratchFailure(engine: .sqlite, problem: problem, script: script)
            }
        }
    }

    func texts(_ query: String) async throws -> [String] {
        try handle.withLock { handle in
            var statement: OpaquePointer?
            guard sqlite3_prepare_v2(handle.database, query, -1, &statement, nil) == SQLITE_OK else {
                let problem = sqlite3_errmsg(handle.database).map { String(cString: $0) } ?? "an error"
                throw ScratchFailure(engine: .sqlite, problem: problem, script: query)
            }
            defer { sqlite3_finalize(statement) }
            var texts: [String] = []
            while sqlite3_step(statement) == SQLITE_ROW {
                let start = sqlite3_column_text(statement, 0)
                let count = Int(sqlite3_column_bytes(statement, 0))
                texts.append(
                    String(decoding: UnsafeBufferPointer(start: start, count: start == nil ? 0 : count), as: UTF8.self))
            }
            return texts
        }
    }

    func release() {
        handle.withLock { handle in
            guard handle.database != nil else { return }
            sqlite3_close_v2(handle.database)
            handle.database = nil
            try? FileManager.default.removeItem(at: folder)
        }
    }
}
