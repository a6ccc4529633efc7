import Columns

/// Reads a Parquet file, row group by row group, of our own writer or of another.
///
/// Opening reads the footer alone. A reader is a value that may be shared between tasks; each call reads for itself,
/// and holds one row group in memory. All that a damaged or hostile file can do is make a call throw ``ParquetError``.
///
///     let reader = try await ParquetReader(source: try await storage.open("orders.parquet"))
///     for index in 0..<reader.rowGroupCount {
///         let table = try await reader.readRowGroup(index, columns: ["id", "amount"])
///     }
public struct ParquetReader: Sendable {
    /// The columns that our model holds, in the order of the file.
    public let schema: TableSchema
    /// The other columns (nested ones, and types without counterpart), and why they are not in the schema.
    ///
    /// Reading one of them as a table is an error; structs, maps and lists can be read as ``NestedValue``.
    public let unreadableColumns: [String: String]
    let source: any RandomAccessSource
    let limits: ParquetReadLimits
    let metadata: FileMetadata
    let tree: SchemaTree
    private let columns: [String: (leaf: Int, interpretation: ColumnInterpretation)]

    /// Opens a file: reads its footer and checks that all it names lies inside of the file.
    public init(source: any RandomAccessSource, limits: ParquetReadLimits = ParquetReadLimits()) async throws {
        self.source = source
        self.limits = limits
        do {
            metadata = try await FooterReader(source: source, limits: limits).read()
            tree = try SchemaTree(metadata.schema)
            try FooterReader.check(metadata, tree, fileSize: source.size, limits)
            (schema, columns, unreadableColumns) = try Self.interpret(tree)
        } catch let error as ParquetError {
            throw error.adding(file: source.name)
        }
    }

    public var rowCount: Int { Int(metadata.rowCount) }
    public var rowGroupCount: Int { metadata.rowGroups.count }

    /// The rows of one row group.
    public func rowCount(ofRowGroup index: Int) -> Int { Int(metadata.rowGroups[index].rowCount) }

    /// What wrote the file, as it says itself.
    public var createdBy: String? { metadata.createdBy }

    /// Metadata of the whole file.
    public var keyValueMetadata: [String: String] {
        Dictionary(metadata.keyValues.map { ($0.key, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads one row group: all its columns, or those named, in the order named.
    ///
    /// Throws ``ParquetError`` for a damaged file, for what this reader leaves out, and for a name that is not there.
    nonisolated(nonsending) public func readRowGroup(_ index: Int, columns names: [String]? = nil) async throws -> Table
    {
        precondition(metadata.rowGroups.indices.contains(index), "ParquetReader.readRowGroup: no row group \(index)")
        if names == nil, let (name, reason) = unreadableColumns.min(by: { $0.key < $1.key }) {
            throw ParquetError(.unsupported, reason, file: source.name, column: name)
        }
        var interpretations: [Int: ColumnInterpretation] = [:]
        var order: [(field: Field, leaf: Int)] = []
        for name in names ?? schema.names {
            let (leaf, interpretation) = try column(name)
            guard interpretations.updateValue(interpretation, forKey: leaf) == nil, let field = schema[name] else {
                continue
            }
            order.append((field, leaf))
        }
        let decompressor = PageDecompressor()
        var columns: [Int: Column] = [:]
        try await forEachChunk(rowGroup: index, leaves: order.map(\.leaf)) { leaf, input in
            columns[leaf] = try interpretations[leaf].map { try ChunkReader(input, decompressor).read(as: $0) }
        }
        return Table(
            schema: TableSchema(order.map(\.field)), columns: order.compactMap { columns[$0.leaf] },
            rowCount: rowCount(ofRowGroup: index))
    }

    /// The range of a column in one row group by the file's statistics; nil when the file does not give them.
    ///
    /// Bounds of `float64` of other writers may leave NaN out.
    public func statistics(ofRowGroup index: Int, column name: String) -> ColumnSummary? {
        guard let (leaf, interpretation) = columns[name] else { return nil }
        let chunk = metadata.rowGroups[index].columns[leaf]
        guard let statistics = chunk.statistics, let nullCount = statistics.nullCount else { return nil }
        let element = tree.leaves[leaf].element
        let isText = chunk.type == .byteArray
        var summary = ColumnSummary(name: name, nullCount: Int(nullCount), min: nil, max: nil, isExact: false)
        guard metadata.hasColumnOrders else { return summary }
        summary.min = statistics.minimum.flatMap { interpretation.value(ofPlain: $0, element) }
        summary.max = statistics.maximum.flatMap { interpretation.value(ofPlain: $0, element) }
        summary.isExact = (statistics.isMinimumExact ?? !isText) && (statistics.isMaximumExact ?? !isText)
        return summary
    }

    /// Whether a row group may hold `value` in a column: false only when its bloom filter excludes it.
    ///
    /// True when there is no filter. Reads the filter each time it is asked.
    nonisolated(nonsending) public func mightContain(
        _ value: Value, column name: String, rowGroup index: Int
    ) async throws -> Bool {
        try await filter(ofColumn: name, rowGroup: index)?.mightContain(value) ?? true
    }

    /// The bloom filter of a column in one row group, to be asked for many values; nil where there is none.
    nonisolated(nonsending) func filter(ofColumn name: String, rowGroup index: Int) async throws -> ColumnFilter? {
        let (leaf, _) = try column(name)
        let chunk = metadata.rowGroups[index].columns[leaf]
        guard let offset = chunk.bloomFilterOffset else { return nil }
        do {
            let filter = try await bloomFilter(at: Int(offset))
            return ColumnFilter(filter: filter, type: chunk.type, length: tree.leaves[leaf].element.typeLength)
        } catch let error as ParquetError {
            throw error.adding(file: source.name, offset: Int(offset), column: name)
        }
    }

    nonisolated(nonsending) private func bloomFilter(at offset: Int) async throws -> BloomFilter {
        let largestHeader = 64
        guard offset >= 4, offset < source.size else { throw ParquetError.corrupt("a bloom filter behind the end") }
        let head = try await source.read(offset..<min(source.size, offset + largestHeader))
        let (size, start) = try head.withUnsafeBytes(BloomFilter.readHeader)
        guard size <= source.size - offset - start else { throw ParquetError.corrupt("a bloom filter behind the end") }
        let bytes = try await source.read(offset + start..<offset + start + size)
        return try BloomFilter(stored: bytes[...])
    }

    private func column(_ name: String) throws -> (leaf: Int, interpretation: ColumnInterpretation) {
        if let column = columns[name] { return column }
        if let reason = unreadableColumns[name] {
            throw ParquetError(.unsupported, reason, file: source.name, column: name)
        }
        throw ParquetError(.misuse, "there is no column of this name", file: source.name, column: name)
    }

    private static func interpret(
        _ tree: SchemaTree
    ) throws -> (TableSchema, [String: (leaf: Int, interpretation: ColumnInterpretation)], [String: String]) {
        var fields: [Field] = []
        var columns: [String: (leaf: Int, interpretation: ColumnInterpretation)] = [:]
        var unreadable: [String: String] = [:]
        for node in tree.root.children {
            let name = node.element.name
            guard columns[name] == nil, unreadable[name] == nil else {
                throw ParquetError(.unsupported, "two columns have this name", column: name)
            }
            guard node.isLeaf, !node.isRepeated else {
                unreadable[name] = "the column is nested; read it as nested values, or leave it out"
                continue
            }
            do {
                let interpretation = try ColumnInterpretation(node.element)
                columns[name] = (node.leaves.lowerBound, interpretation)
                fields.append(Field(name, interpretation.type, isNullable: node.isOptional))
            } catch let error as ParquetError {
                unreadable[name] = error.message
            }
        }
        return (TableSchema(fields), columns, unreadable)
    }
}

/// A bloom filter over the values of one column of one row group.
struct ColumnFilter {
    let filter: BloomFilter
    let type: PhysicalType
    let length: Int32?

    /// False only when the value is not there. Nulls are in no filter, so one may always be there.
    func mightContain(_ value: Value) -> Bool {
        value.bloomHash(in: type, length: length).map { filter.mightContain($0) } ?? true
    }
}
