import CSQLite
import Columns

/// Puts values into the places of a prepared statement.
enum SQLiteBinding {
    /// Tells SQLite to copy the bytes before the call returns.
    ///
    /// The cast is safe: SQLITE_TRANSIENT is defined as this value (sqlite3.h); SQLite compares it and never calls it.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Dates and times go as ISO text, the form SQLite's own functions give; decimals as text, which a column of numeric
    /// affinity turns back.
    static func bind(_ value: Value, _ statement: OpaquePointer, _ position: Int) {
        let index = Int32(position)
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .bool(let flag): sqlite3_bind_int64(statement, index, flag ? 1 : 0)
        case .int(let number): sqlite3_bind_int64(statement, index, number)
        case .double(let number): sqlite3_bind_double(statement, index, number)
        case .decimal(let number): bind(number.description, statement, index)
        case .string(let text): bind(text, statement, index)
        case .date(let days): bind(SQLTime.text(days: days), statement, index)
        case .timestamp(let micros): bind(SQLTime.text(micros: micros), statement, index)
        case .binary(let bytes): sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), copied)
        }
    }

    private static func bind(_ text: String, _ statement: OpaquePointer, _ index: Int32) {
        sqlite3_bind_text64(statement, index, text, UInt64(text.utf8.count), copied, UInt8(SQLITE_UTF8))
    }
}
