import Columns

/// Where and how data files are written.
struct DataFileTarget: Sendable {
    let storage: any LakeStorage
    /// The table's folder.
    let table: String
    let schema: TableSchema
    let primaryKeys: [String]
    let options: LakeOptions

    /// Key columns get bloom filters, so that a later merge of new rows need not read the keys of every file.
    var parquetOptions: ParquetOptions {
        var parquet = ParquetOptions(rowGroupBytes: options.rowGroupBytes, rowGroupRows: options.rowGroupRows)
        parquet.bloomFilterColumns = Set(primaryKeys.filter { schema[$0]?.type.isFiltered == true })
        // A merge asks for hundreds of keys at once; one of them would pass a usual filter of 1 %.
        parquet.bloomFilterFalsePositives = 0.0001
        return parquet
    }
}

/// Writes the rows of one partition into new files, each of about the target size. Nobody sees them before a commit.
final class PartitionFileWriter {
    private let target: DataFileTarget
    private let partition: String?
    private var current: (path: String, file: any LakeFile, writer: ParquetWriter)?
    private(set) var finished: [DataFile] = []

    init(_ target: DataFileTarget, partition: String?) {
        self.target = target
        self.partition = partition
    }

    /// Takes in rows, whose columns are those of the target.
    nonisolated(nonsending) func write(_ table: Table) async throws {
        guard table.rowCount > 0 else { return }
        if current == nil { try await open() }
        guard let current else { return }
        try await explaining(current.path) { try await current.writer.write(table) }
        if current.writer.byteCount >= target.options.targetFileBytes { try await close() }
    }

    /// Closes the last file and gives all that were written.
    nonisolated(nonsending) func finish() async throws -> [DataFile] {
        try await close()
        return finished
    }

    /// Deletes everything that was written.
    nonisolated(nonsending) func abandon() async {
        await current?.file.abandon()
        current = nil
        for file in finished { try? await target.storage.delete("\(target.table)/\(file.path)") }
        finished = []
    }

    nonisolated(nonsending) private func open() async throws {
        let name = "part-\(UUIDText.make()).zstd.parquet"
        let path = partition.map { "\(LakePath.partitionFolder($0))/\(name)" } ?? name
        let file = try await target.storage.createFile("\(target.table)/\(path)")
        current = (path, file, ParquetWriter(schema: target.schema, options: target.parquetOptions, to: file))
    }

    nonisolated(nonsending) private func close() async throws {
        guard let (path, file, writer) = current else { return }
        let summary = try await explaining(path) { try await writer.finish() }
        try await file.finish()
        current = nil
        finished.append(
            DataFile(
                path: path, partition: partition, byteCount: summary.byteCount, rowCount: summary.rowCount,
                modificationTime: target.options.clock() / 1_000,
                statistics: FileStatistics.text(summary, always: Set(target.primaryKeys))))
    }

    nonisolated(nonsending) private func explaining<Result>(
        _ path: String, _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as ParquetError {
            throw LakeError(error, path: "\(target.storage.location)/\(target.table)/\(path)")
        }
    }
}
