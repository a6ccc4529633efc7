import Columns
import Lake
import Tributary

extension SyncRun {
    /// Takes a batch to where it may be committed.
    func land(_ batch: Batch) throws {
        progress.add(rows: batch.rowCount, bytes: batch.bytesRead)
        if batch.position != nil { progress.didSeeToken() }
        guard let table = batch.table else {
            return try release(holdback.take(nil, position: batch.position, cursor: plan.cursor))
        }
        onEvent(.batch(rows: batch.rowCount, bytes: batch.bytesRead, totalRows: progress.rowsRead))
        if shaper == nil { try open(table) }
        let shaped = try withoutStored(shape(table), batch.position)
        try release(holdback.take(shaped.table, position: shaped.position, cursor: plan.cursor))
    }

    private func shape(_ table: Table) throws -> Table {
        guard let shaped = try shaper?.shape(table) else { preconditionFailure("SyncRun.shape: called before open") }
        return shaped
    }

    /// Settles what depends on the columns that really come: keys and layout.
    private func open(_ table: Table) throws {
        let names = table.schema.names.map(ColumnNaming.normalise)
        primaryKeys = try KeyResolver(plan: plan, response: response).keys(columns: names)
        let partitionKeys = plan.target?.partitioning?.keys ?? response.partitioning.keys ?? []
        let hints = response.columnHints.merging(forcedTypes) { $1 }
        var shaper = TableShaper(
            plan: plan, hints: hints, needed: primaryKeys + partitionKeys.map(ColumnNaming.normalise),
            stored: plan.target?.schema ?? TableSchema())
        let shaped = try shaper.shape(table)
        partitioning = plan.target.map(\.partitioning) ?? layout(shaped)
        self.shaper = shaper
    }

    /// The layout of a new table: what the source says, and the first batch for what it leaves open.
    private func layout(_ table: Table) -> Partitioning? {
        var hints = response.partitioning
        hints.keys = hints.keys?.map(ColumnNaming.normalise)
        let chooser = PartitionChooser(
            hints: hints, primaryKeys: primaryKeys, cursorField: dateOfArrival, rowsToSync: response.rowsToSync)
        return chooser.choose(for: table)
    }

    /// A cursor such as `updated_at` changes with its row, and a merge looks for the old row in the new one's partition:
    /// only rows that never change may be divided by it.
    private var dateOfArrival: String? { plan.request.syncType == .append ? plan.cursor?.name : nil }

    /// In an append sync: without the rows at the watermark that are there, and, where a descending walk begins anew,
    /// without those that an earlier part of it has committed.
    private func withoutStored(
        _ table: Table, _ position: Batch.Position?
    ) -> (table: Table, position: Batch.Position?) {
        let covered = startCovered
        guard plan.request.syncType == .append, !covered.isEmpty || storedTies != nil, let cursor = plan.cursor,
            let column = table.column(cursor.name)
        else { return (table, position) }
        var kept: [Int] = []
        var before = 0
        for row in 0..<table.rowCount {
            let value = CursorValue(column[row], as: cursor.field.type)
            if let value, covered.contains(value) { continue }
            if storedTies?.hold(row, of: table) == true { continue }
            kept.append(row)
            if let position, row < position.rows { before += 1 }
        }
        guard kept.count < table.rowCount else { return (table, position) }
        return (table.take(kept), position.map { Batch.Position(token: $0.token, rows: before) })
    }

    /// The ranges as they were when the read began; none where it goes on behind them.
    private var startCovered: CoveredRanges {
        plan.resume == nil ? plan.state?.covered ?? CoveredRanges() : CoveredRanges()
    }

    /// Puts rows in line for the next commit.
    func release(_ release: Holdback.Release) throws {
        for table in release.tables where table.rowCount > 0 {
            if let cursor = plan.cursor, let extremes = try cursor.extremes(of: table) {
                guard tracker.observe(extremes) else {
                    throw cursor.unreadable(table.column(cursor.name)?.type ?? .utf8)
                }
            }
            waiting.append(table)
            waitingBytes += table.byteCount
        }
        if release.losesPosition { (position, hasNewPosition) = (nil, true) }
        if let token = release.position { (position, hasNewPosition) = (token, true) }
        if !release.tables.isEmpty || release.isGroupComplete { isGroupComplete = release.isGroupComplete }
    }
}

extension Partitioning {
    /// The columns that it is computed from.
    var keys: [String] {
        switch self {
        case .md5(let keys, _): keys
        case .numerical(let key, _), .datetime(let key, _, _): [key]
        }
    }
}
