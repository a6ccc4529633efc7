import Columns
import Tributary

/// The catalogue and rules of MySQL and MariaDB.
struct MySQLDialect: SQLDialect {
    // MARK: Catalogue

    /// Limits a catalogue query to the scope; in MySQL a schema and a database are the same.
    private func scoped(_ text: String, _ scope: SQLScope, prefix: String, order: String) -> SQLStatement {
        let limits = limits(scope, prefix: prefix)
        return SQLStatement("\(text) AND \(limits.text) ORDER BY \(order)", limits.parameters)
    }

    /// The conditions of a scope.
    private func limits(_ scope: SQLScope, prefix: String = "") -> SQLStatement {
        var conditions: [String] = []
        var parameters: [Value] = []
        if let schema = scope.schema {
            conditions.append("\(prefix)table_schema = ?")
            parameters.append(.string(schema))
        } else {
            conditions.append(
                "\(prefix)table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')")
        }
        if let table = scope.table {
            let name =
                scope.schema == nil ? "concat(\(prefix)table_schema, '.', \(prefix)table_name)" : "\(prefix)table_name"
            conditions.append("\(name) = ?")
            parameters.append(.string(table))
        }
        return SQLStatement(conditions.joined(separator: " AND "), parameters)
    }

    /// The catalogue shows a table to whoever has any right on it, so what it shows is taken for readable.
    ///
    /// The tables are a query of their own, which DISTINCT keeps from being merged into the join: MariaDB would open each
    /// table once more for every one of its columns.
    func columns(_ scope: SQLScope) -> SQLStatement {
        let tables = limits(scope)
        var statement = scoped(
            """
            SELECT c.table_schema AS table_schema, c.table_name AS table_name, t.table_type LIKE '%VIEW' AS is_view,
              1 AS is_readable, c.column_name AS column_name, c.column_type AS type, c.data_type AS base_type,
              c.is_nullable = 'YES' AS is_nullable
            FROM information_schema.columns c JOIN (
                SELECT DISTINCT table_schema, table_name, table_type FROM information_schema.tables WHERE \(tables.text)
              ) t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
            WHERE t.table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
            """, scope, prefix: "c.", order: "c.table_schema, c.table_name, c.ordinal_position")
        statement.parameters = tables.parameters + statement.parameters
        return statement
    }

    /// An index on the first letters of a column that is unique makes the whole column unique.
    func indexes(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT s.table_schema AS table_schema, s.table_name AS table_name, s.index_name AS index_name,
              s.index_name = 'PRIMARY' AS is_primary, s.non_unique = 0 AS is_unique,
              s.column_name AS column_name
            FROM information_schema.statistics s WHERE s.index_type = 'BTREE'
            """, scope, prefix: "s.", order: "s.table_schema, s.table_name, s.index_name, s.seq_in_index")
    }

    func foreignKeys(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT k.table_schema AS table_schema, k.table_name AS table_name, k.column_name AS column_name,
              k.referenced_table_schema AS target_schema, k.referenced_table_name AS target_table,
              k.referenced_column_name AS target_column
            FROM information_schema.key_column_usage k WHERE k.referenced_table_name IS NOT NULL
            """, scope, prefix: "k.", order: "k.table_schema, k.table_name, k.constraint_name, k.ordinal_position")
    }

    func statistics(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT t.table_schema AS table_schema, t.table_name AS table_name, t.table_rows AS row_estimate,
              t.data_length AS byte_count, 0 AS hides_rows
            FROM information_schema.tables t WHERE t.table_type <> 'VIEW'
            """, scope, prefix: "t.", order: "t.table_schema, t.table_name")
    }

    // MARK: Types

    func cursorType(of column: SQLTable.Column) -> CursorType? {
        switch column.baseType {
        case "tinyint", "smallint", "mediumint", "int", "bigint": .integer
        case "date": .date
        case "datetime": .datetime
        case "timestamp": .timestamp
        default: nil
        }
    }

    /// Enums and sets sort by their numbers but compare as text; floats come back rounded.
    func isOrderable(_ column: SQLTable.Column) -> Bool {
        [
            "tinyint", "smallint", "mediumint", "int", "bigint", "date", "datetime", "timestamp", "char", "varchar",
            "binary", "varbinary", "uuid",
        ].contains(column.baseType)
    }

    // MARK: Sorting

    /// The connection was lost (2013), the sort ran out of memory (1038) or out of time (3024).
    func diedSorting(_ error: SourceError) -> Bool {
        ["(2013).", "(1038).", "(3024)."].contains { error.message.hasSuffix($0) }
    }

    func forcing(_ index: String, on table: String) -> String? { "\(table) FORCE INDEX (\(index))" }
}
