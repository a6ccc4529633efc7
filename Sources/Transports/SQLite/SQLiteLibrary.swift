import CSQLite

/// SQLite's library, for the process as a whole.
public enum SQLiteLibrary {
    /// Has it keep no sum of the memory that it uses: the sum has one lock, for which the connections of a process wait at each
    /// allocation (https://www.sqlite.org/c3ref/c_config_covering_index_scan.html, `SQLITE_CONFIG_MEMSTATUS`).
    ///
    /// To be called before the process's first connection; after it, nothing changes.
    public static func countNoMemory() { _ = tributary_sqlite_count_no_memory() }
}
