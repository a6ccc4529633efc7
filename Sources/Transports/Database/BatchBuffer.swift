import Columns

/// The batch that a driver is filling: row after row, cell after cell, until it is handed over as a table.
///
/// Not `Sendable`: it belongs to the one thread of its connection.
final class BatchBuffer {
    /// The columns, for the driver's inner loop. Valid as long as the buffer lives.
    let columns: UnsafeMutablePointer<RawColumn>
    let columnCount: Int
    /// Rows that are complete.
    private(set) var rowCount = 0
    private let names: [String]
    private var capacity: Int

    /// Makes a buffer; a name that comes twice gets a number behind it, for names in a table are unique.
    init(_ fields: [(name: String, type: ColumnType)], capacity: Int) {
        self.capacity = max(capacity, 1)
        names = Self.unique(fields.map(\.name))
        columnCount = fields.count
        columns = .allocate(capacity: max(fields.count, 1))
        for (index, field) in fields.enumerated() {
            (columns + index).initialize(to: RawColumn(field.type, capacity: self.capacity))
        }
    }

    deinit {
        for index in 0..<columnCount { columns[index].deallocate() }
        columns.deinitialize(count: columnCount).deallocate()
    }

    /// Makes room for one more row and says at which position its cells belong.
    @inline(__always) func beginRow() -> Int {
        if rowCount == capacity { grow() }
        return rowCount
    }

    /// Closes the row; each column has got its cell.
    @inline(__always) func endRow() { rowCount &+= 1 }

    private func grow() {
        for index in 0..<columnCount { columns[index].grow(to: capacity * 2, count: rowCount) }
        capacity *= 2
    }

    /// The rows so far as a table; the buffer is empty again.
    func finish() -> Table {
        var finished: [Column] = []
        finished.reserveCapacity(columnCount)
        for index in 0..<columnCount { finished.append(columns[index].finish(rows: rowCount)) }
        let fields = zip(names, finished).map { Field($0, $1.type) }
        defer { rowCount = 0 }
        return Table(schema: TableSchema(fields), columns: finished, rowCount: rowCount)
    }

    /// Gives a column another type, in the middle of a batch: `write` puts an old value into the new column.
    ///
    /// Slow, and meant to be: it happens once in a column's life, when a value does not fit what was declared.
    func retype(_ index: Int, to type: ColumnType, _ write: (Value, Int, inout RawColumn) -> Void) {
        let old = columns[index].finish(rows: rowCount)
        columns[index].reset(to: type)
        for row in 0..<rowCount {
            let value = old[row]
            if value == .null { columns[index].setNull(row) } else { write(value, row, &columns[index]) }
        }
    }

    /// Whether each value of a column so far meets the condition. As slow as ``retype(_:to:_:)``, which it precedes.
    func allSatisfy(_ index: Int, _ condition: (Value) -> Bool) -> Bool {
        let column = columns[index].copy(rows: rowCount)
        return (0..<rowCount).allSatisfy { condition(column[$0]) }
    }

    private static func unique(_ names: [String]) -> [String] {
        var taken = Set(names)
        var seen: Set<String> = []
        return names.map { name in
            if seen.insert(name).inserted { return name }
            var number = 2
            while !taken.insert("\(name)_\(number)").inserted { number += 1 }
            return "\(name)_\(number)"
        }
    }
}
