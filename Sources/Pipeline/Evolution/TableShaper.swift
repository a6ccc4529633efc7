import Columns
import Tributary

/// Brings each batch into the shape of the stored table: names, cursor type, chosen columns, types of earlier batches.
struct TableShaper {
    let cursor: CursorColumn?
    /// Names in the lake of columns to keep; nil means all.
    private let kept: Set<String>?
    private let hints: [(name: String, type: ColumnType)]
    /// Types of columns that are in the lake: they stand.
    private(set) var stored: TableSchema
    /// Types of columns whose rows still wait for their first commit: they widen as values demand.
    private(set) var waiting = TableSchema()

    /// - Parameters:
    ///   - stored: the columns of the table or stage that rows are added to.
    ///   - needed: names in the lake of columns that a selection must not drop: keys and partition keys.
    init(plan: SyncPlan, hints: [String: ColumnType], needed: [String], stored: TableSchema) {
        cursor = plan.cursor
        self.stored = stored
        self.hints = hints.map { (ColumnNaming.normalise($0.key), $0.value == .binary ? .utf8 : $0.value) }
            .sorted { $0.0 < $1.0 }
        kept = plan.request.options.enabledColumns.map { names in
            Set(names.map(ColumnNaming.normalise) + needed + [plan.cursor?.name].compactMap(\.self))
        }
    }

    /// The table as it is to be stored.
    ///
    /// - Throws: `SourceError` of kind `missingCursorField` or `columnTypeChanged`; ``ColumnConflict`` where a column's
    ///   values do not fit the stored type.
    mutating func shape(_ table: Table) throws -> Table {
        var table = normalised(table)
        try checkCursor(table)
        table = determined(selected(table))
        if let cursor { table = try cursor.typed(table) }
        return try evolved(table)
    }

    /// A table from ``shape(_:)`` in the types that its columns have by now, all of them there.
    func settled(_ table: Table) throws -> Table {
        var schema = table.schema
        var columns = table.columns
        for (index, field) in table.schema.fields.enumerated() {
            guard let target = stored[field.name] ?? waiting[field.name], target.type != field.type else { continue }
            columns[index] = try cast(columns[index], field.name, to: target.type)
            schema.setType(target.type, at: index)
        }
        for (name, type) in hints where schema.index(of: name) == nil && stored[name] == nil {
            if kept?.contains(name) == false { continue }
            schema.append(Field(name, type))
            columns.append(.nulls(type: type, count: table.rowCount))
        }
        return Table(schema: schema, columns: columns, rowCount: table.rowCount)
    }

    /// To be called when the rows so far are committed: their types stand from now on.
    mutating func didCommit(_ schema: TableSchema) {
        stored = schema
        // Rows that are held back may have columns that no committed row has.
        waiting = TableSchema(waiting.fields.filter { schema[$0.name] == nil })
    }

    /// Names as they are in the lake. Tables that the builder made have them already.
    private func normalised(_ table: Table) -> Table {
        let names = table.schema.names
        guard names.contains(where: { ColumnNaming.normalise($0) != $0 }) else { return table }
        var schema = TableSchema()
        for field in table.schema.fields {
            var field = field
            field.name = ColumnNaming.resolve(ColumnNaming.normalise(field.name)) { schema.index(of: $0) != nil }
            schema.append(field)
        }
        return Table(schema: schema, columns: table.columns, rowCount: table.rowCount)
    }

    private func checkCursor(_ table: Table) throws {
        guard let cursor, table.rowCount > 0, table.schema.index(of: cursor.name) == nil,
            stored[cursor.name] == nil, waiting[cursor.name] == nil
        else { return }
        throw SourceError(
            .missingCursorField,
            "Following the cursor field \(cursor.field.name): the rows have no such column. They have \(Self.list(table.schema)).",
            advice: "Choose a cursor field among the columns, or a full refresh.")
    }

    private func selected(_ table: Table) -> Table {
        guard let kept else { return table }
        return table.selecting(table.schema.names.filter { kept.contains($0) })
    }

    /// Without the columns that hold nothing but null and so have no type yet. They come when their first value does.
    private func determined(_ table: Table) -> Table {
        guard table.schema.fields.contains(where: \.isUndetermined) else { return table }
        return table.selecting(table.schema.fields.filter { !$0.isUndetermined }.map(\.name))
    }

    private mutating func evolved(_ table: Table) throws -> Table {
        var schema = table.schema
        var columns = table.columns
        for (index, field) in table.schema.fields.enumerated() {
            if let target = stored[field.name] {
                guard target.type != field.type else { continue }
                columns[index] = try cast(columns[index], field.name, to: target.type)
                schema.setType(target.type, at: index)
            } else {
                try widen(field)
            }
        }
        return Table(schema: schema, columns: columns, rowCount: table.rowCount)
    }

    private mutating func widen(_ field: Field) throws {
        guard let index = waiting.index(of: field.name) else { return waiting.append(Field(field.name, field.type)) }
        let old = waiting.fields[index].type
        guard let joined = old.joined(with: field.type), joined == old || field.name != cursor?.name else {
            throw ColumnConflict(column: field.name, stored: old, incoming: field.type)
        }
        waiting.setType(joined, at: index)
    }

    private func cast(_ column: Column, _ name: String, to type: ColumnType) throws -> Column {
        do {
            return try column.cast(to: type)
        } catch {
            throw ColumnConflict(column: name, stored: type, incoming: column.type, widening: error.widening)
        }
    }

    /// Names of columns for a message; at most 40.
    static func list(_ schema: TableSchema) -> String {
        let names = schema.names.prefix(40).joined(separator: ", ")
        return schema.count > 40 ? names + " and \(schema.count - 40) more" : names.isEmpty ? "no columns" : names
    }
}

/// A column whose new values do not fit its stored type.
struct ColumnConflict: Error, Hashable, Sendable {
    var column: String
    var stored: ColumnType
    var incoming: ColumnType

    /// The wider number type that holds both, where the cast has found one.
    var widening: ColumnType?

    /// The type to build the table anew with, where that can help.
    var widened: ColumnType? { widening ?? stored.joined(with: incoming) }

    /// Whether both are numbers, so that a table that is there can be built anew without asking.
    var isNumeric: Bool { stored.isNumber && incoming.isNumber }

    /// The error for the user when nothing can be done about it.
    var error: SourceError {
        SourceError(
            .columnTypeChanged,
            "Adding rows to a table: the column \(column) is stored as \(stored), and the source now sends \(incoming).",
            advice: "Build the table anew with a reset; the old rows stay until the new ones are complete.")
    }
}
