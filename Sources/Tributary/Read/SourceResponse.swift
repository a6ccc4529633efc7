import Columns

/// What a read gives: the items, and what the runtime must know about them.
public struct SourceResponse: Sendable {
    /// The table's name in the lake; nil means the schema's.
    public var name: String?
    /// The columns that identify a row; empty when none do, which rules out incremental syncs.
    public var primaryKeys: [String]
    /// The order in which rows really arrive.
    public var sortMode: SortMode
    /// False when rows arrive in no order that can be trusted: the watermark then moves only when the read is complete.
    public var isSorted: Bool
    /// How the table is laid out; what is left out is chosen on the first batch.
    public var partitioning: PartitionHints
    /// Rows expected, for the billing check and the number of partitions; nil when unknown.
    public var rowsToSync: Int?
    /// The source's own finding that its keys repeat; true stops an incremental sync before it starts.
    public var hasDuplicatePrimaryKeys: Bool
    /// Override of the batch limits: rows.
    public var chunkRows: Int?
    /// Override of the batch limits: bytes.
    public var chunkBytes: Int?
    /// Types for columns that values alone cannot tell; hinted columns that never come are added as null.
    public var columnHints: [String: ColumnType]
    /// False when resume tokens of this read must be ignored.
    public var supportsResume: Bool
    /// Columns that the items take from deeper in the upstream's rows, for those who compare the two.
    public var lifting: [LiftedColumn]
    /// What the source reads.
    public var items: Items

    /// A response; the items alone are a table without keys in ascending order.
    public init(
        name: String? = nil, primaryKeys: [String] = [], sortMode: SortMode = .ascending, isSorted: Bool = true,
        partitioning: PartitionHints = PartitionHints(), rowsToSync: Int? = nil, hasDuplicatePrimaryKeys: Bool = false,
        chunkRows: Int? = nil, chunkBytes: Int? = nil, columnHints: [String: ColumnType] = [:],
        supportsResume: Bool = true, lifting: [LiftedColumn] = [], items: Items
    ) {
        self.name = name
        self.primaryKeys = primaryKeys
        self.sortMode = sortMode
        self.isSorted = isSorted
        self.partitioning = partitioning
        self.rowsToSync = rowsToSync
        self.hasDuplicatePrimaryKeys = hasDuplicatePrimaryKeys
        self.chunkRows = chunkRows
        self.chunkBytes = chunkBytes
        self.columnHints = columnHints
        self.supportsResume = supportsResume
        self.lifting = lifting
        self.items = items
    }
}
