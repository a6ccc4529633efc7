import Columns

/// Reads a table's state from a checkpoint: one Parquet file, or several parts.
struct CheckpointReader: Sendable {
    let log: DeltaLog
    /// Checkpoints of the second version name further files here; some writers keep the column empty.
    private let sidecar = "sidecar"

    init(log: DeltaLog) { self.log = log }

    /// The state at the checkpoint's version. Throws ``LakeError`` (`corrupt`) for a damaged file.
    func read(_ checkpoint: LogListing.Checkpoint) async throws -> TableState {
        var state = TableState()
        for part in checkpoint.parts { try await read(part.path, version: checkpoint.version, into: &state) }
        state.version = checkpoint.version
        guard state.metadata != nil else { throw damaged(checkpoint.parts[0].path, "it has no metadata") }
        return state
    }

    private func read(_ path: String, version: Int64, into state: inout TableState) async throws {
        do {
            let reader = try await ParquetReader(source: try await log.storage.open(path))
            let present = Set(try reader.nestedSchema().map(\.name))
            let names = (CheckpointSchema.fields.map(\.name) + [sidecar]).filter { present.contains($0) }
            for group in 0..<reader.rowGroupCount {
                let rows = try await reader.readNestedRowGroup(group, columns: names)
                try state.apply(try rows.map { try action($0, path) }, version: version, path: log.displayed(path))
            }
        } catch let error as ParquetError where error.kind == .unsupported {
            throw LakeError(error, path: log.displayed(path))
        } catch let error as ParquetError {
            throw damaged(path, "\(error.message)\(error.column.map { " (column \($0))" } ?? "")")
        }
    }

    private func action(_ row: NestedValue, _ path: String) throws -> DeltaAction {
        guard row[sidecar].isNull else { throw unsupported(path) }
        var action = DeltaAction()
        if !row["txn"].isNull { action.txn = try required(AppTransaction(row["txn"]), "txn", path) }
        if !row["add"].isNull { action.add = try required(AddFile(row["add"]), "add", path) }
        if !row["remove"].isNull { action.remove = try required(RemoveFile(row["remove"]), "remove", path) }
        if !row["metaData"].isNull { action.metaData = try required(TableMetadata(row["metaData"]), "metaData", path) }
        if !row["protocol"].isNull { action.protocol = try required(TableProtocol(row["protocol"]), "protocol", path) }
        return action
    }

    private func required<Action>(_ action: Action?, _ name: String, _ path: String) throws -> Action {
        guard let action else { throw damaged(path, "an action `\(name)` lacks a member") }
        return action
    }

    private func damaged(_ path: String, _ problem: String) -> LakeError {
        LakeError(
            .corrupt, "Reading a checkpoint", path: log.displayed(path), problem: problem,
            advice: "Delete it if the commits from version 0 are there; else restore it, or reset the table.")
    }

    private func unsupported(_ path: String) -> LakeError {
        LakeError(
            .unsupported, "Reading a checkpoint", path: log.displayed(path), problem: "it is of the second version",
            advice: "Turn v2Checkpoint off in the engine that wrote it, and let that engine write a classic one.")
    }
}

/// Writes a table's state as a checkpoint, so that readers need not replay the whole log.
///
/// The commits stay: delta-rs refuses to write to a table whose newest checkpoint has lost the commit of its own version.
struct CheckpointWriter: Sendable {
    let log: DeltaLog
    /// Microseconds since 1970.
    let now: Int64
    /// What `delta.deletedFileRetentionDuration` is where nobody sets it.
    private static let retention: Int64 = 7 * 86_400_000

    func write(_ state: TableState) async throws {
        let rows = rows(state)
        let path = "\(log.folder)/\(LogListing.name(state.version)).checkpoint.parquet"
        let file = try await log.storage.createFile(path)
        do {
            let writer = try NestedParquetWriter(schema: CheckpointSchema.fields, to: file)
            try await writer.write(rows)
            let size = try await writer.finish()
            try await file.finish()
            var pointer = JSONObject()
            pointer.add("version", state.version)
            pointer.add("size", rows.count)
            pointer.add("sizeInBytes", size)
            pointer.add("numOfAddFiles", state.files.count)
            try await log.storage.replace(
                "\(log.folder)/_last_checkpoint", with: JSONValue.object(pointer).serialized())
        } catch {
            await file.abandon()
            throw error
        }
    }

    private func rows(_ state: TableState) -> [NestedValue] {
        let isPartitioned = state.metadata?.partitionColumns.isEmpty == false
        var rows: [NestedValue] = [.structure(["protocol": state.protocolVersion.nested])]
        if let metadata = state.metadata { rows.append(.structure(["metaData": metadata.nested])) }
        rows += state.transactions.values.sorted { $0.appId < $1.appId }.map { .structure(["txn": $0.nested]) }
        rows += state.tombstones.values
            .filter { ($0.deletionTimestamp ?? 0) > now / 1_000 - Self.retention }
            .sorted { $0.path < $1.path }
            .map { .structure(["remove": $0.nested]) }
        rows += state.sortedFiles.map { .structure(["add": $0.add(isPartitioned: isPartitioned).nested]) }
        return rows
    }
}
