/// Columns of equal length under a schema: the unit that flows from the source to the lake.
public struct Table: Sendable {
    /// The fields, in the order of the columns.
    public let schema: TableSchema
    /// One column for each field.
    public let columns: [Column]
    /// The length of each column.
    public let rowCount: Int

    /// Makes a table. `columns` stand in the order of `schema`, each `rowCount` long.
    public init(schema: TableSchema, columns: [Column], rowCount: Int) {
        precondition(schema.count == columns.count, "Table.init: one column for each field")
        precondition(columns.allSatisfy { $0.count == rowCount }, "Table.init: columns of equal length")
        self.schema = schema
        self.columns = columns
        self.rowCount = rowCount
    }

    /// The column called `name`, or nil.
    public func column(_ name: String) -> Column? { schema.index(of: name).map { columns[$0] } }

    /// Bytes of memory that the columns hold.
    public var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

    /// One row, boxed: for tests and messages.
    public func row(_ index: Int) -> [String: Value] {
        Dictionary(uniqueKeysWithValues: zip(schema.names, columns.map { $0[index] }))
    }
}
