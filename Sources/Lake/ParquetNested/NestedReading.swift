import Columns

extension ParquetReader {
    /// The columns of the file with their structure; throws ``ParquetError`` for a type without counterpart.
    public func nestedSchema() throws -> [NestedField] {
        try locating(file: source.name) {
            try tree.root.children.map { node in
                let shape = try NestedShape(node)
                return NestedField(node.element.name, shape.type, isNullable: shape.isOptional)
            }
        }
    }

    /// Reads one row group as rows with structure: all columns, or those named. Missing values are `.null`.
    ///
    /// Flat columns are read as well. Throws ``ParquetError`` as ``readRowGroup(_:columns:)`` does.
    nonisolated(nonsending) public func readNestedRowGroup(
        _ index: Int, columns names: [String]? = nil
    ) async throws -> [NestedValue] {
        precondition(metadata.rowGroups.indices.contains(index), "readNestedRowGroup: no row group \(index)")
        var fields: [(name: String, shape: NestedShape)] = []
        for node in tree.root.children where names?.contains(node.element.name) ?? true {
            fields.append((node.element.name, try locating(file: source.name) { try NestedShape(node) }))
        }
        if let missing = names?.first(where: { name in !fields.contains { $0.name == name } }) {
            throw ParquetError(.misuse, "there is no column of this name", file: source.name, column: missing)
        }
        try checkSize(fields.map(\.shape), rowGroup: index)
        var cursors: [Int: LeafCursor] = [:]
        try await forEachChunk(rowGroup: index, leaves: fields.flatMap { Array($0.shape.leaves) }) { leaf, input in
            cursors[leaf] = try Self.cursor(input)
        }
        return try locating(file: source.name) {
            var assembler = NestedAssembler(cursors)
            return try assembler.rows(fields, count: rowCount(ofRowGroup: index))
        }
    }

    /// A short hostile file can declare millions of gaps, and each becomes a value in memory.
    private func checkSize(_ shapes: [NestedShape], rowGroup index: Int) throws {
        let chunks = metadata.rowGroups[index].columns
        let values = shapes.flatMap { Array($0.leaves) }.reduce(Int64(0)) { $0 + chunks[$1].valueCount }
        guard values <= limits.nestedValues else {
            throw ParquetError(
                .limit, "\(values) values in a row group with structure; the limit is \(limits.nestedValues)",
                file: source.name)
        }
    }

    private static func cursor(_ input: ChunkInput) throws -> LeafCursor {
        var input = input
        input.leaf.keepsLevels = true
        let reader = ChunkReader(input, PageDecompressor())
        let values = try reader.read(as: ColumnInterpretation(input.leaf.element))
        return LeafCursor(
            name: input.leaf.name, maximumDefinition: input.leaf.maximumDefinition, values: values,
            repetition: reader.levels.repetition, definition: reader.levels.definition)
    }
}

/// A place in a column: the next of its values and gaps.
struct LeafCursor {
    let name: String
    let maximumDefinition: Int
    let values: Column
    let repetition: [UInt32]
    let definition: [UInt32]
    private(set) var position = 0
    private var nextValue = 0

    init(name: String, maximumDefinition: Int, values: Column, repetition: [UInt32], definition: [UInt32]) {
        self.name = name
        self.maximumDefinition = maximumDefinition
        self.values = values
        self.repetition = repetition
        self.definition = definition
    }

    var isAtEnd: Bool { position == definition.count }

    /// The repetition level of the next entry; 0, the beginning of a row, at the end.
    var nextRepetition: Int { isAtEnd ? 0 : Int(repetition[position]) }

    func nextDefinition() throws -> Int {
        guard !isAtEnd else { throw ParquetError(.corrupt, "the column has too few values", column: name) }
        return Int(definition[position])
    }

    /// Takes the next entry: a value, or null for a gap.
    mutating func take() throws -> NestedValue {
        let isPresent = try nextDefinition() == maximumDefinition
        position += 1
        guard isPresent else { return .null }
        defer { nextValue += 1 }
        return .scalar(values[nextValue])
    }
}

/// Puts rows together from columns of values and levels.
struct NestedAssembler {
    private var cursors: [Int: LeafCursor]

    init(_ cursors: [Int: LeafCursor]) { self.cursors = cursors }

    mutating func rows(_ fields: [(name: String, shape: NestedShape)], count: Int) throws -> [NestedValue] {
        var rows: [NestedValue] = []
        for _ in 0..<count {
            rows.append(try structure(fields))
            // Columns that disagree about where a row ends would shift all rows behind it.
            if let cursor = cursors.values.first(where: { $0.nextRepetition != 0 }) {
                throw ParquetError(.corrupt, "the column's values do not match its rows", column: cursor.name)
            }
        }
        if let cursor = cursors.values.first(where: { !$0.isAtEnd }) {
            throw ParquetError(.corrupt, "the column has values behind its last row", column: cursor.name)
        }
        return rows
    }

    private mutating func structure(_ fields: [(name: String, shape: NestedShape)]) throws -> NestedValue {
        var values: [String: NestedValue] = [:]
        for (name, shape) in fields { values[name] = try value(shape) }
        return .structure(values)
    }

    private mutating func value(_ shape: NestedShape) throws -> NestedValue {
        let first = shape.leaves.lowerBound
        if case .scalar = shape.kind { return try take(first) }
        let definition = try cursors[first]?.nextDefinition() ?? 0
        guard definition >= shape.definition else {
            try skip(shape.leaves)
            return .null
        }
        switch shape.kind {
        case .scalar: return .null
        case .structure(let fields): return try structure(fields)
        case .list(let element):
            var elements: [NestedValue] = []
            try forEachElement(shape, definition) { elements.append(try $0.value(element)) }
            return .list(elements)
        case .map(let keyShape, let valueShape):
            var entries: [NestedEntry] = []
            try forEachElement(shape, definition) { assembler in
                let key = try assembler.value(keyShape)
                entries.append(NestedEntry(key: key, value: try valueShape.map { try assembler.value($0) } ?? .null))
            }
            return .map(entries)
        }
    }

    /// Calls `body` for each element of a list or map; each call takes one entry of the first column at least.
    private mutating func forEachElement(
        _ shape: NestedShape, _ definition: Int, _ body: (inout NestedAssembler) throws -> Void
    ) throws {
        guard definition >= shape.elementDefinition else { return try skip(shape.leaves) }
        repeat { try body(&self) } while cursors[shape.leaves.lowerBound]?.nextRepetition == shape.elementRepetition
    }

    private mutating func skip(_ leaves: Range<Int>) throws { for leaf in leaves { _ = try take(leaf) } }

    private mutating func take(_ leaf: Int) throws -> NestedValue { try cursors[leaf]?.take() ?? .null }
}
