import Columns

/// One table of the lake: a Delta table in a folder of its own.
///
/// A value without state: every call reads the log anew. Tables written here are Delta tables of reader version 1 and
/// writer version 2, the smallest that every engine knows.
///
/// What the runtime must remember with the rows (watermark, resume token, …) travels as table properties
/// `tributary.<key>` in `metaData.configuration`, in the very commit that adds the rows: properties survive checkpoints
/// and the cleaning of the log, and every engine keeps them when it writes. (`domainMetadata` would need writer version
/// 7, which not all engines write.) A `txn` action makes a commit idempotent.
public struct LakeTable: Sendable {
    /// The table's folder in the storage, `<connection>/<table>`.
    public let folder: String
    let storage: any LakeStorage

    /// Names a table; it need not exist. Folder names made from user text go through ``LakePath/escapedName(_:)`` first.
    public init(storage: any LakeStorage, folder: String) {
        self.storage = storage
        self.folder = folder
    }

    /// The table at its newest version, or nil where there is none; with `stage`, that shadow of the table instead.
    public func snapshot(stage: String? = nil) async throws -> TableSnapshot? {
        guard let state = try await loadState(stage: stage) else { return nil }
        return try TableSnapshot(state, storage: storage, folder: folder)
    }

    /// Opens the table for writing. It is created with the first commit.
    ///
    /// - Throws: ``LakeError`` when the plan has no key to merge by, the table's columns contradict it, or the table needs
    ///   a writer that this version is not.
    public func writer(_ plan: WritePlan) async throws -> TableWriter {
        let state = try await loadState(stage: plan.stage)
        return try await TableWriter(table: self, plan: plan, state: state)
    }

    /// The log of the table, or of a stage.
    func log(stage: String?) throws -> DeltaLog {
        try LakePath.check(folder)
        guard let stage else { return DeltaLog(storage: storage, folder: "\(folder)/_delta_log", table: folder) }
        let name = LakePath.escapedName(stage)
        return DeltaLog(storage: storage, folder: "\(stagesFolder)/\(name)/_delta_log", table: folder)
    }

    /// Where the logs of stages lie. Other engines pass over folders whose name starts with `_`.
    var stagesFolder: String { "\(folder)/_tributary/stage" }

    /// The state of the table or of a stage. A stage that was published is no stage any more: what is left of its log
    /// (the process died before it could delete it) is deleted here.
    func loadState(stage: String?) async throws -> TableState? {
        guard let state = try await log(stage: stage).load() else { return nil }
        guard let stage else { return state }
        let main = try await log(stage: nil).load()
        guard main?.publishedStage != state.metadata?.id else {
            try await deleteLog(ofStage: stage)
            return nil
        }
        return state
    }
}

extension TableState {
    /// The identity of the stage that was published last.
    var publishedStage: String? { metadata?.configuration[TableProperties.publishedStage] }
}
