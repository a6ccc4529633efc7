/// What a user chose for one table of a connection, and whether it is switched off.
public struct TableSettings: Hashable, Sendable, Codable {
    public var connection: String
    public var schema: String
    /// The raw value of `SyncType`; nil lets the runtime choose.
    public var syncType: String?
    /// The cursor field as the source names it; nil lets the runtime choose.
    public var cursorField: String?
    /// Columns that identify a row, where the user overrides the source; nil means the source's.
    public var primaryKeys: [String]?
    /// Columns to keep; nil means all.
    public var enabledColumns: [String]?
    /// Seconds that are taken off the watermark in the query; nil means the source's default.
    public var lookbackSeconds: Int?
    /// Where the history that is read begins, as the cursor field spells it; nil means without limit.
    public var historyStart: String?
    /// Why the table is switched off, in words for the user; nil while it is on.
    public var disabledReason: String?

    public init(
        connection: String, schema: String, syncType: String? = nil, cursorField: String? = nil,
        primaryKeys: [String]? = nil, enabledColumns: [String]? = nil, lookbackSeconds: Int? = nil,
        historyStart: String? = nil, disabledReason: String? = nil
    ) {
        self.connection = connection
        self.schema = schema
        self.syncType = syncType
        self.cursorField = cursorField
        self.primaryKeys = primaryKeys
        self.enabledColumns = enabledColumns
        self.lookbackSeconds = lookbackSeconds
        self.historyStart = historyStart
        self.disabledReason = disabledReason
    }
}
