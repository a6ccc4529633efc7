import Tributary

/// How a run ended, or that it has not.
public enum RunStatus: String, Hashable, Sendable, Codable, CaseIterable {
    case running
    case completed
    /// Ended by an error that is in the record.
    case failed
    /// Stopped at a safe point because somebody asked for it.
    case cancelled
    /// The process ended without a word; found out by the next run of the table.
    case interrupted
    /// Refused before it read: more rows than the allowance.
    case billingLimit = "billing-limit"
}

/// One run of one table, as the history keeps it.
public struct RunRecord: Hashable, Sendable, Codable, Identifiable {
    public var id: String
    public var connection: String
    public var schema: String
    /// The raw value of `SyncType`.
    public var syncType: String
    public var status: RunStatus
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var startedAt: Int64
    /// Microseconds since 1970-01-01T00:00:00Z; nil while the run goes on.
    public var endedAt: Int64?
    public var attempts: Int
    public var rowsRead: Int
    public var rowsInserted: Int
    public var rowsUpdated: Int
    public var commits: Int
    public var bytesRead: Int
    public var bytesWritten: Int
    public var watermarkBefore: String?
    public var watermarkAfter: String?
    /// The version of the lake's table after the run; nil when nothing was written.
    public var tableVersion: Int64?
    /// The kind of the error, such as `rate-limited`.
    public var errorKind: String?
    /// What a person reads about the error.
    public var error: String?
    /// The process that ran it.
    public var processID: Int32

    public init(
        id: String, connection: String, schema: String, syncType: String, startedAt: Int64, processID: Int32,
        watermarkBefore: String? = nil
    ) {
        self.id = id
        self.connection = connection
        self.schema = schema
        self.syncType = syncType
        self.startedAt = startedAt
        self.processID = processID
        self.watermarkBefore = watermarkBefore
        status = .running
        attempts = 0
        rowsRead = 0
        rowsInserted = 0
        rowsUpdated = 0
        commits = 0
        bytesRead = 0
        bytesWritten = 0
    }
}
