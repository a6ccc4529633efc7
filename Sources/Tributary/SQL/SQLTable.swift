import Columns

/// A table or view as the database's catalogue describes it.
public struct SQLTable: Hashable, Sendable {
    /// One column.
    public struct Column: Hashable, Sendable {
        public var name: String
        /// The type as the database names it, such as `numeric(12,2)`.
        public var type: String
        /// The type below a domain, without arguments, in lower case: what rules go by.
        public var baseType: String
        public var isNullable: Bool
    }

    /// One index over columns; indexes over expressions are left out, and partial ones are not unique.
    public struct Index: Hashable, Sendable {
        public var name: String
        public var columns: [String]
        public var isPrimary: Bool
        public var isUnique: Bool
    }

    /// The schema (of PostgreSQL) or database (of MySQL) that holds it.
    public var schema: String
    public var name: String
    public var isView: Bool
    /// Whether the user may read it.
    public var isReadable: Bool
    public var columns: [Column]
    public var indexes: [Index] = []
    public var foreignKeys: [ForeignKey] = []
    /// From the statistics; nil when there are none.
    public var estimatedRows: Int?
    /// Bytes on the database's disk, without indexes; nil when unknown.
    public var byteCount: Int?
    /// Whether row-level security hides rows from the user.
    public var hidesRows = false

    /// The column called `name`, by its exact name or else in any case.
    public func column(_ name: String) -> Column? {
        columns.first { $0.name == name } ?? columns.first { $0.name.lowercased() == name.lowercased() }
    }
}

extension SQLTable {
    /// The columns that identify a row, and whether the database enforces it.
    public struct Key: Hashable, Sendable {
        public var columns: [String]
        /// False for a column called `id` that nothing but its name makes a key.
        public var isEnforced: Bool
    }

    /// The primary key; else the narrowest unique index whose columns are never null; else a column called `id` in any
    /// case; else nil.
    public var key: Key? {
        if let primary = indexes.first(where: \.isPrimary) {
            // SQLite lets a primary key be null, and then several times.
            return Key(columns: primary.columns, isEnforced: isNeverNull(primary))
        }
        let unique = indexes.filter { $0.isUnique && isNeverNull($0) }
        if let narrowest = unique.min(by: { ($0.columns.count, $0.name) < ($1.columns.count, $1.name) }) {
            return Key(columns: narrowest.columns, isEnforced: true)
        }
        return columns.first { $0.name.lowercased() == "id" }.map { Key(columns: [$0.name], isEnforced: false) }
    }

    private func isNeverNull(_ index: Index) -> Bool {
        index.columns.allSatisfy { column($0)?.isNullable == false }
    }

    /// Whether an index starts with the column, so that a bound on it is answered quickly.
    public func isIndexed(_ column: String) -> Bool { indexes.contains { $0.columns.first == column } }

    /// Bytes of a row on average; nil without statistics.
    public var averageRowBytes: Int? {
        guard let byteCount, let estimatedRows, estimatedRows > 0, byteCount > 0 else { return nil }
        return max(byteCount / estimatedRows, 1)
    }
}
