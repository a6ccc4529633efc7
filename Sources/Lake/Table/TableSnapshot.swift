import Columns

/// A table at one version. Files that it names stay readable until a vacuum whose retention has passed.
public struct TableSnapshot: Sendable {
    public let version: Int64
    /// The columns of the rows; `_partition`, which says where a row lies, is not among them.
    public let schema: TableSchema
    /// The layout that the table was created with; nil for a table without partitions.
    public let partitioning: Partitioning?
    public let primaryKeys: [String]
    /// What was committed with the rows (watermark, resume token, …), by name without the prefix `tributary.`.
    public let properties: [String: String]
    /// The live files, in order of their paths.
    public let files: [DataFile]
    public let rowCount: Int
    /// The size of the live files together.
    public let byteCount: Int

    private let state: TableState
    private let storage: any LakeStorage
    private let folder: String

    init(_ state: TableState, storage: any LakeStorage, folder: String) throws {
        let shape = try TableShape(state, path: "\(storage.location)/\(folder)")
        version = state.version
        schema = shape.schema
        partitioning = shape.partitioning
        primaryKeys = shape.properties.primaryKeys
        properties = shape.properties.own
        files = state.sortedFiles
        rowCount = files.reduce(0) { $0 + $1.rowCount }
        byteCount = files.reduce(0) { $0 + $1.byteCount }
        self.state = state
        self.storage = storage
        self.folder = folder
    }

    /// The last version that `appID` has committed, or nil.
    public func transactionVersion(appID: String) -> Int64? { state.transactions[appID]?.version }

    /// Reads the rows, a row group at a time, in no particular order.
    ///
    /// - Parameters:
    ///   - columns: The columns wanted, in that order; `_partition` may be among them. Nil means all of ``schema``.
    ///   - body: Takes each part; memory is one row group.
    public func read(columns: [String]? = nil, into body: (Table) async throws -> Void) async throws {
        try await read(files, columns: columns, into: body)
    }

    /// The same, without the files whose statistics say that no row reaches a value: the rows that come may lie below it.
    public func read(
        columns: [String], reaching least: Value, in column: String, into body: (Table) async throws -> Void
    ) async throws {
        let field = schema[column]
        let reaching = files.filter { file in
            guard let field, let statistics = FileStatistics(file.statistics) else { return true }
            return statistics.mayReach(least, in: field)
        }
        try await read(reaching, columns: columns, into: body)
    }

    private func read(
        _ files: [DataFile], columns: [String]?, into body: (Table) async throws -> Void
    ) async throws {
        let wanted = try TableSchema(checking: columns ?? schema.names, of: schema, path: folder)
        for file in files {
            let reader = try await DataFileReader.open(storage, table: folder, file: file)
            for index in 0..<reader.rowGroupCount {
                try await body(try await reader.read(index, schema: wanted))
            }
        }
    }
}

extension TableSchema {
    /// The fields called `names`, in that order, of `schema` and the partition column.
    fileprivate init(checking names: [String], of schema: TableSchema, path: String) throws {
        self.init()
        for name in names where index(of: name) == nil {
            if name == LakePath.partitionColumn {
                append(Field(name, .utf8))
            } else if let field = schema[name] {
                append(field)
            } else {
                throw LakeError(
                    .misuse, "Reading a table", path: path, problem: "it has no column \(name)",
                    advice: "It has \(schema.names.joined(separator: ", ")).")
            }
        }
    }
}
