/// What one sync did, over all its attempts.
public struct SyncSummary: Hashable, Sendable, Codable {
    public var runID: String
    public var connection: String
    public var schema: String
    /// The raw value of `SyncType`.
    public var syncType: String
    /// Rows that the source emitted.
    public var rowsRead = 0
    public var rowsInserted = 0
    public var rowsUpdated = 0
    /// Partitions that files were added to.
    public var partitionsTouched = 0
    public var commits = 0
    /// The watermark as text, for example `2024-02-29T12:00:00Z`; nil where there is none.
    public var watermarkBefore: String?
    public var watermarkAfter: String?
    /// Bytes of JSON pages, or of the columns of tables and rows, that came from the source.
    public var bytesRead = 0
    /// Bytes of the data files that were added.
    public var bytesWritten = 0
    /// Seconds by the context's clock.
    public var durationSeconds = 0.0
    public var attempts = 0
    /// The version of the lake's table after the sync; nil when there is no table, for no row ever came.
    public var tableVersion: Int64?
    /// Rows of the lake's table after the sync.
    public var tableRows = 0
    /// Whether a cancellation ended the run at a safe point: what was complete then is committed, and the next run goes
    /// on from there.
    public var wasCancelled = false

    public init(runID: String, connection: String, schema: String, syncType: String) {
        self.runID = runID
        self.connection = connection
        self.schema = schema
        self.syncType = syncType
    }
}
