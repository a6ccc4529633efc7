extension Table {
    /// The rows at `indices`, in that order; an index may come up many times.
    public func take(_ indices: [Int]) -> Table {
        Table(schema: schema, columns: columns.map { $0.take(indices) }, rowCount: indices.count)
    }

    /// The rows at `indices`, in that order; an index may come up many times.
    public func take(_ indices: [Int32]) -> Table {
        Table(schema: schema, columns: columns.map { $0.take(indices) }, rowCount: indices.count)
    }

    /// The rows of `range`, copied.
    public func slice(_ range: Range<Int>) -> Table {
        Table(schema: schema, columns: columns.map { $0.slice(range) }, rowCount: range.count)
    }

    /// The rows of `tables`, one table behind the other. There must be at least one; all have the same column names
    /// and types in the same order.
    public static func concatenated(_ tables: [Table]) -> Table {
        guard let first = tables.first else { preconditionFailure("Table.concatenated: at least one table") }
        guard tables.count > 1 else { return first }
        precondition(
            tables.allSatisfy { $0.schema.names == first.schema.names }, "Table.concatenated: tables of one schema")
        return Table(
            schema: first.schema,
            columns: first.columns.indices.map { index in Column.concatenated(tables.map { $0.columns[index] }) },
            rowCount: tables.reduce(0) { $0 + $1.rowCount })
    }

    /// The table with the named columns only, in the order of `names`; names that it does not have are left out.
    public func selecting(_ names: [String]) -> Table {
        let indices = names.compactMap { schema.index(of: $0) }
        return Table(
            schema: TableSchema(indices.map { schema.fields[$0] }), columns: indices.map { columns[$0] },
            rowCount: rowCount)
    }
}
