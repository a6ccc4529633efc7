import Columns

/// Takes rows apart into columns of values and levels.
struct NestedShredder {
    /// What a column has gathered.
    struct Leaf {
        var type: ColumnType
        var values: ColumnBuilder
        var repetition: [UInt32] = []
        var definition: [UInt32] = []
    }

    private let fields: [(name: String, shape: NestedShape)]
    private(set) var leaves: [Leaf]
    private(set) var rowCount = 0
    /// About how many bytes the gathered rows take.
    private(set) var byteCount = 0

    init(_ tree: SchemaTree) throws {
        fields = try tree.root.children.map { (name: $0.element.name, shape: try NestedShape($0)) }
        leaves = try tree.leaves.map { leaf in
            let type = try ColumnInterpretation(leaf.element).type
            return Leaf(type: type, values: ColumnBuilder(type))
        }
    }

    /// Takes a row apart; it is a structure of the file's columns.
    mutating func add(_ row: NestedValue) throws {
        try add(fields: fields, row, repetition: 0, definition: 0, path: "row")
        rowCount += 1
    }

    mutating func removeAll() {
        for index in leaves.indices {
            leaves[index] = Leaf(type: leaves[index].type, values: ColumnBuilder(leaves[index].type))
        }
        (rowCount, byteCount) = (0, 0)
    }

    private mutating func add(
        fields: [(name: String, shape: NestedShape)], _ value: NestedValue, repetition: Int, definition: Int,
        path: String
    ) throws {
        guard case .structure(let values) = value else { throw ParquetError(.misuse, "no structure", column: path) }
        if let unknown = values.keys.first(where: { name in !fields.contains { $0.name == name } }) {
            throw ParquetError(.misuse, "the schema has no field \(unknown)", column: path)
        }
        for (name, shape) in fields {
            try add(
                values[name] ?? .null, shape, repetition: repetition, definition: definition, path: "\(path).\(name)")
        }
    }

    private mutating func add(
        _ value: NestedValue, _ shape: NestedShape, repetition: Int, definition: Int, path: String
    ) throws {
        guard !value.isNull else {
            guard shape.isOptional else { throw ParquetError(.misuse, "null where a value must be", column: path) }
            return addGap(shape.leaves, repetition: repetition, definition: definition)
        }
        let definition = shape.definition
        switch (shape.kind, value) {
        case (.scalar, .scalar(let scalar)):
            try add(scalar, leaf: shape.leaves.lowerBound, repetition: repetition, definition: definition, path: path)
        case (.structure(let fields), .structure):
            try add(fields: fields, value, repetition: repetition, definition: definition, path: path)
        case (.list(let element), .list(let values)):
            if values.isEmpty { addGap(shape.leaves, repetition: repetition, definition: definition) }
            for (index, value) in values.enumerated() {
                let level = index == 0 ? repetition : shape.elementRepetition
                try add(value, element, repetition: level, definition: shape.elementDefinition, path: path)
            }
        case (.map(let keyShape, let valueShape?), .map(let entries)):
            if entries.isEmpty { addGap(shape.leaves, repetition: repetition, definition: definition) }
            for (index, entry) in entries.enumerated() {
                let level = index == 0 ? repetition : shape.elementRepetition
                try add(entry.key, keyShape, repetition: level, definition: shape.elementDefinition, path: path)
                try add(entry.value, valueShape, repetition: level, definition: shape.elementDefinition, path: path)
            }
        default: throw ParquetError(.misuse, "a value of another shape than the schema's", column: path)
        }
    }

    /// Notes in all columns of `range` that nothing is there.
    private mutating func addGap(_ range: Range<Int>, repetition: Int, definition: Int) {
        for index in range {
            leaves[index].repetition.append(UInt32(repetition))
            leaves[index].definition.append(UInt32(definition))
        }
        byteCount += range.count
    }

    private mutating func add(
        _ value: Value, leaf index: Int, repetition: Int, definition: Int, path: String
    ) throws {
        switch (leaves[index].type, value) {
        case (.bool, .bool(let value)): leaves[index].values.append(bool: value)
        case (.int32, .int(let value)) where Int32(exactly: value) != nil: leaves[index].values.append(int: value)
        case (.int64, .int(let value)), (.timestamp, .timestamp(let value)): leaves[index].values.append(int: value)
        case (.date32, .date(let value)): leaves[index].values.append(int: Int64(value))
        case (.float64, .double(let value)): leaves[index].values.append(double: value)
        case (.decimal128(_, let scale), .decimal(let value)) where value.scale == scale:
            leaves[index].values.append(unscaled: value.unscaled)
        case (.utf8, .string(let value)):
            leaves[index].values.append(string: value)
            byteCount += value.utf8.count
        case (.binary, .binary(let value)):
            leaves[index].values.append(bytes: value)
            byteCount += value.count
        default: throw ParquetError(.misuse, "a value that is no \(leaves[index].type)", column: path)
        }
        leaves[index].repetition.append(UInt32(repetition))
        leaves[index].definition.append(UInt32(definition))
        byteCount += 8
    }
}
