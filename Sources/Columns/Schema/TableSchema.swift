/// One named, typed column of a table.
public struct Field: Hashable, Sendable {
    /// The column's name as it stands in the lake (already normalised).
    public var name: String
    /// The type of the column's values.
    public var type: ColumnType
    /// Whether the column may hold nulls. Upstream columns always may: an API can drop a value any day.
    public var isNullable: Bool
    /// Whether no value has been seen that would tell the type: every row is null, and `type` is a stand-in (`utf8`).
    ///
    /// A table need not take such a column up before a value comes; its rows are null either way. Two fields are equal
    /// whatever this says.
    public var isUndetermined = false

    /// Makes a field whose type is known.
    public init(_ name: String, _ type: ColumnType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }

    /// Fields are equal by name, type and nullability.
    public static func == (lhs: Field, rhs: Field) -> Bool {
        lhs.name == rhs.name && lhs.type == rhs.type && lhs.isNullable == rhs.isNullable
    }

    /// Hashes what equality looks at.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(type)
        hasher.combine(isNullable)
    }
}

/// The ordered fields of a table. Names are unique.
public struct TableSchema: Hashable, Sendable {
    /// The fields in their order.
    public private(set) var fields: [Field]
    private var positions: [String: Int]

    /// Makes a schema of fields whose names are unique.
    public init(_ fields: [Field] = []) {
        self.fields = []
        positions = [:]
        for field in fields { append(field) }
    }

    /// Adds a field at the end.
    public mutating func append(_ field: Field) {
        precondition(positions[field.name] == nil, "TableSchema.append: the name \(field.name) is taken")
        positions[field.name] = fields.count
        fields.append(field)
    }

    /// Replaces the type of the field at `index`.
    public mutating func setType(_ type: ColumnType, at index: Int) {
        fields[index].type = type
    }

    /// The number of fields.
    public var count: Int { fields.count }
    /// The names in their order.
    public var names: [String] { fields.map(\.name) }

    /// The position of the field called `name`, or nil.
    public func index(of name: String) -> Int? { positions[name] }

    /// The field called `name`, or nil.
    public subscript(name: String) -> Field? { positions[name].map { fields[$0] } }
}
