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

    private static let maximumDepth = 64

    /// Builds the tree from the elements of the footer, which are stored depth first.
    init(_ elements: [SchemaElement]) throws {
        var position = 0
        var leaves: [LeafColumn] = []
        root = try Self.node(elements, &position, path: nil, definition: 0, repetition: 0, &leaves)
        guard position == elements.count else {
            throw ParquetError.corrupt("the schema has \(elements.count - position) elements behind its end")
        }
        self.leaves = leaves
    }

    private static func node(
        _ elements: [SchemaElement], _ position: inout Int, path: [String]?, definition: Int, repetition: Int,
        _ leaves: inout [LeafColumn]
    ) throws -> SchemaNode {
        guard position < elements.count else { throw ParquetError.corrupt("the schema has too few elements") }
        guard (path?.count ?? 0) <= maximumDepth else {
            throw ParquetError.limit("the schema is nested deeper than \(maximumDepth) levels")
        }
        let element = elements[position]
        position += 1
        let isRoot = path == nil
        let definition = definition + (isRoot || (element.repetition ?? .required) == .required ? 0 : 1)
        let repetition = repetition + (!isRoot && element.repetition == .repeated ? 1 : 0)
        let path = path.map { $0 + [element.name] } ?? []
        let firstLeaf = leaves.count
        var children: [SchemaNode] = []
        if element.type != nil {
            guard !isRoot else { throw ParquetError.corrupt("the root of the schema is a column") }
            leaves.append(
                LeafColumn(
                    path: path, element: element, maximumDefinition: definition, maximumRepetition: repetition))
        } else {
            for _ in 0..<max(0, element.childCount ?? 0) {
                children.append(
                    try node(
                        elements, &position, path: path, definition: definition, repetition: repetition, &leaves))
            }
            guard isRoot || !children.isEmpty else {
                throw ParquetError.corrupt("the group \(path.joined(separator: ".")) of the schema is empty")
            }
        }
        return SchemaNode(
            element: element, children: children, definitionLevel: definition, repetitionLevel: repetition,
            leaves: firstLeaf..<leaves.count)
    }
}
