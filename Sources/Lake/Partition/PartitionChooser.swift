import Columns

/// Decides how a new table is laid out, from what the source says and the first batch.
public struct PartitionChooser: Sendable {
    public var hints: PartitionHints
    public var primaryKeys: [String]
    /// The cursor field of an incremental sync.
    public var cursorField: String?
    /// How many rows the source expects in all.
    public var rowsToSync: Int?

    public init(
        hints: PartitionHints = PartitionHints(), primaryKeys: [String] = [], cursorField: String? = nil,
        rowsToSync: Int? = nil
    ) {
        self.hints = hints
        self.primaryKeys = primaryKeys
        self.cursorField = cursorField
        self.rowsToSync = rowsToSync
    }

    /// The layout for a table whose first batch is `batch`; nil where the table has neither keys nor a date to go by.
    public func choose(for batch: Table) -> Partitioning? { nil }
}
