import Columns
import Tributary

/// PostgreSQL's catalogue and rules.
struct PostgresDialect: SQLDialect {
    // MARK: Catalogue

    /// Ordinary and partitioned tables, views, materialised views and foreign tables, without the parts of a partitioned
    /// one.
    private static let relations = "c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition"

    /// Limits a catalogue query to the scope.
    private func scoped(_ text: String, _ scope: SQLScope, order: String) -> SQLStatement {
        var conditions: [String] = [Self.relations]
        var parameters: [Value] = []
        if let schema = scope.schema {
            conditions.append("n.nspname = ?")
            parameters.append(.string(schema))
        } else {
            conditions.append("n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'")
        }
        if let table = scope.table {
            conditions.append(scope.schema == nil ? "n.nspname || '.' || c.relname = ?" : "c.relname = ?")
            parameters.append(.string(table))
        }
        return SQLStatement("\(text) AND \(conditions.joined(separator: " AND ")) ORDER BY \(order)", parameters)
    }

    private static let from = "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"

    func columns(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT n.nspname AS table_schema, c.relname AS table_name, c.relkind IN ('v', 'm') AS is_view,
              has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS is_readable,
              a.attname AS column_name, format_type(a.atttypid, a.atttypmod) AS type,
              format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END, NULL) AS base_type,
              NOT a.attnotnull AS is_nullable
            FROM \(Self.from)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE true
            """, scope, order: "1, 2, a.attnum")
    }

    func indexes(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT n.nspname AS table_schema, c.relname AS table_name, i.relname AS index_name,
              x.indisprimary AS is_primary, x.indisunique AND x.indpred IS NULL AND x.indimmediate AS is_unique,
              a.attname AS column_name
            FROM \(Self.from)
              JOIN pg_catalog.pg_index x ON x.indrelid = c.oid AND x.indisvalid
              JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
              CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(number, position)
              LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number AND k.number > 0
            WHERE k.position <= x.indnkeyatts
            """, scope, order: "1, 2, 3, k.position")
    }

    func foreignKeys(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT n.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name,
              tn.nspname AS target_schema, tc.relname AS target_table, ta.attname AS target_column
            FROM \(Self.from)
              JOIN pg_catalog.pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f'
              CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS k(number, target, position)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
              JOIN pg_catalog.pg_class tc ON tc.oid = f.confrelid
              JOIN pg_catalog.pg_namespace tn ON tn.oid = tc.relnamespace
              JOIN pg_catalog.pg_attribute ta ON ta.attrelid = tc.oid AND ta.attnum = k.target
            WHERE true
            """, scope, order: "1, 2, f.conname, k.position")
    }

    /// A partitioned table's rows and bytes are those of its parts. Rows are -1 before the first ANALYZE or VACUUM.
    ///
    /// Parts are looked for inside the join alone where there can be some: a condition of the join would be held against the
    /// parts of every table once they are summed up, for which the engine goes through all tables for each.
    func statistics(_ scope: SQLScope) -> SQLStatement {
        scoped(
            """
            SELECT n.nspname AS table_schema, c.relname AS table_name,
              CASE WHEN c.relkind IN ('v', 'f') THEN NULL WHEN c.relkind = 'p' THEN parts.row_count
                ELSE c.reltuples END::int8 AS row_estimate,
              CASE WHEN c.relkind IN ('v', 'f') THEN NULL WHEN c.relkind = 'p' THEN parts.bytes
                ELSE pg_table_size(c.oid) END::int8 AS byte_count,
              c.relrowsecurity AND row_security_active(c.oid) AS hides_rows
            FROM \(Self.from)
              LEFT JOIN LATERAL (
                WITH RECURSIVE tree(oid) AS (
                  SELECT c.oid WHERE c.relkind = 'p'
                  UNION ALL SELECT h.inhrelid FROM pg_catalog.pg_inherits h JOIN tree ON h.inhparent = tree.oid)
                SELECT sum(NULLIF(p.reltuples, -1)) AS row_count, sum(pg_table_size(p.oid)) AS bytes
                FROM tree JOIN pg_catalog.pg_class p ON p.oid = tree.oid WHERE p.relkind = 'r'
              ) parts ON true
            WHERE true
            """, scope, order: "1, 2")
    }

    // MARK: Types

    func cursorType(of column: SQLTable.Column) -> CursorType? {
        switch column.baseType {
        case "smallint", "integer", "bigint": .integer
        case "numeric": .numeric
        case "date": .date
        case "timestamp without time zone", "timestamp with time zone": .timestamp
        default: nil
        }
    }

    /// Numbers with a fraction are left out, for what was rounded is not what the database compares with; so are enums
    /// and the like, whose text sorts otherwise than they do.
    func isOrderable(_ column: SQLTable.Column) -> Bool {
        [
            "smallint", "integer", "bigint", "date", "timestamp without time zone", "timestamp with time zone", "uuid",
            "text", "character varying",
        ].contains(column.baseType)
    }
}
