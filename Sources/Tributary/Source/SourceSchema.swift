import Columns

/// A column by which increments can be read.
public struct IncrementalField: Hashable, Sendable {
    /// The name in the data.
    public var name: String
    /// How values are compared and stored.
    public var type: CursorType
    /// The text in the form; nil means the name.
    public var label: String?
    /// Whether rows may lack a value; such rows are found by a full refresh alone.
    public var isNullable: Bool
    /// Whether the upstream answers a bound on it quickly; nil when unknown.
    public var isIndexed: Bool?

    /// A candidate; its name is that in the data.
    public init(
        _ name: String, _ type: CursorType, label: String? = nil, isNullable: Bool = false, isIndexed: Bool? = nil
    ) {
        self.name = name
        self.type = type
        self.label = label
        self.isNullable = isNullable
        self.isIndexed = isIndexed
    }

    /// A point in time.
    public static func datetime(_ name: String) -> Self { Self(name, .datetime) }
    /// A point in time.
    public static func timestamp(_ name: String) -> Self { Self(name, .timestamp) }
    /// A day.
    public static func date(_ name: String) -> Self { Self(name, .date) }
    /// A whole number that grows.
    public static func integer(_ name: String) -> Self { Self(name, .integer) }
    /// A number that grows.
    public static func numeric(_ name: String) -> Self { Self(name, .numeric) }
}

/// A column as discovery saw it.
public struct SchemaColumn: Hashable, Sendable {
    /// The name in the data.
    public var name: String
    /// The upstream's own name of the type.
    public var type: String
    /// Whether the upstream allows null.
    public var isNullable: Bool

    /// A column, by default one that may be null.
    public init(_ name: String, type: String, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}

/// A reference from a column to another table.
public struct ForeignKey: Hashable, Sendable {
    /// The referring column.
    public var column: String
    /// The table referred to.
    public var targetTable: String
    /// The column referred to.
    public var targetColumn: String

    /// A reference from one column to another.
    public init(column: String, targetTable: String, targetColumn: String) {
        self.column = column
        self.targetTable = targetTable
        self.targetColumn = targetColumn
    }
}

/// One table that a source offers.
public struct SourceSchema: Hashable, Sendable {
    /// The stable name, by which a read asks for it.
    public var name: String
    /// The text that a user sees; nil means the name.
    public var label: String?
    /// One sentence for the user.
    public var description: String?
    /// Columns that tell rows apart; empty when none do.
    public var primaryKeys: [String]
    /// Cursor candidates; empty means that incremental and append syncs are not offered.
    public var incrementalFields: [IncrementalField]
    /// Whether rows can be merged by their key, from a watermark on.
    public var supportsIncremental: Bool
    /// Whether rows can be added from a watermark on without coming twice.
    public var supportsAppend: Bool
    /// The exact number of rows; nil when it was not counted.
    public var rowCount: Int?
    /// The number of rows by the upstream's statistics.
    public var estimatedRowCount: Int?
    /// The columns, where discovery saw them.
    public var columns: [SchemaColumn]
    /// References to other tables.
    public var foreignKeys: [ForeignKey]
    /// Whether it is chosen when the user does not choose.
    public var isSelectedByDefault: Bool
    /// Taken off the query's bound by default, for upstreams that restate the past.
    public var defaultLookback: Duration?
    /// Row-level security may hide rows: what to tell the user.
    public var rowSecurityWarning: String?
    /// An opaque value handed back to each read.
    public var metadata: JSONValue?

    /// A table; whether increments are offered follows from keys and cursor fields unless it is said.
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

extension SourceSchema {
    /// The ways this table can be kept in step.
    public var syncTypes: [SyncType] {
        var types: [SyncType] = [.fullRefresh]
        if supportsIncremental { types.append(.incremental) }
        if supportsAppend { types.append(.append) }
        return types
    }
}
