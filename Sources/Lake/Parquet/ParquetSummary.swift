import Columns

/// What a finished file holds, as the Delta log wants to know it.
public struct ParquetFileSummary: Hashable, Sendable {
    public var rowCount: Int
    /// The length of the file.
    public var byteCount: Int
    public var rowGroupCount: Int
    /// One for each column, in the order of the schema.
    public var columns: [ColumnSummary]

    /// The summary of the column called `name`, or nil.
    public func column(_ name: String) -> ColumnSummary? { columns.first { $0.name == name } }
}

/// The range of one column over a whole file.
public struct ColumnSummary: Hashable, Sendable {
    public var name: String
    public var nullCount: Int
    /// A lower bound: no value is smaller. Nil when all values are null, or no bound can be given (a column with NaN).
    ///
    /// It is the smallest value itself, but for `utf8` (the first 32 scalars of it) and `binary` (32 bytes).
    public var min: Value?
    /// An upper bound: no value is larger. Text and bytes that had to be cut are raised in their last position, so that
    /// the bound still holds; nil also when that is impossible.
    public var max: Value?
    /// Whether `min` and `max` are values that occur, not cut ones.
    public var isExact: Bool
}
