import CSQLite
import Columns

/// Reads the rows of a prepared statement into columns.
///
/// A column starts with the type that its declaration names. SQLite lets any value into any column, so a value that does
/// not fit widens the column, for the rest of the statement: integer to float to text; everything may become text.
final class SQLiteReader {
    private let statement: OpaquePointer
    private let limits: BatchLimits
    private let buffer: BatchBuffer
    private var kinds: [SQLiteKind]
    private var isFinished = false
    private var hasGivenTable = false
    private var isFinalized = false

    init(_ statement: OpaquePointer, limits: BatchLimits) {
        self.statement = statement
        self.limits = limits
        let count = sqlite3_column_count(statement)
        kinds = (0..<count).map {
            SQLiteKind(declared: sqlite3_column_decltype(statement, $0).map(String.init(cString:)))
        }
        let names = (0..<count).map { sqlite3_column_name(statement, $0).map(String.init(cString:)) ?? "" }
        buffer = BatchBuffer(zip(names, kinds).map { ($0, $1.type) }, capacity: limits.firstCapacity)
    }

    deinit { finalize() }

    func finalize() {
        if !isFinalized { sqlite3_finalize(statement) }
        isFinalized = true
    }

    func next() throws -> Table? {
        var bytes = 0
        while !isFinished, buffer.rowCount < limits.rows, bytes < limits.bytes {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: bytes += readRow()
            case SQLITE_DONE: isFinished = true
            case let code: throw SQLiteFailure(code: code)
            }
        }
        if buffer.rowCount == 0, hasGivenTable { return nil }
        hasGivenTable = true
        return buffer.finish()
    }

    /// Reads the current row; gives its bytes.
    private func readRow() -> Int {
        let row = buffer.beginRow()
        var bytes = 0
        for index in 0..<buffer.columnCount { bytes &+= readCell(index, row) }
        buffer.endRow()
        return bytes
    }

    private func readCell(_ index: Int, _ row: Int) -> Int {
        let position = Int32(truncatingIfNeeded: index)
        switch sqlite3_column_type(statement, position) {
        case SQLITE_INTEGER: store(.int(sqlite3_column_int64(statement, position)), index, row)
        case SQLITE_FLOAT: store(.double(sqlite3_column_double(statement, position)), index, row)
        case SQLITE_TEXT:
            let start = sqlite3_column_text(statement, position)
            let count = Int(sqlite3_column_bytes(statement, position))
            store(.text(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)), index, row)
            return count + 8
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, position)
            let count = Int(sqlite3_column_bytes(statement, position))
            store(.blob(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)), index, row)
            return count + 8
        default: buffer.columns[index].setNull(row)
        }
        return 8
    }

    private func store(_ value: SQLiteValue, _ index: Int, _ row: Int) {
        if kinds[index].store(value, row, &buffer.columns[index]) { return }
        let old = kinds[index]
        var wider = old.widened(for: value)
        // Integers beyond 2^53 are no floats: then text, which takes all.
        if wider == .float, !buffer.allSatisfy(index, SQLiteKind.fitsFloat) { wider = .text }
        kinds[index] = wider
        buffer.retype(index, to: wider.type) { value, row, column in wider.move(value, row, &column) }
        if wider.store(value, row, &buffer.columns[index]) { return }
        kinds[index] = .text
        buffer.retype(index, to: .utf8) { value, row, column in SQLiteKind.text.move(value, row, &column) }
        _ = SQLiteKind.text.store(value, row, &buffer.columns[index])
    }
}
