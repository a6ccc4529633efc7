import Columns
import Lake
import Tributary

/// Finds out what an attempt has to do.
struct SyncPlanner: Sendable {
    let engine: SyncEngine
    let request: SyncRequest
    let runID: String
    /// A token that the source has refused in this run.
    let refusedToken: String?

    /// - Parameter folder: the table's folder.
    func plan(folder: String, discovered: SourceSchema?) async throws -> SyncPlan {
        let cursor = try cursor(discovered)
        let table = LakeTable(storage: engine.lake, folder: folder)
        let main = try await table.snapshot()
        let mainState = try state(of: main, folder)
        let identity = identity(cursor, discovered)
        let isRebuild = try needsRebuild(main, mainState, cursor)
        let base = isRebuild ? try await table.snapshot(stage: SyncPlan.stageName) : main
        let baseState = isRebuild ? try state(of: base, folder) : mainState
        let resume = baseState?.resume.flatMap { isUsable($0, identity) ? $0 : nil }
        // Without a token only a run that goes on with its own rebuild knows where that stands.
        let goesOn = !isRebuild || resume != nil || (baseState?.runID == runID && cursor != nil)
        if isRebuild, !goesOn, base != nil { try await table.discardStage(SyncPlan.stageName) }
        return SyncPlan(
            request: request, runID: runID, discovered: discovered, cursor: cursor, folder: folder, table: table,
            main: main, stage: isRebuild ? SyncPlan.stageName : nil, target: goesOn ? base : nil,
            state: goesOn ? baseState : nil, resume: resume, identity: identity)
    }

    /// What discovery says about the schema.
    ///
    /// - Throws: `SourceError` of kind `unknownSchema`, which says what there is.
    func discover() async throws -> SourceSchema? {
        if let discovered = request.discovered { return discovered }
        let schemas = try await engine.reader.schemas(in: engine.context)
        if let found = schemas.first(where: { $0.name == request.schema }) { return found }
        throw SourceError(
            .unknownSchema,
            "Looking for the table '\(request.schema)': \(engine.reader.sourceType) has none of this name.",
            advice: NearestName.advice(for: request.schema, among: schemas.map(\.name)))
    }

    private func cursor(_ discovered: SourceSchema?) throws -> CursorColumn? {
        guard request.syncType != .fullRefresh else { return nil }
        let candidates = discovered?.incrementalFields ?? []
        guard let wanted = request.cursorField else {
            if let discovered, let field = DefaultSettings.cursorField(for: discovered) { return CursorColumn(field) }
            throw SourceError(
                .missingCursorField, "Syncing \(request.schema) by increments: it has no cursor field.",
                advice: "Use a full refresh.")
        }
        if let field = candidates.first(where: { $0.name == wanted })
            ?? candidates.first(where: { ColumnNaming.normalise($0.name) == ColumnNaming.normalise(wanted) })
        {
            return CursorColumn(field)
        }
        let names = candidates.map(\.name).joined(separator: ", ")
        throw SourceError(
            .missingCursorField, "Syncing \(request.schema) by increments: '\(wanted)' is no cursor field of it.",
            advice: names.isEmpty ? "It has none; use a full refresh." : "It has: \(names).")
    }

    private func state(of snapshot: TableSnapshot?, _ folder: String) throws -> SyncState? {
        guard let snapshot else { return nil }
        let state = try SyncState(properties: snapshot.properties, table: folder)
        guard let state, state.schema != request.schema else { return state }
        throw SourceError(
            .storage,
            "Opening the table \(folder): it holds '\(state.schema)', whose name gives the same folder as '\(request.schema)'.",
            advice: "Give one of them a connection of its own.")
    }

    /// Whether the table is to be built from nothing, beside the old one.
    private func needsRebuild(_ main: TableSnapshot?, _ state: SyncState?, _ cursor: CursorColumn?) throws -> Bool {
        guard main != nil else { return request.syncType == .fullRefresh || request.reset }
        guard let state else {
            guard !request.reset else { return true }
            throw SourceError(
                .storage, "Opening the table of \(request.schema): it is there, and was not written by a sync.",
                advice: "Choose another lake or connection name, or replace the table with a reset.")
        }
        guard request.syncType != .fullRefresh, !request.reset, let cursor, let stored = state.cursor else {
            return true
        }
        if let keys = request.primaryKeys, keys.map(ColumnNaming.normalise) != state.primaryKeys { return true }
        // Incremental tables can be appended to; appended ones hold old versions of rows, which a merge would keep.
        let fits = state.syncType == request.syncType || (state.syncType == .incremental && request.syncType == .append)
        return !fits || stored.name != cursor.field.name || stored.type != cursor.field.type
    }

    private func identity(_ cursor: CursorColumn?, _ discovered: SourceSchema?) -> String {
        let columns = request.options.enabledColumns.map { JSONValue.array($0.sorted().map { .string($0) }) } ?? .null
        let lookback = SyncPlan.lookback(request, discovered)
        return ResumePoint.identity([
            .string(engine.reader.sourceType), .string(request.syncType.rawValue),
            cursor.map { .string($0.field.name) } ?? .null, cursor.map { .string($0.field.type.rawValue) } ?? .null,
            .string("\(lookback)"), columns, engine.reader.identity,
        ])
    }

    private func isUsable(_ point: ResumePoint, _ identity: String) -> Bool {
        let age = engine.context.clock.now - point.startedAt
        return point.identity == identity && point.token != refusedToken
            && age < SyncPlan.resumeWindow.components.seconds * 1_000_000
    }
}
