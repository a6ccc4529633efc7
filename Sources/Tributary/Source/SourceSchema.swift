import Columns

/// A column by which increments can be read.
public struct IncrementalField: Hashable, Sendable {
    /// The name in the data.
    public var name: String
    public var type: CursorType
    /// The text in the form; nil means the name.
    public var label: String?
    public var isNullable: Bool
    /// Whether the upstream answers a bound on it quickly; nil when unknown.
    public var isIndexed: Bool?

    public init(
        _ name: String, _ type: CursorType, label: String? = nil, isNullable: Bool = false, isIndexed: Bool? = nil
    ) {
        self.name = name
        self.type = type
        self.label = label
        self.isNullable = isNullable
        self.isIndexed = isIndexed
    }

    public static func datetime(_ name: String) -> Self { Self(name, .datetime) }
    public static func timestamp(_ name: String) -> Self { Self(name, .timestamp) }
    public static func date(_ name: String) -> Self { Self(name, .date) }
    public static func integer(_ name: String) -> Self { Self(name, .integer) }
    public static func numeric(_ name: String) -> Self { Self(name, .numeric) }
}

/// A column as discovery saw it.
public struct SchemaColumn: Hashable, Sendable {
    public var name: String
    /// The upstream's own name of the type.
    public var type: String
    public var isNullable: Bool

    public init(_ name: String, type: String, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}

/// A reference from a column to another table.
public struct ForeignKey: Hashable, Sendable {
    public var column: String
    public var targetTable: String
    public var targetColumn: String

    public init(column: String, targetTable: String, targetColumn: String) {
        self.column = column
        self.targetTable = targetTable
        self.targetColumn = targetColumn
    }
}

/// One table that a source offers.
public struct SourceSchema: Hashable, Sendable {
    public var name: String
    public var label: String?
    public var description: String?
    public var primaryKeys: [String]
    /// Cursor candidates; empty means that incremental and append syncs are not offered.
    public var incrementalFields: [IncrementalField]
    public var supportsIncremental: Bool
    public var supportsAppend: Bool
    public var rowCount: Int?
    public var estimatedRowCount: Int?
    public var columns: [SchemaColumn]
    public var foreignKeys: [ForeignKey]
    /// Whether it is chosen when the user does not choose.
    public var isSelectedByDefault: Bool
    /// Taken off the query's bound by default, for upstreams that restate the past.
    public var defaultLookback: Duration?
    /// Row-level security may hide rows: what to tell the user.
    public var rowSecurityWarning: String?
    /// An opaque value handed back to each read.
    public var metadata: JSONValue?

    public init(
        _ name: String, label: String? = nil, description: String? = nil, primaryKeys: [String] = [],
        incremental: [IncrementalField] = [], supportsIncremental: Bool? = nil, supportsAppend: Bool? = nil,
        rowCount: Int? = nil, estimatedRowCount: Int? = nil, columns: [SchemaColumn] = [],
        foreignKeys: [ForeignKey] = [], isSelectedByDefault: Bool = true, defaultLookback: Duration? = nil,
        rowSecurityWarning: String? = nil, metadata: JSONValue? = nil
    ) {
        self.name = name
        self.label = label
        self.description = description
        self.primaryKeys = primaryKeys
        incrementalFields = incremental
        self.supportsIncremental = supportsIncremental ?? (!incremental.isEmpty && !primaryKeys.isEmpty)
        self.supportsAppend = supportsAppend ?? !incremental.isEmpty
        self.rowCount = rowCount
        self.estimatedRowCount = estimatedRowCount
        self.columns = columns
        self.foreignKeys = foreignKeys
        self.isSelectedByDefault = isSelectedByDefault
        self.defaultLookback = defaultLookback
        self.rowSecurityWarning = rowSecurityWarning
        self.metadata = metadata
    }
}
