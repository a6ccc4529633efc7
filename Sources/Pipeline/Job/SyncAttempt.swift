import Columns
import Lake
import Tributary

/// What an attempt starts from: the request, and what earlier attempts of the run have taught.
struct SyncAttempt: Sendable {
    let engine: SyncEngine
    /// As it was asked; `reset` is taken away once the table has been built anew.
    var request: SyncRequest
    let runID: String
    let progress: SyncProgress
    let onEvent: @Sendable (SyncEvent) -> Void
    /// A token that the source has refused.
    var refusedToken: String?
    /// Types that values of an earlier attempt have demanded, by column.
    var forcedTypes: [String: ColumnType] = [:]

    /// Reads and lands the table. A descending walk that was interrupted is finished first; then a second read looks
    /// above its top.
    func perform(folder: String) async throws {
        let discovered = try await planner(request).discover()
        let isUnfinished = try await read(request, folder, discovered)
        guard isUnfinished else { return }
        var request = request
        request.reset = false
        _ = try await read(request, folder, discovered)
    }

    private func planner(_ request: SyncRequest) -> SyncPlanner {
        SyncPlanner(engine: engine, request: request, runID: runID, refusedToken: refusedToken)
    }

    /// One read. True: it has finished an interrupted descending walk, and rows above the walk's top are still to read.
    private func read(_ request: SyncRequest, _ folder: String, _ discovered: SourceSchema?) async throws -> Bool {
        var plan = try await planner(request).plan(folder: folder, discovered: discovered)
        announce(plan)
        var response = try await response(plan)
        if let name = response.name {
            let named = SyncEngine.folder(connection: request.connection, schema: name)
            if named != folder {
                plan = try await planner(request).plan(folder: named, discovered: discovered)
                response = try await self.response(plan)
            }
        }
        try check(plan, response)
        onEvent(.reading(rowsExpected: response.rowsToSync))
        let run = SyncRun(
            plan: plan, response: response, context: engine.context, forcedTypes: forcedTypes,
            nonRetryableErrors: engine.reader.nonRetryableErrors, progress: progress, onEvent: onEvent)
        do {
            try await run.perform()
        } catch let error as SourceError where error.kind == .resumeTokenExpired {
            throw RefusedToken(token: plan.resume?.token, error: error)
        }
        let wasInterrupted = plan.start.earliest != nil || plan.resume != nil
        return response.sortMode == .descending && response.isSorted && plan.cursor != nil && plan.start.last == nil
            && wasInterrupted
    }

    private func response(_ plan: SyncPlan) async throws -> SourceResponse {
        do {
            return try await engine.reader.read(plan.inputs(), in: engine.context)
        } catch let error as SourceError where error.kind == .resumeTokenExpired {
            throw RefusedToken(token: plan.resume?.token, error: error)
        }
    }

    private func announce(_ plan: SyncPlan) {
        let before = plan.state?.last?.storedText ?? plan.start.last?.storedText
        progress.update { summary in
            if summary.attempts == 1, summary.watermarkBefore == nil { summary.watermarkBefore = before }
            if summary.watermarkAfter == nil { summary.watermarkAfter = before }
            if summary.tableVersion == nil, let main = plan.main {
                summary.tableVersion = main.version
                summary.tableRows = main.rowCount
            }
        }
        onEvent(
            .started(
                runID: runID, attempt: progress.summary.attempts, watermark: plan.start,
                isResumed: plan.resume != nil))
    }

    /// What can be refused before the first row.
    private func check(_ plan: SyncPlan, _ response: SourceResponse) throws {
        try KeyResolver(plan: plan, response: response).checkDuplicates()
        if let allowance = plan.request.options.rowAllowance, let rows = response.rowsToSync, rows > allowance {
            throw SyncPlan.billingLimit(plan.request, rows: rows, allowance: allowance)
        }
    }
}

/// A source's refusal of a resume token, with the token.
struct RefusedToken: Error {
    var token: String?
    var error: SourceError
}
