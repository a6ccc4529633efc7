import Columns

extension LakeTable {
    /// Rewrites small files of each partition into few of about ``LakeOptions/targetFileBytes``. Rows and properties stay
    /// as they are, and readers of older versions keep their files until a vacuum.
    ///
    /// A partition is rewritten when at least two of its files are smaller than half the target. Memory is one row group.
    public func compact(options: LakeOptions = LakeOptions()) async throws -> CompactionReport {
        let log = try log(stage: nil)
        var state = try await log.load()
        for _ in 0..<max(1, options.commitAttempts) {
            guard let current = state else { return CompactionReport() }
            let compaction = try Compaction(table: self, state: current, options: options)
            var report = CompactionReport()
            report.version = current.version
            guard !compaction.groups.isEmpty else { return report }
            let added = try await compaction.rewrite()
            if try await log.commit(try compaction.actions(added), version: current.version + 1) {
                compaction.fill(&report, added)
                return report
            }
            // Files may have gone meanwhile, and rows in them been replaced: only a fresh start is safe.
            await compaction.delete(added)
            state = try await log.refresh(current)
        }
        throw LakeError(
            .conflict, "Compacting a table", path: log.displayed(log.folder),
            problem: "other writers were faster each time", advice: "Run again when they are done.")
    }
}

/// One attempt at a compaction.
private struct Compaction {
    let table: LakeTable
    let state: TableState
    let shape: TableShape
    let options: LakeOptions
    /// The files to rewrite together, by partition.
    let groups: [(partition: String?, files: [DataFile])]

    init(table: LakeTable, state: TableState, options: LakeOptions) throws {
        let path = "\(table.storage.location)/\(table.folder)"
        try TableShape.checkWriter(state, path: path)
        self.table = table
        self.state = state
        self.options = options
        shape = try TableShape(state, path: path)
        let small = state.sortedFiles.filter { $0.byteCount < options.targetFileBytes / 2 }
        groups = Dictionary(grouping: small, by: \.partition)
            .filter { $0.value.count > 1 }
            .sorted { ($0.key ?? "") < ($1.key ?? "") }
            .map { ($0.key, $0.value) }
    }

    func rewrite() async throws -> [DataFile] {
        let target = DataFileTarget(
            storage: table.storage, table: table.folder, schema: shape.schema,
            primaryKeys: shape.properties.primaryKeys, options: options)
        var added: [DataFile] = []
        for (partition, files) in groups {
            let writer = PartitionFileWriter(target, partition: partition)
            do {
                for file in files { try await copy(file, to: writer) }
                added += try await writer.finish()
            } catch {
                await writer.abandon()
                await delete(added)
                throw error
            }
        }
        return added
    }

    private func copy(_ file: DataFile, to writer: PartitionFileWriter) async throws {
        let reader = try await DataFileReader.open(table.storage, table: table.folder, file: file)
        for group in 0..<reader.rowGroupCount {
            try await writer.write(try await reader.read(group, schema: shape.schema))
        }
    }

    func actions(_ added: [DataFile]) throws -> [DeltaAction] {
        let now = options.clock() / 1_000
        let isPartitioned = shape.isPartitioned
        let info = CommitInfo(
            timestamp: now, operation: "OPTIMIZE", operationParameters: [:], engineInfo: CommitRequest.engine,
            txnId: UUIDText.make(), readVersion: state.version)
        let removes = groups.flatMap(\.files).map {
            DeltaAction(remove: $0.remove(isPartitioned: isPartitioned, at: now, dataChange: false))
        }
        let adds = added.map { DeltaAction(add: $0.add(isPartitioned: isPartitioned, dataChange: false)) }
        return [DeltaAction(commitInfo: info)] + removes + adds
    }

    func fill(_ report: inout CompactionReport, _ added: [DataFile]) {
        let removed = groups.flatMap(\.files)
        report.version = state.version + 1
        report.filesRemoved = removed.count
        report.filesAdded = added.count
        report.bytesRemoved = removed.reduce(0) { $0 + $1.byteCount }
        report.bytesAdded = added.reduce(0) { $0 + $1.byteCount }
        report.partitionsTouched = Set(groups.compactMap(\.partition))
    }

    /// Deletes files that no commit names; what cannot be deleted stays as an orphan for a vacuum.
    func delete(_ files: [DataFile]) async {
        for file in files { try? await table.storage.delete("\(table.folder)/\(file.path)") }
    }
}
