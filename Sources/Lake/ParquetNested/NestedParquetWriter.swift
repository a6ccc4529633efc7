import Columns

/// Writes rows with structure into a Parquet file: structures, maps and lists of any depth.
///
/// Rows are taken apart at once and held until a row group is full. Used from one task at a time.
public final class NestedParquetWriter {
    public let schema: [NestedField]
    private let options: ParquetOptions
    private let elements: [SchemaElement]
    private let tree: SchemaTree
    private let encoder: ChunkEncoder
    private var shredder: NestedShredder
    private var output: ParquetOutput
    private var isFinished = false

    /// Makes a writer; throws ``ParquetError`` for a structure without fields.
    public init(schema: [NestedField], options: ParquetOptions = ParquetOptions(), to sink: any ByteSink) throws {
        self.schema = schema
        self.options = options
        var root = SchemaElement(name: "schema")
        root.childCount = Int32(schema.count)
        elements = [root] + schema.flatMap(\.schemaElements)
        tree = try SchemaTree(elements)
        shredder = try NestedShredder(tree)
        encoder = ChunkEncoder(options)
        output = ParquetOutput(sink: sink)
    }

    /// Rows taken in so far.
    public private(set) var rowCount = 0

    /// Takes in rows; each is a structure of the file's columns, where a missing one is null.
    ///
    /// Throws ``ParquetError`` (`misuse`) for a row that does not fit the schema; the file is of no use afterwards.
    nonisolated(nonsending) public func write(_ rows: [NestedValue]) async throws {
        guard !isFinished else { throw ParquetError.misuse("write(_:) was called after finish()") }
        for row in rows {
            try shredder.add(row)
            rowCount += 1
            if shredder.byteCount >= options.rowGroupBytes || shredder.rowCount >= options.rowGroupRows {
                try await writeRowGroup()
            }
        }
    }

    /// Writes what waits and the footer; gives the length of the file. Closing the sink is the caller's.
    nonisolated(nonsending) public func finish() async throws -> Int {
        guard !isFinished else { throw ParquetError.misuse("finish() was called a second time") }
        isFinished = true
        try await writeRowGroup()
        try await output.finish(schema: elements, options: options)
        return output.position
    }

    nonisolated(nonsending) private func writeRowGroup() async throws {
        guard shredder.rowCount > 0 else { return }
        var group = RowGroupMetadata(rowCount: Int64(shredder.rowCount))
        for (index, leaf) in tree.leaves.enumerated() {
            let position = try await output.begin()
            let chunk = try locating(column: leaf.name) {
                try encoder.encode(shredder.leaves[index], leaf, at: position)
            }
            try await output.write(chunk.bytes)
            group.columns.append(chunk.metadata)
            group.byteSize += chunk.metadata.uncompressedSize
        }
        output.rowGroups.append(group)
        shredder.removeAll()
    }
}
