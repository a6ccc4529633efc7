import Columns

/// What one read is asked for.
public struct SourceInputs: Sendable {
    /// The schema's name, as ``SourceSchema`` gave it.
    public var schema: String
    /// How the table is kept in step.
    public var syncType: SyncType
    /// The cursor field that the user chose; nil for a full refresh.
    public var cursorField: IncrementalField?
    /// The bounds for the query, with the lookback already taken off; empty in a full refresh or after a reset.
    public var watermark: Watermark
    /// The stored last value, before the lookback.
    public var storedLast: CursorValue?
    /// The position from which an interrupted read goes on.
    public var resumeToken: ResumeToken?
    /// How far back a first read goes; nil means without limit.
    public var historyStart: CursorValue?
    /// The columns that the user chose; nil means all.
    public var enabledColumns: [String]?
    /// What discovery stored for this schema.
    public var schemaMetadata: JSONValue?
    /// Identifies the run in logs.
    public var runID: String
    /// Whether the table is being rebuilt from nothing.
    public var isReset: Bool
    /// Whether no read of the table was ever completed, also where the watermark of an interrupted one is stored: what only
    /// a first read brings, such as rows without a cursor value, is still to be brought.
    /// Where nobody has said so, a read without a watermark is one.
    public var isFirstRead: Bool {
        get { saysFirstRead ?? (watermark.last == nil && watermark.earliest == nil) }
        set { saysFirstRead = newValue }
    }
    private var saysFirstRead: Bool?

    /// Inputs; a schema's name alone asks for a full refresh.
    public init(
        schema: String, syncType: SyncType = .fullRefresh, cursorField: IncrementalField? = nil,
        watermark: Watermark = Watermark(), storedLast: CursorValue? = nil, resumeToken: ResumeToken? = nil,
        historyStart: CursorValue? = nil, enabledColumns: [String]? = nil, schemaMetadata: JSONValue? = nil,
        runID: String = "", isReset: Bool = false, isFirstRead: Bool? = nil
    ) {
        self.schema = schema
        self.syncType = syncType
        self.cursorField = cursorField
        self.watermark = watermark
        self.storedLast = storedLast
        self.resumeToken = resumeToken
        self.historyStart = historyStart
        self.enabledColumns = enabledColumns
        self.schemaMetadata = schemaMetadata
        self.runID = runID
        self.isReset = isReset
        saysFirstRead = isFirstRead
    }
}
