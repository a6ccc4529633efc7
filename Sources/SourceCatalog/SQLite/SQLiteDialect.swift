import Columns
import Tributary

/// SQLite's catalogue and rules. There is one schema, `main`.
struct SQLiteDialect: SQLDialect {
    // MARK: Catalogue

    /// The tables and views that the user made.
    private func scoped(_ text: String, _ scope: SQLScope, order: String) -> SQLStatement {
        let own = "\(text) WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        guard let table = scope.table else { return SQLStatement("\(own) ORDER BY \(order)") }
        return SQLStatement("\(own) AND m.name = ? ORDER BY \(order)", [.string(table)])
    }

    /// Generated columns are read as well (hidden = 2 and 3), those of virtual tables' inner life (1) are not. A
    /// primary key may be null in SQLite, unless it says NOT NULL or is the row's number.
    func columns(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT 'main' AS table_schema, m.name AS table_name, m.type = 'view' AS is_view, 1 AS is_readable,
              c.name AS column_name, c.type AS type, c.type AS base_type,
              c."notnull" = 0 AND NOT (c.pk = 1 AND upper(c.type) = 'INTEGER') AS is_nullable
            FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c ON c.hidden <> 1
            """, scope, order: "m.name, c.cid")
    }

    /// The row's number (INTEGER PRIMARY KEY) has no index of its own, so primary keys come from the columns.
    func indexes(_ scope: SQLScope) -> SQLStatement {
        let keys = scoped(
            """
            SELECT 'main' AS table_schema, m.name AS table_name, '' AS index_name, 1 AS is_primary, 1 AS is_unique,
              c.name AS column_name, c.pk AS position
            FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c ON c.pk > 0
            """, scope, order: "1")
        let others = scoped(
            """
            SELECT 'main', m.name, i.name, 0, i."unique" = 1 AND i.partial = 0, x.name, x.seqno
            FROM sqlite_schema m JOIN pragma_index_list(m.name) i ON i.origin <> 'pk'
              JOIN pragma_index_xinfo(i.name) x ON x.key = 1
            """, scope, order: "1")
        let texts = [keys, others].map { $0.text.replacing(" ORDER BY 1", with: "") }
        return SQLStatement(
            "SELECT * FROM (\(texts.joined(separator: " UNION ALL "))) ORDER BY table_name, index_name, position",
            keys.parameters + others.parameters)
    }

    func foreignKeys(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT 'main' AS table_schema, m.name AS table_name, f."from" AS column_name, 'main' AS target_schema,
              f."table" AS target_table, f."to" AS target_column
            FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
            """, scope, order: "m.name, f.id, f.seq")
    }

    /// SQLite keeps no sizes; its statistics are rarely there.
    func statistics(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT 'main' AS table_schema, m.name AS table_name, NULL AS row_estimate, NULL AS byte_count,
              0 AS hides_rows
            FROM sqlite_schema m
            """, scope, order: "m.name")
    }

    // MARK: Types

    /// By the declared name, as the driver reads the column.
    func cursorType(of column: SQLTable.Column) -> CursorType? {
        let name = column.baseType
        if name == "date" { return .date }
        if name.hasPrefix("datetime") || name.hasPrefix("timestamp") { return .timestamp }
        return name.contains("int") && !name.contains("point") ? .integer : nil
    }

    /// Any value may stand in any column; where integers are declared, they are so for certain in the row's number alone,
    /// and a resumed read checks that the value is one.
    func isOrderable(_ column: SQLTable.Column) -> Bool { column.baseType.contains("int") && !column.isNullable }

    /// Times are compared as the driver reads them: see its function `tributary_micros`.
    func cursorExpression(_ quoted: String, _ type: CursorType) -> String {
        switch type {
        case .date, .datetime, .timestamp: "tributary_micros(\(quoted))"
        default: quoted
        }
    }

    func cursorParameter(_ value: CursorValue, _ type: CursorType) -> Value {
        switch value {
        case .date(let days): .int(Int64(days) * 86_400_000_000)
        case .timestamp(let micros): .int(micros)
        default: value.sqlValue
        }
    }
}
