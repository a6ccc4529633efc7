import Columns
import Tributary

/// A table of the depot as its catalogue describes it.
struct DepotTable: Sendable {
    struct Column: Sendable {
        var name: String
        var type: String
        var isNullable: Bool
        /// The engine computes it.
        var isComputed = false
    }

    var name: String
    /// The name under which it is offered.
    var offered: String
    var columns: [Column]
    var keys: [String]
    /// Whether the engine hides rows of it from the user.
    var hidesRows = false

    init(name: String, offered: String, columns: [Column], keys: [String]) {
        (self.name, self.offered, self.columns, self.keys) = (name, offered, columns, keys)
    }

    /// A table that nobody has looked up, with nothing but its key.
    init(listed schema: SourceSchema) {
        let columns = schema.primaryKeys.map { Column(name: $0, type: "INTEGER", isNullable: false) }
        self.init(name: schema.name, offered: schema.name, columns: columns, keys: schema.primaryKeys)
    }

    func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// How a column serves as a cursor.
    static func cursorType(_ type: String) -> CursorType? {
        switch type.uppercased() {
        case "DATE": .date
        case let name where name.hasPrefix("TIMESTAMP") || name.hasPrefix("DATETIME"): .timestamp
        case let name where name.contains("INT"): .integer
        default: nil
        }
    }

    /// What users see.
    var schema: SourceSchema {
        let cursors = columns.compactMap { column in
            Self.cursorType(column.type).map { IncrementalField(column.name, $0, isNullable: column.isNullable) }
        }
        return SourceSchema(
            offered, primaryKeys: keys, incremental: cursors,
            columns: columns.map { SchemaColumn($0.name, type: $0.type, isNullable: $0.isNullable) },
            rowSecurityWarning: hidesRows ? "The user does not see every row of this table." : nil)
    }

    /// All tables and views of the file.
    static func all(_ connection: any DatabaseConnection) async throws -> [DepotTable] {
        let found = try await connection.query(
            SQLStatement(
                """
                SELECT m.name AS t, c.name AS c, c.type AS k, c."notnull" = 0 AND c.pk = 0 AS n, c.pk AS p,
                  c.hidden > 1 AS g
                FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c ON c.hidden <> 1
                WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.cid
                """))
        var tables: [DepotTable] = []
        var places: [[(Int64, String)]] = []
        for index in 0..<found.rowCount {
            let row = found.row(index)
            guard case .string(let table)? = row["t"], case .string(let name)? = row["c"] else { continue }
            if tables.last?.name != table {
                tables.append(DepotTable(name: table, offered: table, columns: [], keys: []))
                places.append([])
            }
            let last = tables.count - 1
            let type = if case .string(let text)? = row["k"] { text } else { "" }
            tables[last].columns.append(
                Column(name: name, type: type, isNullable: row["n"] == .int(1), isComputed: row["g"] == .int(1)))
            if case .int(let place)? = row["p"], place > 0 { places[last].append((place, name)) }
        }
        for index in tables.indices { tables[index].keys = places[index].sorted { $0.0 < $1.0 }.map(\.1) }
        return try await hiding(tables, connection)
    }

    /// The depot's engine keeps row policies in a table of its own, as larger engines do in their catalogue.
    private static func hiding(
        _ tables: [DepotTable], _ connection: any DatabaseConnection
    ) async throws -> [DepotTable] {
        guard tables.contains(where: { $0.name == "kit_row_policies" }) else { return tables }
        let policies = try await connection.query(SQLStatement("SELECT table_name FROM kit_row_policies"))
        let hidden = Set((0..<policies.rowCount).map { policies.row($0)["table_name"] })
        return tables.filter { $0.name != "kit_row_policies" }.map { table in
            var table = table
            table.hidesRows = hidden.contains(.string(table.name))
            return table
        }
    }
}

/// The parts of one statement that reads rows, so that a fault can bend one of them.
struct DepotPage: Sendable {
    var table: DepotTable
    var cursor: IncrementalField?
    var columns: [String]
    var conditions: [SQLCondition] = []
    /// What is sorted by: quoted columns or functions of them.
    var order: [String]
    var limit: Int?
    /// Rows that are left out from the front; keyset reading needs none.
    var offset: Int?
    /// Whether only rows since a watermark are read.
    var isIncrement: Bool
    var quote: @Sendable (String) -> String

    /// The names of the columns that tell the order.
    var columnsOfOrder: [String] {
        let cursor = cursor?.name
        return [cursor].compactMap { $0 } + table.keys.filter { $0 != cursor }
    }

    var statement: SQLStatement {
        var text = "SELECT \(columns.map(quote).joined(separator: ", ")) FROM \(quote(table.name))"
        if !conditions.isEmpty { text += " WHERE " + conditions.map { "(\($0.text))" }.joined(separator: " AND ") }
        if !order.isEmpty { text += " ORDER BY " + order.joined(separator: ", ") }
        if let limit { text += " LIMIT \(limit)" }
        if let offset { text += " OFFSET \(offset)" }
        return SQLStatement(text, conditions.flatMap(\.parameters))
    }

    /// What is compared for a cursor: times as the driver reads them.
    func expression(_ cursor: IncrementalField) -> String {
        cursor.type == .integer ? quote(cursor.name) : "tributary_micros(\(quote(cursor.name)))"
    }
}

/// A condition and the values in it.
struct SQLCondition: Sendable {
    var text: String
    var parameters: [Value] = []
}
