import Columns
import Tributary

/// The cursor field as a column of the lake, and how its values are read.
struct CursorColumn: Hashable, Sendable {
    /// The field as the source names it.
    let field: IncrementalField
    /// The column's name in the lake.
    let name: String

    init(_ field: IncrementalField) {
        self.field = field
        name = ColumnNaming.normalise(field.name)
    }

    /// The extremes of the rows' values; nil where the table has no such column.
    func extremes(of table: Table) throws -> CursorExtremes? {
        guard let column = table.column(name) else { return nil }
        guard let extremes = CursorExtremes(column, as: field.type) else { throw unreadable(column.type) }
        return extremes
    }

    /// - Parameter form: what a value looks like, without what it says.
    func unreadable(_ type: ColumnType, _ form: String? = nil) -> SourceError {
        SourceError(
            .columnTypeChanged,
            "Following the cursor field \(field.name): a column of \(type) holds values that are no \(field.type.rawValue)"
                + (form.map { ", such as one of the form '\($0)'." } ?? "."),
            advice:
                "Choose another cursor field, or a full refresh. An author of the source can bring the values into a "
                + "form that is one, such as 2026-01-31T09:00:00Z, by mapRows.")
    }

    /// The value that the last group of rows has, by the order `mode`, and the first row that has it.
    ///
    /// Nil where all values are null.
    func edge(of table: Table, _ mode: SortMode) -> (value: CursorValue, row: Int)? {
        guard let column = table.column(name), let extremes = CursorExtremes(column, as: field.type),
            let value = mode == .ascending ? extremes.greatest : extremes.least
        else { return nil }
        return Self.first(value, in: column, as: field.type).map { (value, $0) }
    }

    /// The first row with a value; numbers are compared unboxed.
    private static func first(_ value: CursorValue, in column: Column, as type: CursorType) -> Int? {
        switch (column.values, value) {
        case (.int64(let array), .integer(let wanted)), (.int64(let array), .timestamp(let wanted)):
            array.indices.first { array[$0] == wanted && !column.isNull($0) }
        case (.int32(let array), .date(let wanted)):
            array.indices.first { array[$0] == wanted && !column.isNull($0) }
        default:
            (0..<column.count).first { CursorValue(column[$0], as: type) == value }
        }
    }

    /// The table with a cursor column that has an order: text of a time becomes a time.
    ///
    /// JSON has no type for time, so a cursor field such as `updated_at` comes as text. What cannot be read as a time is
    /// an error and not a null: such a row would never be found again by its cursor. Integers stay integers, for an
    /// upstream may count seconds.
    func typed(_ table: Table) throws -> Table {
        guard let index = table.schema.index(of: name) else { return table }
        let column = table.columns[index]
        guard column.type == .utf8, field.type != .objectID else {
            guard [.bool, .binary].contains(column.type) else { return table }
            throw unreadable(column.type)
        }
        let converted = try converted(column)
        var schema = table.schema
        schema.setType(converted.type, at: index)
        var columns = table.columns
        columns[index] = converted
        return Table(schema: schema, columns: columns, rowCount: table.rowCount)
    }

    /// The type that text of this cursor becomes; nil where text cannot be this cursor.
    private var typeOfText: ColumnType? {
        switch field.type {
        case .datetime, .timestamp: .timestamp
        case .date: .date32
        case .integer: .int64
        case .numeric, .objectID: nil
        }
    }

    private func converted(_ column: Column) throws -> Column {
        guard let type = typeOfText else {
            guard column.nullCount == column.count else { throw unreadable(column.type) }
            return .nulls(type: .int64, count: column.count)
        }
        guard case .bytes(let strings) = column.values else { throw unreadable(column.type) }
        var builder = ColumnBuilder(type)
        var strange: String?
        let isRead = strings.data.withUnsafeBufferPointer { bytes in
            (0..<column.count).allSatisfy { row in
                if column.isNull(row) {
                    builder.appendNull()
                    return true
                }
                let text = bytes[strings.range(row)]
                guard let value = read(UnsafeBufferPointer(rebasing: text)) else {
                    strange = String(decoding: text, as: UTF8.self)
                    return false
                }
                builder.append(int: value)
                return true
            }
        }
        guard isRead else { throw unreadable(column.type, strange.map(Self.form)) }
        return builder.finish()
    }

    /// The form of a text without what it says, which is nobody's business: `9999-99-99 aa` for digits and letters.
    private static func form(_ text: String) -> String {
        String(text.prefix(40).map { $0.isNumber ? "9" : $0.isLetter ? "a" : $0 }) + (text.count > 40 ? "…" : "")
    }

    /// One text as the number that the column stores.
    private func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        switch field.type {
        case .datetime, .timestamp: TimestampParser.microseconds(bytes: bytes)
        case .date: TimestampParser.days(bytes: bytes).map { Int64($0) }
        default: Int64(String(decoding: bytes, as: UTF8.self))
        }
    }
}
