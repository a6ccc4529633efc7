/// One line of a commit: exactly one of its members is set (Delta protocol, "Actions").
struct DeltaAction: Sendable {
    var add: AddFile?
    var remove: RemoveFile?
    var metaData: TableMetadata?
    var `protocol`: TableProtocol?
    var txn: AppTransaction?
    var commitInfo: CommitInfo?

    // Without a line of their own here, other actions (`cdc`, `domainMetadata`) decode to an empty one and are ignored:
    // what must not be ignored is announced in `protocol`.
}

/// A data file becomes part of the table.
struct AddFile: Hashable, Sendable {
    /// Relative to the table's folder, as a URI reference.
    var path: String
    var partitionValues: [String: String?]
    var size: Int
    /// Milliseconds since 1970.
    var modificationTime: Int64
    var dataChange: Bool
    /// JSON text: row count, and smallest and largest values of columns.
    var stats: String?
    var tags: [String: String?]?
    var deletionVector: UnsupportedValue?
}

/// A data file is no longer part of the table; its bytes stay until a vacuum.
struct RemoveFile: Hashable, Sendable {
    var path: String
    /// Milliseconds since 1970.
    var deletionTimestamp: Int64?
    var dataChange: Bool
    var extendedFileMetadata: Bool?
    var partitionValues: [String: String?]?
    var size: Int?
    var deletionVector: UnsupportedValue?
}

/// The table's identity, columns and properties.
struct TableMetadata: Hashable, Sendable {
    var id: String
    var name: String?
    var description: String?
    var format = FileFormat()
    var schemaString: String
    var partitionColumns: [String]
    var configuration: [String: String]
    /// Milliseconds since 1970.
    var createdTime: Int64?

    struct FileFormat: Hashable, Sendable {
        var provider = "parquet"
        var options: [String: String]? = [:]
    }
}

/// What a reader and a writer must know.
struct TableProtocol: Hashable, Sendable {
    var minReaderVersion: Int
    var minWriterVersion: Int
    var readerFeatures: [String]?
    var writerFeatures: [String]?
}

/// The last version that an application has committed.
struct AppTransaction: Hashable, Sendable {
    var appId: String
    var version: Int64
    /// Milliseconds since 1970.
    var lastUpdated: Int64?
}

/// Who committed what, for people who look at a table's history.
struct CommitInfo: Hashable, Sendable {
    /// Milliseconds since 1970.
    var timestamp: Int64?
    var operation: String?
    var operationParameters: [String: String]?
    var operationMetrics: [String: String]?
    var engineInfo: String?
    /// Tells a commit from every other, so that a writer can tell whether an unanswered commit was its own.
    var txnId: String?
    var readVersion: Int64?
    var isBlindAppend: Bool?
}

/// Marks that something was there that this version does not read.
struct UnsupportedValue: Hashable, Sendable {}
