import Columns
import Lake
import Tributary

extension SyncRun {
    /// Commits the rows in line together with the state that belongs to them. Nothing to say makes no commit.
    func commit(isFinal: Bool) async throws {
        guard isFinal, plan.stage != nil else { return try await commit(makeState(isFinal: isFinal)) }
        // The stage must say where it stands before it is published: the process may end between the two.
        if !waiting.isEmpty { try await commit(makeState(isFinal: false)) }
        try await publish()
    }

    private func commit(_ next: SyncState) async throws {
        let isNews = !waiting.isEmpty || state.map { !$0.says(next) } ?? true
        guard isNews, let writer = try await openWriter(isFinal: next.isComplete) else { return }
        try await feed(writer)
        // Counted on from what this run has seen: where another run has come in between, the number is taken.
        let transaction = (appID: SyncPlan.applicationID, version: sequence + 1)
        let report = try await writer.commit(properties: next.properties(), transaction: transaction)
        try didCommit(next, report)
        progress.add(report)
        if let snapshot = try await writer.snapshot { shaper?.didCommit(snapshot.schema) }
    }

    /// Puts the rebuilt table in the place of the old one.
    private func publish() async throws {
        guard let writer = try await openWriter(isFinal: true) else { return }
        let next = makeState(isFinal: true)
        let transaction = (appID: SyncPlan.applicationID, version: SyncPlan.sequence(of: plan.main) + 1)
        let report = try await writer.publishStage(properties: next.properties(), transaction: transaction)
        try didCommit(next, report)
        progress.add(publication: report)
    }

    private func didCommit(_ next: SyncState, _ report: CommitReport) throws {
        guard !report.wasCommittedBefore else { throw SyncPlan.overtaken(plan.folder) }
        (state, point) = (next, next.resume)
        sequence += 1
        lastCommit = context.clock.now
        hasNewPosition = false
        progress.set(watermark: next.watermark)
        onEvent(.committed(report, watermark: next.watermark))
    }

    private func makeState(isFinal: Bool) -> SyncState {
        let watermark = isFinal ? tracker.final() : tracker.interim(isGroupComplete: isGroupComplete)
        var next = SyncState(
            schema: plan.request.schema, syncType: plan.request.syncType,
            cursor: plan.cursor.map { SyncState.Cursor(name: $0.field.name, type: $0.field.type) },
            last: watermark.last, earliest: watermark.earliest, top: isFinal ? nil : tracker.top,
            primaryKeys: primaryKeys.isEmpty ? (state?.primaryKeys ?? []) : primaryKeys,
            resume: isFinal ? nil : resumePoint(), runID: plan.runID, committedAt: context.clock.now,
            isComplete: isFinal, isFirstRead: plan.isFirstRead && !isFinal)
        next.lastAsOf = momentOfLast(watermark.last, isFinal: isFinal)
        if !isFinal, plan.request.syncType == .append, response.sortMode == .descending, response.isSorted {
            next.covered = coveredRanges()
        }
        return next
    }

    /// When the read began that found a last value ahead of its own present; nil for any other value.
    ///
    /// Where rows are appended the value stands as it is: rows that are asked for again would be there twice.
    private func momentOfLast(_ last: CursorValue?, isFinal: Bool) -> Int64? {
        guard plan.request.syncType == .incremental, let last, let cursor = plan.cursor else { return nil }
        // A read that is not complete says nothing new of a value that an earlier one has found.
        if !isFinal, last == plan.state?.last { return plan.state?.lastAsOf }
        let present = CursorValue.moment(startOfRead, like: last, of: cursor.field.type)
        return present?.isLess(than: last) == true ? startOfRead : nil
    }

    private func resumePoint() -> ResumePoint? {
        // Rows may have come behind an older token. Merging them again does no harm; where rows are appended, none are
        // let go without a new position.
        guard hasNewPosition else { return point }
        return position.map {
            ResumePoint(
                token: $0.value.text, identity: plan.identity, startLast: plan.start.last,
                startEarliest: plan.start.earliest, startedAt: startOfRead)
        }
    }

    /// What an append sync has read without a gap, from the top of the walk down.
    private func coveredRanges() -> CoveredRanges? {
        var ranges = covered
        let low = isGroupComplete ? tracker.extremes.least : tracker.extremes.secondLeast
        if tracker.isOrdered, let low, let high = tracker.extremes.greatest { ranges.add(low: low, high: high) }
        return ranges.isEmpty ? nil : ranges
    }

    /// The writer, opened at the first commit. Nil where there is no table and no row has come to make one of.
    private func openWriter(isFinal: Bool) async throws -> TableWriter? {
        if let writer { return writer }
        var schema = TableSchema(shaper?.stored.fields ?? plan.target?.schema.fields ?? [])
        for field in shaper?.waiting.fields ?? [] where schema[field.name] == nil { schema.append(field) }
        var layout = partitioning
        if schema.count == 0, isFinal, let main = plan.main {
            // The upstream's table has become empty, and so does the lake's. Before the end rows may still come, and with
            // them columns, keys and a layout of their own.
            (schema, layout, primaryKeys) = (main.schema, main.partitioning, main.primaryKeys)
        }
        guard schema.count > 0 else { return nil }
        var options = LakeOptions()
        options.bufferBytes = plan.request.options.commitBytes
        let clock = context.clock
        options.clock = { clock.now }
        let made = try await plan.table.writer(
            WritePlan(
                schema: schema, primaryKeys: primaryKeys, partitioning: layout,
                mode: plan.isAppending ? .append : .merge, stage: plan.stage, options: options))
        writer = made
        return made
    }

    /// Hands the rows in line over, each table freed as it goes.
    private func feed(_ writer: TableWriter) async throws {
        let tables = try waiting.map { try shaper?.settled($0) ?? $0 }
        waiting = []
        waitingBytes = 0
        for table in tables { try await writer.append(table) }
    }
}

extension SyncState {
    /// Whether the other state would tell the next run nothing new.
    func says(_ other: SyncState) -> Bool {
        var other = other
        other.runID = runID
        other.committedAt = committedAt
        // A read that found nothing new need not tell that it began later.
        if lastAsOf != nil, other.lastAsOf != nil { other.lastAsOf = lastAsOf }
        return self == other
    }
}
