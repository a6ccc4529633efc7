/// Brings a batch into the shape of the stored table, and says how the table's schema grows.
///
/// | stored | incoming | result |
/// | --- | --- | --- |
/// | no such column | any | added at the end, nullable; an undetermined column waits until a value comes |
/// | any | no such column, or null only | null (where the stored column may not be null: zero, false, empty, epoch) |
/// | any | the same type | as it is |
/// | `int64` | `int32`; `float64` and decimals with whole values only | converted; else widening is needed |
/// | `float64` | integers and decimals that a double holds exactly | converted; else widening is needed |
/// | `decimal128` | integers, doubles, decimals | aligned: fraction rounded half to even; more integer digits need widening |
/// | `timestamp` | text; `date32` | parsed (null where it is no time); midnight UTC |
/// | `date32` | text; `timestamp` at midnight | parsed; the day |
/// | `utf8` | all but binary | text, as a batch of mixed values would spell it |
///
/// Everything else is an error: a stored value is never read as something else (integer and timestamp, number and
/// boolean, binary and text).
public enum SchemaEvolution {
    /// A batch in the shape of its table.
    public struct Outcome: Sendable {
        /// The batch: the stored columns in their order, then the new ones.
        public let table: Table
        /// The stored schema with the new columns at the end.
        public let schema: TableSchema
        /// The new columns.
        public let added: [Field]
    }

    /// Reconciles a batch with the schema of its table.
    ///
    /// - Parameters:
    ///   - stored: the table's schema; nil when there is no table yet.
    ///   - cursor: the cursor column, which must not become text.
    ///   - keepsUndetermined: whether a new column of nulls that nobody gave a type is added as `utf8` at once.
    /// - Throws: `ColumnTypeChanged`; the table then needs a reset, or the widening that the error names.
    public static func reconcile(
        _ table: Table, with stored: TableSchema?, cursor: String? = nil, keepsUndetermined: Bool = false
    ) throws(ColumnTypeChanged) -> Outcome {
        var schema = stored ?? TableSchema()
        var columns: [Column] = []
        for field in schema.fields {
            columns.append(try column(for: field, of: table, cursor: cursor))
        }
        var added: [Field] = []
        for (field, column) in zip(table.schema.fields, table.columns) where schema.index(of: field.name) == nil {
            guard keepsUndetermined || !field.isUndetermined else { continue }
            let new = Field(field.name, field.type)
            schema.append(new)
            added.append(new)
            columns.append(column)
        }
        let result = Table(schema: schema, columns: columns, rowCount: table.rowCount)
        return Outcome(table: result, schema: schema, added: added)
    }

    private static func column(
        for field: Field, of table: Table, cursor: String?
    ) throws(ColumnTypeChanged) -> Column {
        guard let column = table.column(field.name), column.nullCount < column.count else {
            return field.isNullable
                ? .nulls(type: field.type, count: table.rowCount) : .zeros(type: field.type, count: table.rowCount)
        }
        if column.type == field.type { return column }
        switch ColumnCast.cast(column, to: field.type) {
        case .success(let cast):
            // A cursor that no longer reads as a time would silently fall out of the watermark.
            guard field.name == cursor, column.type == .utf8, cast.nullCount > column.nullCount else { return cast }
            let row = (0..<cast.count).first { cast.isNull($0) && !column.isNull($0) } ?? 0
            throw ColumnTypeChanged(
                column: field.name, stored: field.type, incoming: column.type, row: row, kind: .cursorBecameText)
        case .failure(let obstacle):
            let kind: ColumnTypeChanged.Kind =
                field.name == cursor && column.type == .utf8
                ? .cursorBecameText : obstacle.widening.map { .needsWidening(to: $0) } ?? .incompatible
            throw ColumnTypeChanged(
                column: field.name, stored: field.type, incoming: column.type, row: obstacle.row, kind: kind)
        }
    }
}

/// An incoming column cannot be written as the type that the table stores. Not to be retried.
public struct ColumnTypeChanged: Error, Hashable, Sendable {
    /// What would help.
    public enum Kind: Hashable, Sendable {
        /// Only a reset of the table.
        case incompatible
        /// A wider number type of the stored column: the table can be rewritten, or reset and read again.
        case needsWidening(to: ColumnType)
        /// The column that increments are read by came as text.
        case cursorBecameText
    }

    /// The column's name.
    public let column: String
    /// The type in the table.
    public let stored: ColumnType
    /// The type in the batch.
    public let incoming: ColumnType
    /// The first row of the batch whose value does not fit.
    public let row: Int
    /// What would help.
    public let kind: Kind

    /// Makes an error; the pipeline does so for tests and for tables of its own.
    public init(column: String, stored: ColumnType, incoming: ColumnType, row: Int, kind: Kind) {
        self.column = column
        self.stored = stored
        self.incoming = incoming
        self.row = row
        self.kind = kind
    }

    /// The type that the stored column would need, where a wider number type is all it takes.
    public var widening: ColumnType? {
        if case .needsWidening(let type) = kind { type } else { nil }
    }
}

extension ColumnTypeChanged: CustomStringConvertible {
    /// One sentence or two for a person.
    public var description: String {
        let found =
            "Writing column `\(column)`: it is stored as \(stored), and the upstream now sends \(incoming) "
            + "(first in row \(row) of the batch)."
        switch kind {
        case .incompatible: return found + " Reset the table with a full refresh to take the new type."
        case .needsWidening(let type): return found + " Reset the table with a full refresh to store it as \(type)."
        case .cursorBecameText:
            return found + " Increments cannot be read by text. Choose another cursor field, or reset the table with a "
                + "full refresh."
        }
    }
}

extension Column {
    /// What stands for a missing value in a column that may not be null: zero, false, empty, the epoch.
    static func zeros(type: ColumnType, count: Int) -> Column {
        Column(type: type, validity: nil, values: nulls(type: type, count: count).values)
    }
}
