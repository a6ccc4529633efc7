import Columns

/// Reads a database's catalogue: tables, columns, keys, statistics.
public struct SQLCatalog: Sendable {
    private let dialect: any SQLDialect
    private let connection: any DatabaseConnection

    public init(_ connection: any DatabaseConnection, _ dialect: any SQLDialect) {
        self.connection = connection
        self.dialect = dialect
    }

    /// The tables and views in scope, by schema and name.
    public func tables(_ scope: SQLScope) async throws -> [SQLTable] {
        var tables = SQLTables()
        for row in try await rows(dialect.columns(scope)) { tables.addColumn(row) }
        for row in try await rows(dialect.indexes(scope)) { tables.addIndexColumn(row) }
        for row in try await rows(dialect.foreignKeys(scope)) { tables.addForeignKey(row, scope) }
        for row in try await rows(dialect.statistics(scope)) { tables.addStatistics(row) }
        return tables.sorted
    }

    /// The one table that is offered under a name.
    ///
    /// - Throws: `SourceError` of kind `unknownSchema`, with the nearest name there is.
    public func table(_ name: String, schema: String?) async throws -> SQLTable {
        let scope = SQLScope(schema: schema, table: name)
        if let table = try await tables(scope).first(where: { scope.displayName($0) == name }) { return table }
        let all = try await tables(SQLScope(schema: schema)).map { SQLScope(schema: schema).displayName($0) }
        throw SourceError(
            .unknownSchema,
            "Looking for the table '\(name)': the database has none of this name that the user can see.",
            advice: NearestName.advice(for: name, among: all))
    }

    private func rows(_ statement: SQLStatement) async throws -> [SQLRow] {
        let table = try await connection.query(statement)
        return (0..<table.rowCount).map { SQLRow(table: table, index: $0) }
    }
}

/// One row of a catalogue query.
struct SQLRow {
    let table: Table
    let index: Int

    private func value(_ name: String) -> Value { table.column(name)?[index] ?? .null }

    func string(_ name: String) -> String? {
        switch value(name) {
        case .string(let text): text
        case .binary(let bytes): String(decoding: bytes, as: UTF8.self)
        case .int(let number): String(number)
        default: nil
        }
    }

    func int(_ name: String) -> Int? {
        switch value(name) {
        case .int(let number): Int(exactly: number)
        case .double(let number): Int(exactly: number.rounded())
        case .decimal(let number): Int(number.description.split(separator: ".").first ?? "")
        case .string(let text): Int(text)
        default: nil
        }
    }

    func bool(_ name: String) -> Bool {
        if case .bool(let flag) = value(name) { return flag }
        return (int(name) ?? 0) != 0
    }
}

/// Tables under construction.
private struct SQLTables {
    private struct Name: Hashable, Comparable {
        let schema: String
        let table: String

        init(_ row: SQLRow) {
            schema = row.string("table_schema") ?? ""
            table = row.string("table_name") ?? ""
        }

        static func < (left: Name, right: Name) -> Bool { (left.schema, left.table) < (right.schema, right.table) }
    }

    private var tables: [Name: SQLTable] = [:]

    var sorted: [SQLTable] { tables.sorted { $0.key < $1.key }.map { $0.value.withoutPartialIndexes } }

    mutating func addColumn(_ row: SQLRow) {
        let name = Name(row)
        let type = row.string("type") ?? ""
        let column = SQLTable.Column(
            name: row.string("column_name") ?? "", type: type,
            baseType: (row.string("base_type") ?? type).lowercased(), isNullable: row.bool("is_nullable"))
        let empty = SQLTable(
            schema: name.schema, name: name.table, isView: row.bool("is_view"),
            isReadable: row.bool("is_readable"), columns: [])
        tables[name, default: empty].columns.append(column)
    }

    /// An index over an expression keeps an empty column, by which it is dropped at the end.
    mutating func addIndexColumn(_ row: SQLRow) {
        let name = Name(row)
        guard tables[name] != nil, let indexName = row.string("index_name") else { return }
        let column = row.string("column_name") ?? ""
        if let position = tables[name]?.indexes.firstIndex(where: { $0.name == indexName }) {
            tables[name]?.indexes[position].columns.append(column)
            if !row.bool("is_unique") { tables[name]?.indexes[position].isUnique = false }
        } else {
            tables[name]?.indexes.append(
                SQLTable.Index(
                    name: indexName, columns: [column], isPrimary: row.bool("is_primary"),
                    isUnique: row.bool("is_unique")))
        }
    }

    mutating func addForeignKey(_ row: SQLRow, _ scope: SQLScope) {
        guard let column = row.string("column_name"), let target = row.string("target_table") else { return }
        let schema = row.string("target_schema") ?? ""
        tables[Name(row)]?.foreignKeys.append(
            ForeignKey(
                column: column, targetTable: scope.schema == schema ? target : "\(schema).\(target)",
                targetColumn: row.string("target_column") ?? ""))
    }

    mutating func addStatistics(_ row: SQLRow) {
        let name = Name(row)
        tables[name]?.estimatedRows = row.int("row_estimate").flatMap { $0 >= 0 ? $0 : nil }
        tables[name]?.byteCount = row.int("byte_count")
        tables[name]?.hidesRows = row.bool("hides_rows")
    }
}

extension SQLTable {
    fileprivate var withoutPartialIndexes: SQLTable {
        var copy = self
        copy.indexes = indexes.filter { !$0.columns.contains("") }
        return copy
    }
}
