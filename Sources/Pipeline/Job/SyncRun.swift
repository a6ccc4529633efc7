import Columns
import Lake
import Tributary

/// One attempt: reads the source once, and lands what it emits.
///
/// The way of a row: emitter → ``Batcher`` → ``TableShaper`` → ``Holdback`` → waiting tables → commit. Memory is one
/// batch and one commit's worth of rows.
actor SyncRun {
    let plan: SyncPlan
    let context: SourceContext
    let response: SourceResponse
    let progress: SyncProgress
    let onEvent: @Sendable (SyncEvent) -> Void

    var batcher: Batcher
    var shaper: TableShaper?
    var holdback: Holdback
    var tracker: WatermarkTracker
    var covered: CoveredRanges
    var primaryKeys: [String] = []
    var partitioning: Partitioning?
    var writer: TableWriter?
    /// Rows that may be committed, in order, and their bytes.
    var waiting: [Table] = []
    var waitingBytes = 0
    /// The resume token that describes the end of `waiting`.
    var position: ResumeToken?
    var hasNewPosition = false
    /// The resume point of the newest commit, or the one that this read goes on from.
    var point: ResumePoint?
    var isGroupComplete = false
    var lastCommit: Int64
    /// The number of the newest commit of a sync to this table or stage.
    var sequence: Int64
    /// What the newest commit says.
    var state: SyncState?
    /// The first error on this side; the source may not swallow it.
    private var failure: (any Error)?
    private let readStartedAt: Int64
    let forcedTypes: [String: ColumnType]
    /// Rows that an append sync is likely to be handed again.
    var storedTies: StoredTies?
    private let nonRetryableErrors: [NonRetryableError]

    init(
        plan: SyncPlan, response: SourceResponse, context: SourceContext, forcedTypes: [String: ColumnType],
        nonRetryableErrors: [NonRetryableError], progress: SyncProgress,
        onEvent: @escaping @Sendable (SyncEvent) -> Void
    ) {
        self.plan = plan
        self.nonRetryableErrors = nonRetryableErrors
        self.response = response
        self.context = context
        self.forcedTypes = forcedTypes
        self.progress = progress
        self.onEvent = onEvent
        let options = plan.request.options
        batcher = Batcher(
            maximumRows: response.chunkRows ?? options.batchRows,
            maximumBytes: response.chunkBytes ?? options.batchBytes,
            hints: response.columnHints.merging(forcedTypes) { $1 }, primaryKeys: response.primaryKeys)
        holdback = Holdback(
            rule: Self.rule(plan, response), maximumBytes: options.commitBytes, resumes: plan.resume != nil)
        tracker = WatermarkTracker(
            mode: response.sortMode, isSorted: response.isSorted, start: plan.start, committed: plan.state?.watermark,
            top: plan.state?.top)
        covered = plan.state?.covered ?? CoveredRanges()
        (state, point) = (plan.state, plan.resume)
        sequence = SyncPlan.sequence(of: plan.target)
        lastCommit = context.clock.now
        readStartedAt = plan.resume?.startedAt ?? context.clock.now
    }

    private static func rule(_ plan: SyncPlan, _ response: SourceResponse) -> Holdback.Rule {
        switch plan.request.syncType {
        case .incremental: .none
        case .fullRefresh: response.supportsResume ? .tokens : .none
        case .append: response.isSorted ? .groups(response.sortMode) : .onlyTokens
        }
    }

    /// Reads to the end, and makes the last commit.
    func perform() async throws {
        storedTies = try await StoredTies(plan)
        let gate = SerialGate()
        let emitter = Emitter { item, token in
            try await gate.run { try await self.take(item, token) }
        }
        do {
            try await response.items.run(into: emitter)
        } catch {
            try await stop(failure ?? error)
        }
        if let failure { throw failure }
        try await finish()
    }

    /// Takes one item of the source.
    private func take(_ item: Item?, _ token: ResumeToken?) async throws {
        if let failure { throw failure }
        try Task.checkCancellation()
        do {
            for batch in try batcher.take(item, resume: response.supportsResume ? token : nil) { try land(batch) }
            if isOverdue { for batch in batcher.flush() { try land(batch) } }
            if isCommitDue { try await commit(isFinal: false) }
            try await checkAllowance()
        } catch {
            // It does not come by the source on its way out, which would say where it happened.
            failure = (error as? SourceError)?.adding(once: "schema \(plan.request.schema)") ?? error
            throw error
        }
    }

    private var isOverdue: Bool {
        let interval = plan.request.options.commitInterval.components
        return context.clock.now - lastCommit
            >= interval.seconds * 1_000_000 + interval.attoseconds / 1_000_000_000_000
    }

    private var isCommitDue: Bool {
        waitingBytes >= plan.request.options.commitBytes || (isOverdue && (!waiting.isEmpty || hasNewPosition))
    }

    /// Stops when more rows have come than the allowance has; what is complete is committed first.
    private func checkAllowance() async throws {
        guard let allowance = plan.request.options.rowAllowance, progress.rowsRead > allowance else { return }
        try await salvage()
        throw SyncPlan.billingLimit(plan.request, rows: progress.rowsRead, allowance: allowance)
    }

    /// Commits what is complete after an error that does not concern the rows so far, then throws it.
    ///
    /// After an error that no retry mends nothing is added to the table. The rows of a rebuild are kept only where a
    /// token says how to go on.
    private func stop(_ error: any Error) async throws -> Never {
        let isWorthwhile = plan.stage == nil || plan.cursor != nil || position != nil
        if failure == nil, leavesRowsGood(error), isWorthwhile {
            // A task that was cancelled must still be able to write.
            try? await Task { try await self.salvage() }.value
        }
        throw error
    }

    private func leavesRowsGood(_ error: any Error) -> Bool {
        if error is CancellationError { return true }
        guard let error = error as? SourceError else { return false }
        guard case .retry = RetryPolicy.friendly(error, nonRetryableErrors).recovery else { return false }
        return true
    }

    private func salvage() async throws {
        for batch in batcher.flush() { try land(batch) }
        if !waiting.isEmpty || hasNewPosition { try await commit(isFinal: false) }
    }

    private func finish() async throws {
        for batch in batcher.flush() { try land(batch) }
        let rest = holdback.finish()
        try release(rest)
        try await commit(isFinal: true)
    }

    /// When the read began that the stored token belongs to.
    var startOfRead: Int64 { readStartedAt }
}
