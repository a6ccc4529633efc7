import CSQLite
import Columns

/// SQL functions that the driver adds to its connections.
enum SQLiteFunctions {
    /// `tributary_micros(value)`: a stored date or time as microseconds since 1970, or null where it is none.
    ///
    /// SQLite has no time type: the same column may hold ISO text with a blank or a T, with and without zone, seconds,
    /// milliseconds or a Julian day. Comparing such values as they are stored loses rows; this reads them by the very
    /// rule that makes the column's values, so that watermarks and rows agree.
    static func register(on database: OpaquePointer?) {
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
        sqlite3_create_function_v2(
            database, "tributary_micros", 1, flags, nil,
            { context, _, arguments in
                guard let value = arguments?[0], let micros = SQLiteFunctions.micros(value) else {
                    return sqlite3_result_null(context)
                }
                sqlite3_result_int64(context, micros)
            }, nil, nil, nil)
    }

    private static func micros(_ value: OpaquePointer) -> Int64? {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: return SQLiteTime.micros(sqlite3_value_int64(value))
        case SQLITE_FLOAT: return SQLiteTime.micros(sqlite3_value_double(value))
        case SQLITE_TEXT:
            guard let text = sqlite3_value_text(value) else { return nil }
            return SQLiteTime.micros(UnsafeBufferPointer(start: text, count: Int(sqlite3_value_bytes(value))))
        default: return nil
        }
    }
}

/// The dates and times that SQLite files hold (SQLite manual, "Date And Time Functions").
enum SQLiteTime {
    /// Seconds since 1970; from 10^11 on, which would be the year 5138, milliseconds.
    static func micros(_ number: Int64) -> Int64? {
        let factor: Int64 = number.magnitude < 100_000_000_000 ? 1_000_000 : 1_000
        let (micros, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : micros
    }

    /// A Julian day between the years -1975 and 3501, else seconds or milliseconds since 1970 as for integers. A Julian
    /// day without a fraction is none: under a numeric affinity SQLite stores it as an integer.
    static func micros(_ number: Double) -> Int64? {
        guard number.isFinite else { return nil }
        if (1_000_000..<3_000_000).contains(number) {
            // The fraction of a day has about 50 µs of precision in a double; SQLite itself keeps milliseconds.
            return Int64(((number - 2_440_587.5) * 86_400_000).rounded()) * 1_000
        }
        return Int64(exactly: (number * (number.magnitude < 100_000_000_000 ? 1_000_000 : 1_000)).rounded())
    }

    static func micros(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let first = text.first, first &- 0x30 < 10 || first == UInt8(ascii: "-") else { return nil }
        return TimestampParser.microseconds(bytes: text)
    }
}
