import Columns

/// Which tables a catalogue query is about.
public struct SQLScope: Hashable, Sendable {
    /// One schema; nil for all that the user made.
    public var schema: String?
    /// One table, by the name under which the source offers it: `table` when there is one schema, else `schema.table`.
    public var table: String?

    public init(schema: String? = nil, table: String? = nil) {
        self.schema = schema
        self.table = table
    }

    /// The name under which a table is offered.
    public func displayName(_ table: SQLTable) -> String {
        schema == nil ? "\(table.schema).\(table.name)" : table.name
    }
}

/// What the SQL layer must know about one kind of database.
///
/// The four catalogue queries answer with these columns, in any order of rows unless said:
/// - ``columns(_:)``: `table_schema`, `table_name`, `is_view`, `is_readable`, `column_name`, `type`, `base_type`,
///   `is_nullable`; in the order of the table's columns
/// - ``indexes(_:)``: `table_schema`, `table_name`, `index_name`, `is_primary`, `is_unique`, `column_name` (null for an
///   expression); in the order of the index's columns
/// - ``foreignKeys(_:)``: `table_schema`, `table_name`, `column_name`, `target_schema`, `target_table`, `target_column`
/// - ``statistics(_:)``: `table_schema`, `table_name`, `row_estimate`, `byte_count`, `hides_rows`
///
/// Truth values may come as numbers, numbers as text.
public protocol SQLDialect: Sendable {
    func columns(_ scope: SQLScope) -> SQLStatement
    func indexes(_ scope: SQLScope) -> SQLStatement
    func foreignKeys(_ scope: SQLScope) -> SQLStatement
    func statistics(_ scope: SQLScope) -> SQLStatement

    /// How a column of the type serves as a cursor field; nil when it does not.
    func cursorType(of column: SQLTable.Column) -> CursorType?

    /// Whether a column's values come back exactly and compare as they sort, so that reading can go on behind one.
    func isOrderable(_ column: SQLTable.Column) -> Bool

    /// What is compared and sorted for a cursor field: the quoted column, or a function of it.
    func cursorExpression(_ quoted: String, _ type: CursorType) -> String

    /// The value that ``cursorExpression(_:_:)`` is compared with.
    func cursorParameter(_ value: CursorValue, _ type: CursorType) -> Value

    /// Whether the query died while the server was sorting, so that reading along an index can help.
    func diedSorting(_ error: SourceError) -> Bool

    /// The table with the demand to read along an index, by quoted names; nil when the database knows no such thing.
    func forcing(_ index: String, on table: String) -> String?
}

extension SQLDialect {
    public func cursorExpression(_ quoted: String, _ type: CursorType) -> String { quoted }

    public func cursorParameter(_ value: CursorValue, _ type: CursorType) -> Value { value.sqlValue }

    public func diedSorting(_ error: SourceError) -> Bool { false }

    public func forcing(_ index: String, on table: String) -> String? { nil }
}

extension CursorValue {
    /// The value as a parameter of a statement.
    public var sqlValue: Value {
        switch self {
        case .integer(let number): .int(number)
        case .decimal(let number): .decimal(number)
        case .date(let days): .date(days)
        case .timestamp(let micros): .timestamp(micros)
        case .objectID(let id): .string(id)
        }
    }
}
