/// A node of a file's schema, with the levels that Dremel's encoding gives it.
struct SchemaNode {
    var element: SchemaElement
    var children: [SchemaNode]
    /// The definition level of a value of this node that is there.
    var definitionLevel: Int
    /// The number of repeated nodes from the root down to this one.
    var repetitionLevel: Int
    /// The range of the columns below this node in the order of the file.
    var leaves: Range<Int>

    var isLeaf: Bool { element.type != nil }
    var isOptional: Bool { element.repetition == .optional }
    var isRepeated: Bool { element.repetition == .repeated }
}

/// One column of a file: a leaf of the schema.
struct LeafColumn {
    var path: [String]
    var element: SchemaElement
    var maximumDefinition: Int
    var maximumRepetition: Int

    var name: String { path.joined(separator: ".") }
    /// Whether the column is a field of the table itself, not a part of a struct, map or list.
    var isFlat: Bool { path.count == 1 && maximumRepetition == 0 && !keepsLevels }
    /// A flat column read as a part of rows with structure: its levels are kept as those of the others.
    var keepsLevels = false
}

/// The schema of a file, as a tree and as the list of its columns.
struct SchemaTree {
    let root: SchemaNode
    let leaves: [LeafColumn]

    /// Builds the tree from the elements of the footer, which are stored depth first.
    init(_ elements: [SchemaElement]) throws {
        var builder = SchemaTreeBuilder(elements: elements)
        root = try builder.root()
        leaves = builder.leaves
    }
}

/// Walks over the elements of a schema, depth first.
private struct SchemaTreeBuilder {
    let elements: [SchemaElement]
    private(set) var leaves: [LeafColumn] = []
    private var position = 0

    private static let maximumDepth = 64

    init(elements: [SchemaElement]) { self.elements = elements }

    mutating func root() throws -> SchemaNode {
        let element = try next()
        guard element.type == nil else { throw ParquetError.corrupt("the root of the schema is a column") }
        let children = try children(of: element, path: [], definition: 0, repetition: 0)
        guard position == elements.count else {
            throw ParquetError.corrupt("the schema has \(elements.count - position) elements behind its end")
        }
        return SchemaNode(
            element: element, children: children, definitionLevel: 0, repetitionLevel: 0, leaves: 0..<leaves.count)
    }

    private mutating func next() throws -> SchemaElement {
        guard position < elements.count else { throw ParquetError.corrupt("the schema has too few elements") }
        defer { position += 1 }
        return elements[position]
    }

    private mutating func children(
        of element: SchemaElement, path: [String], definition: Int, repetition: Int
    ) throws -> [SchemaNode] {
        var nodes: [SchemaNode] = []
        for _ in 0..<max(0, element.childCount ?? 0) {
            nodes.append(try node(below: path, definition: definition, repetition: repetition))
        }
        return nodes
    }

    private mutating func node(below parent: [String], definition: Int, repetition: Int) throws -> SchemaNode {
        let element = try next()
        let path = parent + [element.name]
        guard path.count <= Self.maximumDepth else {
            throw ParquetError.limit("the schema is nested deeper than \(Self.maximumDepth) levels")
        }
        let definition = definition + ((element.repetition ?? .required) == .required ? 0 : 1)
        let repetition = repetition + (element.repetition == .repeated ? 1 : 0)
        let firstLeaf = leaves.count
        var nodes: [SchemaNode] = []
        if element.type != nil {
            leaves.append(
                LeafColumn(
                    path: path, element: element, maximumDefinition: definition, maximumRepetition: repetition))
        } else {
            nodes = try children(of: element, path: path, definition: definition, repetition: repetition)
            guard !nodes.isEmpty else {
                throw ParquetError.corrupt("the group \(path.joined(separator: ".")) of the schema is empty")
            }
        }
        return SchemaNode(
            element: element, children: nodes, definitionLevel: definition, repetitionLevel: repetition,
            leaves: firstLeaf..<leaves.count)
    }
}
