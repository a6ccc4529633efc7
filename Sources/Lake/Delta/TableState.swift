import Columns

/// A table at one version, as the replay of its log gives it (Delta protocol, "Action Reconciliation").
struct TableState: Sendable {
    var version: Int64 = -1
    var protocolVersion = TableProtocol(minReaderVersion: 1, minWriterVersion: 2)
    var metadata: TableMetadata? {
        didSet {
            guard let text = metadata?.schemaString, text != oldValue?.schemaString else { return }
            schema = try? DeltaSchema.parse(text, path: "")
        }
    }
    /// The columns of ``metadata``: each commit repeats their text, and few change it. Nil where it cannot be read, which
    /// is told by whoever needs them.
    private(set) var schema: TableSchema?
    /// The live files, by their path relative to the table's folder.
    var files: [String: DataFile] = [:]
    /// Files that were removed, and are kept for readers of older versions.
    var tombstones: [String: RemoveFile] = [:]
    var transactions: [String: AppTransaction] = [:]

    /// Applies the actions of the commit `version`; `path` names it in errors.
    mutating func apply(_ actions: [DeltaAction], version: Int64, path: String) throws {
        // A commit that removes and adds the same path replaces the file; the order of lines does not matter.
        for action in actions { if let remove = action.remove { try apply(remove, path: path) } }
        for action in actions { try applyOthers(action, path: path) }
        self.version = version
    }

    private mutating func apply(_ remove: RemoveFile, path: String) throws {
        let file = try Self.decoded(remove.path, path: path)
        files[file] = nil
        tombstones[file] = remove
    }

    private mutating func applyOthers(_ action: DeltaAction, path: String) throws {
        if let add = action.add {
            let file = try DataFile(add, commit: path)
            files[file.path] = file
            tombstones[file.path] = nil
        }
        if let metadata = action.metaData { self.metadata = metadata }
        if let version = action.protocol { protocolVersion = version }
        if let transaction = action.txn { transactions[transaction.appId] = transaction }
    }

    private static func decoded(_ spelling: String, path: String) throws -> String {
        guard let file = LakePath.fromLogSpelling(spelling) else { throw DataFile.unreadablePath(commit: path) }
        return file
    }

    /// The live files in order of their paths.
    var sortedFiles: [DataFile] { files.values.sorted { $0.path < $1.path } }
}

/// One live data file of a table.
public struct DataFile: Hashable, Sendable {
    /// Relative to the table's folder.
    public let path: String
    /// The partition that all its rows are in; nil for a table without partitions.
    public let partition: String?
    public let byteCount: Int
    /// The rows of the file.
    public internal(set) var rowCount: Int
    /// When it was added: milliseconds since 1970, UTC.
    let modificationTime: Int64
    /// The statistics of the log, as JSON text.
    let statistics: String?
    let tags: [String: String?]?

    init(_ add: AddFile, commit: String) throws {
        guard let path = LakePath.fromLogSpelling(add.path) else { throw Self.unreadablePath(commit: commit) }
        guard add.deletionVector == nil else {
            throw LakeError(
                .unsupported, "Reading a commit", path: commit, problem: "it uses deletion vectors",
                advice: "Turn them off for this table in the engine that wrote them, and rewrite its files there.")
        }
        guard !path.hasPrefix("/"), !path.containsASCII("://"), (try? LakePath.check(path)) != nil else {
            throw LakeError(
                .unsupported, "Reading a commit", path: commit, problem: "a data file lies outside the table's folder",
                advice: "Shallow clones are not supported; copy the table in full.")
        }
        self.path = path
        partition = add.partitionValues[LakePath.partitionColumn] ?? nil
        byteCount = add.size
        modificationTime = add.modificationTime
        statistics = add.stats
        tags = add.tags
        rowCount = FileStatistics.rowCount(add.stats) ?? -1
    }

    /// A file that was just written.
    init(path: String, partition: String?, byteCount: Int, rowCount: Int, modificationTime: Int64, statistics: String?)
    {
        self.path = path
        self.partition = partition
        self.byteCount = byteCount
        self.rowCount = rowCount
        self.modificationTime = modificationTime
        self.statistics = statistics
        tags = nil
    }

    /// The file as the log spells it.
    func add(isPartitioned: Bool, dataChange: Bool = true) -> AddFile {
        AddFile(
            path: LakePath.logSpelling(path),
            partitionValues: isPartitioned ? [LakePath.partitionColumn: partition] : [:], size: byteCount,
            modificationTime: modificationTime, dataChange: dataChange, stats: statistics, tags: tags)
    }

    /// The removal of the file, as the log spells it.
    func remove(isPartitioned: Bool, at time: Int64, dataChange: Bool = true) -> RemoveFile {
        RemoveFile(
            path: LakePath.logSpelling(path), deletionTimestamp: time, dataChange: dataChange,
            extendedFileMetadata: true,
            partitionValues: isPartitioned ? [LakePath.partitionColumn: partition] : [:], size: byteCount)
    }

    static func unreadablePath(commit: String) -> LakeError {
        LakeError(
            .corrupt, "Reading a commit", path: commit, problem: "the path of a data file has a broken escape",
            advice: "Restore the log from a backup, or reset the table and sync it again.")
    }
}
