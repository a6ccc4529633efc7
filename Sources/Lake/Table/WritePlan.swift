import Columns

/// How rows are to be written to a table.
public struct WritePlan: Sendable {
    /// What becomes of a row whose key is in the table already.
    public enum Mode: Hashable, Sendable {
        /// Every row is added.
        case append
        /// A row replaces the stored row of the same key in the same partition.
        case merge
    }

    /// The columns of the rows. Columns that the table does not have are added to it; types must be the stored ones.
    public var schema: TableSchema
    /// The columns that identify a row. Two nulls are equal.
    public var primaryKeys: [String]
    /// The layout of a new table. A table that exists keeps its own.
    public var partitioning: Partitioning?
    public var mode: Mode
    /// The name of a stage: rows go to a shadow of the table, which ``TableWriter/publishStage(properties:transaction:)``
    /// puts in the table's place in one step.
    public var stage: String?
    public var options: LakeOptions

    public init(
        schema: TableSchema, primaryKeys: [String] = [], partitioning: Partitioning? = nil, mode: Mode = .append,
        stage: String? = nil, options: LakeOptions = LakeOptions()
    ) {
        self.schema = schema
        self.primaryKeys = primaryKeys
        self.partitioning = partitioning
        self.mode = mode
        self.stage = stage
        self.options = options
    }
}
