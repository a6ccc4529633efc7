import CSQLite
import Columns
import Foundation
import Tributary

/// One read-only connection to an SQLite file.
final class SQLiteSession: OpenableSession, @unchecked Sendable {
    // Proof of safety: everything but `handle` is touched only on the connection's thread. `handle` is behind a lock,
    // and `sqlite3_interrupt` may be called from any thread while the connection is open.
    let engine = DatabaseEngine.sqlite
    private let path: String
    private let timeouts: DatabaseEndpoint.Timeouts
    private let handle = Lock(Handle())
    private var reader: SQLiteReader?

    private struct Handle: @unchecked Sendable {
        // Proof of safety: only used under the lock, or on the connection's thread, which alone closes it.
        var database: OpaquePointer?
    }

    init(path: String, timeouts: DatabaseEndpoint.Timeouts) {
        self.path = path
        self.timeouts = timeouts
    }

    deinit { close() }

    // MARK: Opening and closing

    func open() throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            FileManager.default.isReadableFile(atPath: path)
        else {
            throw SourceError(
                .notFound, "Opening the SQLite file \(path): there is no file that can be read.",
                advice: "Check the path and the file's permissions.")
        }
        var database: OpaquePointer?
        let code = sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        handle.withLock { [database] in $0.database = database }
        guard code == SQLITE_OK else { throw error(code, doing: "Opening the SQLite file \(path)") }
        sqlite3_busy_timeout(database, Int32(clamping: Int(timeouts.connect / .milliseconds(1))))
        SQLiteFunctions.register(on: database)
        // The file may come from anywhere: its schema must not call functions with side effects.
        try execute("PRAGMA trusted_schema = OFF")
        try execute("PRAGMA query_only = ON")
        try execute("PRAGMA schema_version")
    }

    func close() {
        abort()
        handle.withLock { handle in
            sqlite3_close_v2(handle.database)
            handle.database = nil
        }
    }

    func cancel() {
        handle.withLock { handle in
            if let database = handle.database { sqlite3_interrupt(database) }
        }
    }

    // MARK: Statements

    func begin(_ statement: SQLStatement, limits: BatchLimits) throws {
        abort()
        reader = SQLiteReader(try prepare(statement), limits: limits)
    }

    func nextBatch() throws -> Table? {
        guard let reader else { return nil }
        do {
            if let table = try reader.next() { return table }
        } catch let failure as SQLiteFailure {
            throw error(failure.code, doing: "Reading from SQLite")
        }
        abort()
        return nil
    }

    func abort() {
        reader?.finalize()
        reader = nil
    }

    /// Opens a read transaction; the state it sees is fixed by the first read in it, so that is done here.
    func beginSnapshot() throws {
        try execute("BEGIN")
        try execute("SELECT count(*) FROM sqlite_schema")
    }

    func endSnapshot() throws {
        abort()
        try execute("ROLLBACK")
    }

    private func execute(_ text: String) throws {
        let statement = try prepare(SQLStatement(text))
        defer { sqlite3_finalize(statement) }
        var code = sqlite3_step(statement)
        while code == SQLITE_ROW { code = sqlite3_step(statement) }
        guard code == SQLITE_DONE else { throw error(code, doing: "Opening the SQLite file \(path)") }
    }

    private func prepare(_ statement: SQLStatement) throws -> OpaquePointer {
        let database = handle.withLock { $0 }.database
        guard let database else {
            throw SourceError(.unreachable, "Using an SQLite connection: it is closed.", recovery: .retry(after: nil))
        }
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(database, statement.text, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw error(code, doing: "Preparing a statement for SQLite") }
        guard sqlite3_bind_parameter_count(prepared) == statement.parameters.count else {
            sqlite3_finalize(prepared)
            throw SourceError(
                .unexpectedAnswer, "Preparing a statement: \(statement.parameters.count) values do not fit its places.")
        }
        for (index, value) in statement.parameters.enumerated() { SQLiteBinding.bind(value, prepared, index + 1) }
        return prepared
    }

    // MARK: Errors

    private func error(_ code: Int32, doing: String) -> SourceError {
        let database = handle.withLock { $0 }.database
        let text = database.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) } ?? "no reason given"
        let message = "\(doing): \(text)."
        switch code & 0xFF {
        case SQLITE_NOTADB, SQLITE_CORRUPT:
            return SourceError(.unexpectedAnswer, message, advice: "The file is no sound SQLite database.")
        case SQLITE_CANTOPEN: return SourceError(.notFound, message, advice: "Check the path.")
        case SQLITE_PERM, SQLITE_AUTH, SQLITE_READONLY:
            return SourceError(.permissionDenied, message, advice: "Check the file's permissions.")
        case SQLITE_BUSY, SQLITE_LOCKED:
            return SourceError(
                .upstreamFailure, message, advice: "Another program holds the file.", recovery: .retry(after: nil))
        case SQLITE_IOERR, SQLITE_INTERRUPT: return SourceError(.upstreamFailure, message, recovery: .retry(after: nil))
        case SQLITE_ERROR where text.hasPrefix("no such table"):
            return SourceError(.unknownSchema, message, advice: "Check that the table still exists under this name.")
        default: return SourceError(.upstreamFailure, message)
        }
    }
}

/// An error code on the way from the reader to the session, which has the words for it.
struct SQLiteFailure: Error {
    let code: Int32
}
