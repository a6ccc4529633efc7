import CSQLite
import Tributary

/// An SQLite file beside the code under test, written to by statements.
public enum SQLiteFile {
    /// Runs statements on a file, which is made where it is not there.
    ///
    /// - Throws: `SourceError` with the engine's own words.
    public static func execute(_ sql: String, on path: String) throws {
        var database: OpaquePointer?
        defer { sqlite3_close_v2(database) }
        guard sqlite3_open(path, &database) == SQLITE_OK, sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
            let words = sqlite3_errmsg(database).map { String(cString: $0) } ?? "no memory"
            throw SourceError(.upstreamFailure, "Running statements on \(path): \(words).")
        }
    }
}
