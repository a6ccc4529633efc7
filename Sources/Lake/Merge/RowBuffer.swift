import Columns

/// A row of a buffer: the table it came with, and its place there.
struct RowReference: Hashable, Sendable {
    var table: Int32
    var row: Int32
}

/// Rows that wait for a commit: the tables as they came, and for each partition the rows that belong to it.
struct RowBuffer: Sendable {
    private(set) var tables: [Table] = []
    /// The keys of each table's rows; empty where the writer appends.
    private(set) var keys: [EncodedKeys] = []
    /// The rows of each partition in order of arrival. Without partitioning all are in the partition nil.
    private(set) var partitions: [String?: [RowReference]] = [:]
    private(set) var rowCount = 0
    private(set) var byteCount = 0

    let partitioner: Partitioner?
    /// The columns to merge by; empty to append.
    let keyColumns: [String]

    init(partitioning: Partitioning?, keyColumns: [String]) {
        partitioner = partitioning.map { Partitioner($0) }
        self.keyColumns = keyColumns
    }

    mutating func append(_ table: Table) {
        guard table.rowCount > 0 else { return }
        let index = Int32(tables.count)
        tables.append(table)
        rowCount += table.rowCount
        byteCount += table.byteCount + table.rowCount * MemoryLayout<RowReference>.stride
        if !keyColumns.isEmpty {
            let encoded = EncodedKeys(keyColumns.map { table.column($0) }, rowCount: table.rowCount)
            byteCount += encoded.byteCount
            keys.append(encoded)
        }
        distribute(table, index)
    }

    private mutating func distribute(_ table: Table, _ index: Int32) {
        guard let partitioner else {
            partitions[nil, default: []] += (0..<Int32(table.rowCount)).map { RowReference(table: index, row: $0) }
            return
        }
        let assignment = partitioner.assign(table)
        var lists = assignment.names.map { partitions.removeValue(forKey: $0) ?? [] }
        for (row, place) in assignment.rows.enumerated() {
            lists[Int(place)].append(RowReference(table: index, row: Int32(row)))
        }
        for (name, list) in zip(assignment.names, lists) { partitions[name] = list }
    }

    /// The same rows, divided by another layout: the table was replaced while they waited.
    func repartitioned(by partitioning: Partitioning?) -> RowBuffer {
        var buffer = RowBuffer(partitioning: partitioning, keyColumns: keyColumns)
        for table in tables { buffer.append(table) }
        return buffer
    }

    /// These rows with those of `later` behind them.
    func appending(_ later: RowBuffer) -> RowBuffer {
        var buffer = self
        for table in later.tables { buffer.append(table) }
        return buffer
    }

    /// The distinct schemas of the tables.
    var schemas: [TableSchema] { Array(Set(tables.map(\.schema))) }

    /// The partitions in order of their names.
    var partitionNames: [String?] { partitions.keys.sorted { ($0 ?? "") < ($1 ?? "") } }
}
