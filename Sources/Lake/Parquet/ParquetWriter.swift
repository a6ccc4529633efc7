import Columns

/// Writes a table into one Parquet file, row group by row group.
///
/// Rows wait until a row group is full, so the memory held is one row group, its encoded columns, and what of the last
/// table has not been taken in yet. Used from one task at a time.
///
///     let writer = ParquetWriter(schema: table.schema, to: file)
///     try await writer.write(table)
///     let summary = try await writer.finish()
public final class ParquetWriter {
    public let schema: TableSchema
    private let options: ParquetOptions
    private let encoder: ChunkEncoder
    private var output: ParquetOutput
    private let plans: [ColumnPlan]
    private var waiting: [ColumnSlices]
    private var waitingBytes = 0
    private var columns: [(range: ValueRange, nullCount: Int)]
    private var isFinished = false

    /// Makes a writer. Nothing is written before the first row group is full, or the end.
    public init(schema: TableSchema, options: ParquetOptions = ParquetOptions(), to sink: any ByteSink) {
        self.schema = schema
        self.options = options
        encoder = ChunkEncoder(options)
        output = ParquetOutput(sink: sink)
        plans = schema.fields.map { field in
            ColumnPlan(
                path: [field.name], type: field.type, isNullable: field.isNullable,
                hasBloomFilter: options.bloomFilterColumns.contains(field.name))
        }
        waiting = schema.fields.map { ColumnSlices(type: $0.type) }
        columns = schema.fields.map { _ in (ValueRange(), 0) }
    }

    /// Rows taken in so far.
    public private(set) var rowCount = 0

    /// Bytes handed to the sink so far; rows that wait for their row group are not among them.
    public var byteCount: Int { output.position }

    /// Takes in the rows of `table`, whose columns have the names and types of the schema, in its order.
    ///
    /// Throws ``ParquetError`` (`misuse`) for another schema, a null where none may be and a decimal that is too long,
    /// and what the sink throws. After an error the file is of no use.
    nonisolated(nonsending) public func write(_ table: Table) async throws {
        try check(table)
        var next = 0
        while next < table.rowCount {
            let take = rowsToTake(from: table, at: next)
            append(table, next..<next + take)
            next += take
            if isFull { try await writeRowGroup() }
        }
    }

    /// Writes what waits and the footer; gives what the file holds. Closing the sink is the caller's.
    nonisolated(nonsending) public func finish() async throws -> ParquetFileSummary {
        guard !isFinished else { throw ParquetError.misuse("finish() was called a second time") }
        isFinished = true
        try await writeRowGroup()
        var root = SchemaElement(name: "schema")
        root.childCount = Int32(schema.count)
        let elements = schema.fields.map { field in
            field.type.schemaElement(name: field.name, repetition: field.isNullable ? .optional : .required)
        }
        try await output.finish(schema: [root] + elements, options: options)
        let summaries = zip(schema.fields, columns).map { field, column in
            column.range.summary(name: field.name, nullCount: column.nullCount, type: field.type)
        }
        return ParquetFileSummary(
            rowCount: rowCount, byteCount: output.position, rowGroupCount: output.rowGroups.count, columns: summaries)
    }

    private func check(_ table: Table) throws {
        guard !isFinished else { throw ParquetError.misuse("write(_:) was called after finish()") }
        for (index, field) in schema.fields.enumerated() {
            guard index < table.schema.count, table.schema.fields[index].name == field.name else {
                throw ParquetError(.misuse, "the table has another column in place \(index + 1)", column: field.name)
            }
            let type = table.columns[index].type
            guard type == field.type else {
                throw ParquetError(.misuse, "the file has \(field.type), the table \(type)", column: field.name)
            }
        }
        guard table.schema.count == schema.count else {
            throw ParquetError.misuse("the table has \(table.schema.count) columns, the file \(schema.count)")
        }
    }

    // MARK: Row groups

    private var waitingRows: Int { waiting.first?.rowCount ?? 0 }

    private var isFull: Bool { waitingRows >= options.rowGroupRows || waitingBytes >= options.rowGroupBytes }

    /// How many rows still fit the row group, by the average size of the table's rows.
    private func rowsToTake(from table: Table, at next: Int) -> Int {
        let left = table.rowCount - next
        let perRow = max(1, table.byteCount / table.rowCount)
        let room = max(0, options.rowGroupBytes - waitingBytes + perRow - 1) / perRow
        return max(1, min(left, options.rowGroupRows - waitingRows, room))
    }

    private func append(_ table: Table, _ rows: Range<Int>) {
        for index in waiting.indices { waiting[index].append(table.columns[index], rows) }
        waitingBytes += table.byteCount / table.rowCount * rows.count
        rowCount += rows.count
    }

    nonisolated(nonsending) private func writeRowGroup() async throws {
        guard waitingRows > 0 else { return }
        var group = RowGroupMetadata(rowCount: Int64(waitingRows))
        var filters: [(column: Int, filter: BloomFilter)] = []
        for (index, plan) in plans.enumerated() {
            let position = try await output.begin()
            let chunk = try locating(column: plan.path[0]) {
                try encoder.encode(waiting[index], plan, at: position)
            }
            waiting[index].removeAll()
            try await output.write(chunk.bytes)
            group.columns.append(chunk.metadata)
            group.byteSize += chunk.metadata.uncompressedSize
            columns[index].range.formUnion(chunk.range)
            columns[index].nullCount += chunk.nullCount
            if let filter = chunk.filter { filters.append((index, filter)) }
        }
        waitingBytes = 0
        for (column, filter) in filters { try await output.write(filter, of: &group.columns[column]) }
        output.rowGroups.append(group)
    }
}

/// The file as it grows: magic bytes, chunks, footer.
struct ParquetOutput {
    let sink: any ByteSink
    /// Bytes written so far.
    private(set) var position = 0
    var rowGroups: [RowGroupMetadata] = []

    static let magic = Array("PAR1".utf8)
    /// The form that other readers parse: name, the word "version", a version.
    private static let createdBy = "tributary version 0.1.0"

    init(sink: any ByteSink) { self.sink = sink }

    /// Where the next chunk begins.
    nonisolated(nonsending) mutating func begin() async throws -> Int {
        if position == 0 { try await write(Self.magic) }
        return position
    }

    nonisolated(nonsending) mutating func write(_ bytes: [UInt8]) async throws {
        try await sink.write(bytes)
        position += bytes.count
    }

    nonisolated(nonsending) mutating func write(
        _ filter: BloomFilter, of chunk: inout ColumnChunkMetadata
    ) async throws {
        let bytes = filter.header() + filter.bytes
        chunk.bloomFilterOffset = Int64(position)
        chunk.bloomFilterLength = Int32(bytes.count)
        try await write(bytes)
    }

    nonisolated(nonsending) mutating func finish(schema: [SchemaElement], options: ParquetOptions) async throws {
        _ = try await begin()
        var metadata = FileMetadata(schema: schema, rowGroups: rowGroups)
        metadata.rowCount = rowGroups.reduce(0) { $0 + $1.rowCount }
        metadata.createdBy = Self.createdBy
        metadata.keyValues = options.keyValueMetadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        var writer = ThriftWriter()
        metadata.write(to: &writer)
        let length = withUnsafeBytes(of: UInt32(writer.bytes.count).littleEndian, Array.init)
        try await write(writer.bytes + length + Self.magic)
    }
}
