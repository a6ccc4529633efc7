import Columns

/// A node of a nested schema with its levels (Dremel: Melnik and others, 2010), for writing and reading alike.
struct NestedShape {
    indirect enum Kind {
        /// A column: its place among all, and how its values are read.
        case scalar(ColumnInterpretation)
        case structure([(name: String, shape: NestedShape)])
        case list(NestedShape)
        case map(key: NestedShape, value: NestedShape?)
    }

    var kind: Kind
    var isOptional: Bool
    /// The definition level from which on the value is there.
    var definition: Int
    /// For lists and maps: the definition level from which on there is an element …
    var elementDefinition = 0
    /// … and the repetition level of all elements but the first.
    var elementRepetition = 0
    /// The columns below, in the order of the file.
    var leaves: Range<Int>
}

extension NestedShape {
    /// The shape of a node of a file's schema, by the rules of LogicalTypes.md with their allowances for old files.
    init(_ node: SchemaNode) throws {
        let logical = node.element.logicalType ?? ConvertedType.logicalType(of: node.element)
        if node.isRepeated {
            // A repeated node outside of a list or map is a list of required elements that is never null.
            self = try Self.list(of: node, isOptional: false, definition: node.definitionLevel - 1)
        } else if node.isLeaf {
            self = try Self.scalar(node)
        } else if logical == .list {
            self = try Self.annotatedList(node)
        } else if logical == .map {
            self = try Self.map(node)
        } else {
            self = try Self.structure(node)
        }
    }

    private static func scalar(_ node: SchemaNode) throws -> NestedShape {
        let interpretation = try locating(column: node.element.name) { try ColumnInterpretation(node.element) }
        return NestedShape(
            kind: .scalar(interpretation), isOptional: node.isOptional, definition: node.definitionLevel,
            leaves: node.leaves)
    }

    private static func structure(_ node: SchemaNode) throws -> NestedShape {
        let fields = try node.children.map { child in (name: child.element.name, shape: try NestedShape(child)) }
        return NestedShape(
            kind: .structure(fields), isOptional: node.isOptional, definition: node.definitionLevel,
            leaves: node.leaves)
    }

    /// A list of the repeated node itself.
    private static func list(of repeated: SchemaNode, isOptional: Bool, definition: Int) throws -> NestedShape {
        var element = repeated
        element.element.repetition = .required
        return NestedShape(
            kind: .list(try NestedShape(element)), isOptional: isOptional, definition: definition,
            elementDefinition: repeated.definitionLevel, elementRepetition: repeated.repetitionLevel,
            leaves: repeated.leaves)
    }

    private static func annotatedList(_ node: SchemaNode) throws -> NestedShape {
        guard node.children.count == 1, let repeated = node.children.first, repeated.isRepeated else {
            throw ParquetError(.unsupported, "a list without its repeated part", column: node.element.name)
        }
        let name = repeated.element.name
        let isElement =
            repeated.children.count != 1 || name == "array" || name == node.element.name + "_tuple"
        guard !isElement, let element = repeated.children.first else {
            return try list(of: repeated, isOptional: node.isOptional, definition: node.definitionLevel)
        }
        return NestedShape(
            kind: .list(try NestedShape(element)), isOptional: node.isOptional, definition: node.definitionLevel,
            elementDefinition: repeated.definitionLevel, elementRepetition: repeated.repetitionLevel,
            leaves: node.leaves)
    }

    private static func map(_ node: SchemaNode) throws -> NestedShape {
        guard node.children.count == 1, let repeated = node.children.first, repeated.isRepeated,
            let key = repeated.children.first, repeated.children.count <= 2
        else { throw ParquetError(.unsupported, "a map without its keys and values", column: node.element.name) }
        let value = repeated.children.count == 2 ? try NestedShape(repeated.children[1]) : nil
        return NestedShape(
            kind: .map(key: try NestedShape(key), value: value), isOptional: node.isOptional,
            definition: node.definitionLevel, elementDefinition: repeated.definitionLevel,
            elementRepetition: repeated.repetitionLevel, leaves: node.leaves)
    }

    /// The type that the shape stands for.
    var type: NestedType {
        switch kind {
        case .scalar(let interpretation): .scalar(interpretation.type)
        case .structure(let fields):
            .structure(fields.map { NestedField($0.name, $0.shape.type, isNullable: $0.shape.isOptional) })
        case .list(let element): .list(element.type)
        case .map(let key, let value):
            if case .scalar(let type) = key.type {
                .map(key: type, value: value?.type ?? .scalar(.utf8))
            } else {
                .list(.structure([NestedField("key", key.type), NestedField("value", value?.type ?? .scalar(.utf8))]))
            }
        }
    }
}

extension NestedField {
    /// The schema elements of the field, depth first, in the three-level forms of LogicalTypes.md.
    var schemaElements: [SchemaElement] { type.schemaElements(name: name, isNullable ? .optional : .required) }
}

extension NestedType {
    func schemaElements(name: String, _ repetition: Repetition) -> [SchemaElement] {
        var group = SchemaElement(name: name, repetition: repetition)
        switch self {
        case .scalar(let type): return [type.schemaElement(name: name, repetition: repetition)]
        case .structure(let fields):
            group.childCount = Int32(fields.count)
            return [group] + fields.flatMap(\.schemaElements)
        case .list(let element):
            group.childCount = 1
            group.logicalType = .list
            group.convertedType = ConvertedType.list
            let repeated = SchemaElement(name: "list", repetition: .repeated, childCount: 1)
            return [group, repeated] + element.schemaElements(name: "element", .optional)
        case .map(let key, let value):
            group.childCount = 1
            group.logicalType = .map
            group.convertedType = ConvertedType.map
            let repeated = SchemaElement(name: "key_value", repetition: .repeated, childCount: 2)
            return [group, repeated, key.schemaElement(name: "key", repetition: .required)]
                + value.schemaElements(name: "value", .optional)
        }
    }
}
