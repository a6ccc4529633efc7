/// What one commit did.
public struct CommitReport: Hashable, Sendable {
    /// The version of the table after the commit; -1 where there is no table.
    public var version: Int64 = -1
    /// Rows whose key was not in the table (all rows, in append mode).
    public var rowsInserted = 0
    /// Distinct keys whose stored row was replaced by another.
    public var rowsUpdated = 0
    /// Distinct keys whose row came in as it was stored.
    public var rowsUnchanged = 0
    /// Rows of the table after the commit.
    public var rowsTotal = 0
    /// The partitions that files were added to; empty for a table without partitions.
    public var partitionsTouched: Set<String> = []
    public var filesAdded = 0
    public var filesRemoved = 0
    /// Bytes of the data files that were added.
    public var bytesWritten = 0
    /// Whether the transaction had been committed before, so that nothing was written now.
    public var wasCommittedBefore = false
    /// How often another writer won the race for the version.
    public var conflicts = 0

    public init() {}
}

/// What a compaction did.
public struct CompactionReport: Hashable, Sendable {
    /// The version of the table after the compaction; -1 where there is no table.
    public var version: Int64 = -1
    public var filesRemoved = 0
    public var filesAdded = 0
    public var bytesRemoved = 0
    public var bytesAdded = 0
    public var partitionsTouched: Set<String> = []

    public init() {}
}

/// What a vacuum deleted, or would delete.
public struct VacuumReport: Hashable, Sendable {
    /// Files that no version within the retention needs, relative to the storage's root.
    public var files: [String] = []
    public var bytes = 0
    /// Whether the files were only named.
    public var isDryRun = false

    public init() {}
}
