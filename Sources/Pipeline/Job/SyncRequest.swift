import Columns
import Tributary

/// One sync that somebody asks for: which table of which connection, and how.
public struct SyncRequest: Sendable {
    /// The connection's name: the first folder in the lake.
    public var connection: String
    /// The schema's name, as the source lists it.
    public var schema: String
    public var syncType: SyncType
    /// The cursor field as the source names it; nil takes the source's best candidate (``DefaultSettings``).
    public var cursorField: String?
    /// Taken off the watermark in the query, for cursor fields of time; nil takes the source's default.
    public var lookback: Duration?
    /// Whether the table is to be built anew; the old one stays until the new one is complete.
    public var reset: Bool
    /// What discovery found for the schema; nil makes the engine ask the source.
    public var discovered: SourceSchema?
    /// Columns that identify a row, where the user overrides the source.
    public var primaryKeys: [String]?
    public var options: SyncOptions

    public init(
        connection: String, schema: String, syncType: SyncType, cursorField: String? = nil, lookback: Duration? = nil,
        reset: Bool = false, discovered: SourceSchema? = nil, primaryKeys: [String]? = nil,
        options: SyncOptions = SyncOptions()
    ) {
        self.connection = connection
        self.schema = schema
        self.syncType = syncType
        self.cursorField = cursorField
        self.lookback = lookback
        self.reset = reset
        self.discovered = discovered
        self.primaryKeys = primaryKeys
        self.options = options
    }
}

/// Limits and choices of a sync. The defaults are those of the design, sections 4 and 5.
public struct SyncOptions: Sendable {
    /// The rows of a batch at most; a source's response may say otherwise.
    public var batchRows = 5_000
    /// The bytes of a batch at most; a source's response may say otherwise.
    public var batchBytes = 200 << 20
    /// A commit is made when this many bytes of rows wait for it …
    public var commitBytes = 48 << 20
    /// … or when the oldest of them has waited this long.
    public var commitInterval = Duration.seconds(60)
    /// Rows that may be read until the billing limit; nil means without limit.
    public var rowAllowance: Int?
    /// Columns to keep, as the source names them; keys, cursor and partition keys are kept anyway. Nil means all.
    public var enabledColumns: [String]?
    /// How often a sync is tried; nil: 20 times for a source that resumes, 9 for incremental and append, 3 for a full
    /// refresh (posthog 4.9).
    public var maxAttempts: Int?
    /// How far back a first incremental read goes; nil means without limit.
    public var historyStart: CursorValue?

    public init() {}
}
