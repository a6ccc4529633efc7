import Columns

/// Writes rows to one table: takes tables in the order of arrival, and commits what it holds with the state that belongs
/// to it.
///
/// Rows lie in memory until a commit. The caller commits when ``isFull`` turns true, and at the end; between two commits
/// nothing of the rows can be seen by anybody. Several writers on one table, in one process or many, lose nothing.
public actor TableWriter {
    let table: LakeTable
    let plan: WritePlan
    let log: DeltaLog
    /// The table as this writer last saw it; nil while there is none.
    var state: TableState?
    private var buffer: RowBuffer
    /// The stored columns, the planned ones, and those of the waiting rows.
    private var form: TableForm
    private var filters = KeyFilterCache()
    private var isCommitting = false
    private var isClosed = false

    init(table: LakeTable, plan: WritePlan, state: TableState?) async throws {
        self.table = table
        self.plan = plan
        self.state = state
        log = try table.log(stage: plan.stage)
        form = try TableForm(plan: plan, state: state, table: table)
        buffer = RowBuffer(partitioning: form.partitioning, keyColumns: plan.mode == .merge ? form.primaryKeys : [])
    }

    /// Rows waiting for a commit.
    public var bufferedRows: Int { buffer.rowCount }

    /// Bytes of memory that the waiting rows hold.
    public var bufferedBytes: Int { buffer.byteCount }

    /// Whether the buffer has reached ``LakeOptions/bufferBytes``, so that a commit is due.
    public var isFull: Bool { buffer.byteCount >= plan.options.bufferBytes }

    /// The table, or stage, at the version that this writer has last seen; nil before the first commit creates it.
    public var snapshot: TableSnapshot? {
        get throws { try state.map { try TableSnapshot($0, storage: table.storage, folder: table.folder) } }
    }

    /// Takes in rows, in the order of arrival. They may have columns that the table lacks: those are added to it. Columns
    /// that the rows lack become null.
    ///
    /// - Throws: ``LakeError`` (`schemaMismatch`) where a column has another type than the stored one.
    public func append(_ table: Table) async throws {
        try checkOpen()
        form = try form.adding([table.schema])
        buffer.append(table)
    }

    /// Commits the waiting rows together with `properties`, all or nothing.
    ///
    /// Where there is nothing to write (no rows, or in merge mode none that differs from the stored one, and every
    /// property has its value already), no version is made.
    ///
    /// - Parameters:
    ///   - properties: Stored as `tributary.<name>`; names not given keep their values, an empty value takes one away.
    ///   - transaction: Makes the commit idempotent: where this application has committed this version or a later one
    ///     before, the waiting rows are dropped and nothing is written.
    /// - Throws: ``LakeError``. The waiting rows are kept, so that the call can be repeated.
    public func commit(
        properties: [String: String] = [:], transaction: (appID: String, version: Int64)? = nil
    ) async throws -> CommitReport {
        try checkOpen()
        isCommitting = true
        defer { isCommitting = false }
        let rows = buffer
        buffer = RowBuffer(partitioning: rows.partitioner?.partitioning, keyColumns: rows.keyColumns)
        do {
            let request = CommitRequest(properties: properties, transaction: transaction)
            return try await commit(rows, request)
        } catch {
            buffer = rows.appending(buffer)
            throw error
        }
    }

    /// Puts the stage's rows in the place of all rows of the table, in one step, after committing the waiting ones to the
    /// stage. Schema, layout, keys and properties become the stage's. The writer is of no more use.
    public func publishStage(
        properties: [String: String] = [:], transaction: (appID: String, version: Int64)? = nil
    ) async throws -> CommitReport {
        guard let stage = plan.stage else {
            throw LakeError(
                .misuse, "Publishing a stage", path: table.folder, problem: "the writer's plan names no stage",
                advice: "Give WritePlan.stage a name.")
        }
        let staged = try await commit()
        isClosed = true
        let form = try TableForm(plan: plan, state: state, table: table)
        let publication = StagePublication(table: table, stage: stage, state: state, form: form, options: plan.options)
        var report = try await publication.publish(CommitRequest(properties: properties, transaction: transaction))
        report.bytesWritten += staged.bytesWritten
        return report
    }

    /// Forgets the waiting rows. What was committed stays.
    public func abandon() async {
        buffer = RowBuffer(partitioning: buffer.partitioner?.partitioning, keyColumns: buffer.keyColumns)
        isClosed = true
    }

    private func checkOpen() throws {
        guard !isClosed, !isCommitting else {
            throw LakeError(
                .misuse, "Writing to a table", path: table.folder,
                problem: isClosed ? "the writer is closed" : "a commit is under way",
                advice: "Wait for each call to return, and make a new writer after publishing or abandoning.")
        }
    }

    // MARK: Committing

    private func commit(_ rows: RowBuffer, _ request: CommitRequest) async throws -> CommitReport {
        var report = CommitReport()
        var draft: CommitDraft?
        var rows = rows
        for _ in 0..<max(1, plan.options.commitAttempts) {
            if let state, request.isCommitted(in: state) { return await settled(report, dropping: draft) }
            let form = try TableForm(plan: plan, state: state, table: table).adding(rows.schemas)
            if draft == nil, rows.rowCount == 0, !request.changes(state, form) { return reported(report) }
            if draft.map({ !$0.isValid(for: state, form) }) ?? true {
                await draft?.abandon(in: table)
                if form.partitioning != rows.partitioner?.partitioning {
                    rows = rows.repartitioned(by: form.partitioning)
                }
                draft = try await prepare(rows, form)
            }
            guard let ready = draft else { break }
            ready.fill(&report)
            if ready.changesNothing, !request.changes(state, form) { return reported(report) }
            let actions = try request.actions(ready, form, state, options: plan.options)
            if try await log.commit(actions, version: (state?.version ?? -1) + 1) {
                try apply(actions)
                await checkpointIfDue()
                return reported(report)
            }
            report.conflicts += 1
            state = try await log.refresh(state)
        }
        await draft?.abandon(in: table)
        throw LakeError(
            .conflict, "Committing to a table", path: log.displayed(log.folder),
            problem: "other writers were faster \(report.conflicts) times", advice: "Run again when they are done.")
    }

    private func prepare(_ rows: RowBuffer, _ form: TableForm) async throws -> CommitDraft {
        // The filters leave the actor for the while: only one commit is under way.
        var cache = filters
        filters = KeyFilterCache()
        defer { filters = cache }
        return try await CommitDraft.prepare(rows, form, state, target(form), cache: &cache)
    }

    private func target(_ form: TableForm) -> DataFileTarget {
        DataFileTarget(
            storage: table.storage, table: table.folder, schema: form.schema,
            primaryKeys: form.primaryKeys, options: plan.options)
    }

    private func apply(_ actions: [DeltaAction]) throws {
        var next = state ?? TableState()
        let version = next.version + 1
        try next.apply(actions, version: version, path: log.displayed(log.commitPath(version)))
        form = try TableForm(plan: plan, state: next, table: table).adding(buffer.schemas)
        for action in actions {
            if let path = action.remove?.path { filters.forget(LakePath.fromLogSpelling(path) ?? path) }
        }
        state = next
    }

    private func reported(_ report: CommitReport) -> CommitReport {
        var report = report
        report.version = state?.version ?? -1
        report.rowsTotal = state?.files.values.reduce(0) { $0 + $1.rowCount } ?? 0
        return report
    }

    /// The transaction is in the log: this very commit came through before, or another process made it.
    private func settled(_ report: CommitReport, dropping draft: CommitDraft?) async -> CommitReport {
        await draft?.abandon(in: table)
        var report = reported(report)
        report.wasCommittedBefore = true
        return report
    }

    private func checkpointIfDue() async {
        guard let state, plan.options.checkpointInterval > 0, state.version > 0,
            state.version % plan.options.checkpointInterval == 0
        else { return }
        // The commit stands; a checkpoint only makes the next reader faster, and the next one will do as well.
        try? await CheckpointWriter(log: log, now: plan.options.clock()).write(state)
    }
}
