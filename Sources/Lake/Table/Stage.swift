import Columns

// A stage is a shadow of a table: a log of its own, `_tributary/stage/<name>/_delta_log`, whose data files lie among the
// table's own. So a full refresh can run for hours, commit its state with its rows, be killed and go on, and nobody sees
// half of it: publishing is one commit to the table's log that removes all old files and adds all staged ones.

extension LakeTable {
    /// Throws a stage away with its files. One that is not there, or was published, is no error.
    public func discardStage(_ name: String) async throws {
        guard let staged = try await loadState(stage: name) else { return }
        let main = try await log(stage: nil).load()
        // The log goes first: were the files gone first, a crash would leave a stage that names files that are not there.
        try await deleteLog(ofStage: name)
        for path in Array(staged.files.keys) + Array(staged.tombstones.keys)
        where main?.files[path] == nil && main?.tombstones[path] == nil {
            try await storage.delete("\(folder)/\(path)")
        }
    }

    /// The names of the stages that have a log, as their folders spell them.
    func stageFolders() async throws -> Set<String> {
        let prefix = stagesFolder + "/"
        let names = try await storage.list(stagesFolder).compactMap { file in
            file.path.dropFirst(prefix.count).split(separator: "/").first.map(String.init)
        }
        return Set(names)
    }

    /// Deletes the log of a stage from its end, so that what a crash leaves is an earlier version of the stage.
    func deleteLog(ofStage name: String) async throws {
        let log = try log(stage: name)
        let listed = try await storage.list(log.folder)
        let versions = LogListing(listed, folder: log.folder).files.sorted { $0.file.path > $1.file.path }
        let others = Set(listed.map(\.path)).subtracting(versions.map(\.file.path))
        for path in others.sorted() { try await storage.delete(path) }
        for (_, file) in versions { try await storage.delete(file.path) }
    }
}

/// Puts a stage in the place of its table.
struct StagePublication: Sendable {
    let table: LakeTable
    let stage: String
    /// The stage; nil when nothing was ever committed to it, which makes the table empty.
    let state: TableState?
    let form: TableForm
    let options: LakeOptions

    /// Commits to the table's own log, then deletes the stage's.
    func publish(_ request: CommitRequest) async throws -> CommitReport {
        let log = try table.log(stage: nil)
        var report = CommitReport()
        for _ in 0..<max(1, options.commitAttempts) {
            let main = try await log.load()
            if let main, request.isCommitted(in: main) { return try await settled(main, report) }
            let actions = try actions(request, main)
            let version = (main?.version ?? -1) + 1
            if try await log.commit(actions, version: version) {
                fill(&report, version: version, main: main)
                try await table.deleteLog(ofStage: stage)
                return report
            }
            report.conflicts += 1
        }
        throw LakeError(
            .conflict, "Publishing a stage", path: log.displayed(log.folder),
            problem: "other writers were faster \(report.conflicts) times", advice: "Run again when they are done.")
    }

    private func actions(_ request: CommitRequest, _ main: TableState?) throws -> [DeltaAction] {
        let now = options.clock() / 1_000
        let isPartitioned = form.partitioning != nil
        var actions = [DeltaAction(commitInfo: info(main, now: now))]
        if main == nil {
            actions.append(DeltaAction(protocol: TableProtocol(minReaderVersion: 1, minWriterVersion: 2)))
        }
        actions.append(DeltaAction(metaData: try metadata(request, main, now: now)))
        if let transaction = request.transaction {
            actions.append(CommitRequest.transaction(transaction, now: now))
        }
        let wasPartitioned = main?.metadata?.partitionColumns.isEmpty == false
        actions += (main?.sortedFiles ?? []).map {
            DeltaAction(remove: $0.remove(isPartitioned: wasPartitioned, at: now))
        }
        actions += (state?.sortedFiles ?? []).map { DeltaAction(add: $0.add(isPartitioned: isPartitioned)) }
        return actions
    }

    /// The stage's columns, layout and properties under the table's identity. Properties of other engines stay.
    private func metadata(_ request: CommitRequest, _ main: TableState?, now: Int64) throws -> TableMetadata {
        let isPartitioned = form.partitioning != nil
        var properties = form.properties(with: request.properties)
        properties.setPublishedStage(state?.metadata?.id ?? UUIDText.make())
        let foreign = (main?.metadata?.configuration ?? [:]).filter { !$0.key.hasPrefix(TableProperties.prefix) }
        return TableMetadata(
            id: main?.metadata?.id ?? UUIDText.make(), name: main?.metadata?.name,
            description: main?.metadata?.description,
            schemaString: DeltaSchema.text(form.schema, isPartitioned: isPartitioned),
            partitionColumns: isPartitioned ? [LakePath.partitionColumn] : [],
            configuration: properties.configuration.merging(foreign) { ours, _ in ours },
            createdTime: main?.metadata?.createdTime ?? now)
    }

    private func info(_ main: TableState?, now: Int64) -> CommitInfo {
        CommitInfo(
            timestamp: now, operation: "WRITE", operationParameters: ["mode": "Overwrite"],
            engineInfo: CommitRequest.engine, txnId: UUIDText.make(), readVersion: main?.version)
    }

    private func fill(_ report: inout CommitReport, version: Int64, main: TableState?) {
        let files = state?.sortedFiles ?? []
        report.version = version
        report.rowsTotal = files.reduce(0) { $0 + $1.rowCount }
        report.rowsInserted = report.rowsTotal
        report.filesAdded = files.count
        report.filesRemoved = main?.files.count ?? 0
        report.partitionsTouched = Set(files.compactMap(\.partition))
    }

    private func settled(_ main: TableState, _ report: CommitReport) async throws -> CommitReport {
        try await table.discardStage(stage)
        var report = report
        report.version = main.version
        report.rowsTotal = main.files.values.reduce(0) { $0 + $1.rowCount }
        report.wasCommittedBefore = true
        return report
    }
}
