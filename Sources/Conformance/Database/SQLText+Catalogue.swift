import Tributary

// What an engine's catalogue says of its tables.
extension SQLText {
    /// One JSON list a column: schema, table, whether it is a view, column, type, whether it is generated, whether it takes
    /// no null, the unique indexes that it is part of, how many characters it holds, and the digits behind the point of an
    /// exact number of at most 38 digits.
    static func catalogue(_ engine: DatabaseEngine) -> String {
        switch engine {
        case .sqlite:
            """
            SELECT json_array('', m.name, m.type = 'view', c.name, c.type, c.hidden > 1, c."notnull" OR c.pk > 0,
              json((SELECT json_group_array(i.name) FROM pragma_index_list(m.name) i JOIN pragma_index_info(i.name) p
                WHERE i."unique" AND i.origin <> 'pk' AND p.name = c.name)), NULL, NULL)
            FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c ON c.hidden <> 1
            WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.cid
            """
        case .postgres:
            """
            SELECT json_build_array(n.nspname, c.relname, c.relkind IN ('v', 'm'), a.attname,
              CASE WHEN coalesce(e.typtype, b.typtype) = 'c' THEN '\(rowMark)' ELSE '' END || format_type(b.oid, NULL),
              a.attgenerated <> '', a.attnotnull, \(uniquesOfPostgres),
              CASE WHEN b.oid IN (1042, 1043) THEN nullif(greatest(4, a.atttypmod, t.typtypmod), 4) - 4 END,
              CASE WHEN b.oid = 1700 AND greatest(a.atttypmod, t.typtypmod) >= 4
                AND (greatest(a.atttypmod, t.typtypmod) - 4) >> 16 <= 38
                THEN (greatest(a.atttypmod, t.typtypmod) - 4) & 2047 END)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              JOIN pg_type t ON t.oid = a.atttypid
              JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
              LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
            WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND n.nspname <> 'information_schema'
              AND n.nspname !~ '^pg_' ORDER BY n.nspname, c.relname, a.attnum
            """
        case .mysql:
            """
            SELECT json_array('', c.table_name, t.table_type LIKE '%VIEW', c.column_name, c.data_type,
              c.extra LIKE '%GENERATED%', c.is_nullable = 'NO', u.names, c.character_maximum_length,
              CASE WHEN c.data_type = 'decimal' AND c.numeric_precision <= 38 THEN c.numeric_scale END)
            FROM information_schema.columns c
              JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
              LEFT JOIN (SELECT table_name, column_name, json_arrayagg(index_name) AS names
                FROM information_schema.statistics
                WHERE table_schema = database() AND non_unique = 0 AND index_name <> 'PRIMARY'
                GROUP BY table_name, column_name
              ) u ON u.table_name = c.table_name AND u.column_name = c.column_name
            WHERE c.table_schema = database() ORDER BY c.table_name, c.ordinal_position
            """
        }
    }

    /// The unique indexes of a column: those that hold it, and those whose expressions are of it.
    private static let uniquesOfPostgres = """
        (SELECT coalesce(json_agg(x.relname), '[]') FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
          WHERE i.indrelid = c.oid AND i.indisunique AND NOT i.indisprimary
            AND (a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
              OR (0 = ANY (i.indkey) AND EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = c.oid
                  AND d.refobjsubid = a.attnum))))
        """
}
