import Cassettes
import Columns
import Foundation
import Lake
import Logging
import Pipeline
import Tributary

/// One table as it was recorded.
struct RecordedTable: Sendable {
    var schema: SourceSchema
    var mode: SyncType
    var field: IncrementalField?
    var primaryKeys: [String]
    /// Columns that the source takes from deeper in the upstream's rows.
    var lifting: [LiftedColumn] = []
    var sortMode: SortMode?
    /// What the recorded runs left in the lake.
    var image: TableImage?
}

extension RecordedTable {
    /// Where the upstream's rows have the value of a column.
    func path(of column: String) -> String { lifting.first { $0.name == column }?.path ?? column }
}

/// Everything that one state's recording saw.
struct RecordedRuns: Sendable {
    var exchanges: [CapturedExchange]
    var tables: [RecordedTable]
    /// What a person should know of it.
    var notes: [String]
    /// The kinds of run that were recorded of each table.
    var modes: [String: Set<SyncType>]
}

/// Runs a source against the live upstream, table by table, the way a replay of the conformance kit will: a full refresh,
/// then increments on top of what the state before left.
struct LiveRuns: Sendable {
    let plan: RecordingPlan
    let live: LiveSide
    let source: ConfiguredSource
    /// Tables as the states before left them.
    let lakes: [String: MemoryLake.Files]
    /// Tables whose lists were shortened in a state before: of these only increments are told apart from the rest.
    let shortened: Set<String>
    let progress: @Sendable (String) -> Void

    /// Where the exchanges are kept, and the clients above it.
    private struct Stand {
        let recorder: RecordingHTTPClient
        let http: any HTTPClient
        let clock: Int64
    }

    /// - Throws: `SourceError` when nothing could be recorded.
    func run() async throws -> RecordedRuns {
        let stand = try stand()
        var notes: [String] = []
        if plan.provesCredentials {
            progress("Proving the credentials …")
            try await source.validateCredentials(in: context(stand))
        }
        let schemas = try Self.chosen(plan, try await source.schemas(in: context(stand)))
        var tables: [RecordedTable] = []
        var modes: [String: Set<SyncType>] = [:]
        var failure: (any Error)?
        for schema in schemas {
            progress("\(schema.name) …")
            do {
                let recorded = try await table(schema, stand, &notes)
                tables.append(recorded.table)
                modes[schema.name] = recorded.modes
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failure = failure ?? error
                for type in SyncType.allCases { forget(schema.name, type, stand) }
                notes.append("\(schema.name) was left out: \(Self.words(error))")
            }
        }
        if tables.isEmpty, let failure { throw failure }
        return RecordedRuns(
            exchanges: TrimmedCounters.settled(stand.recorder.exchanges), tables: tables, notes: notes, modes: modes)
    }

    /// Asks with wrong credentials: what the upstream answers, and whether it was a refusal.
    func refusal(_ table: String?) async throws -> RecordedRuns? {
        let stand = try stand()
        var kind: SourceError.Kind?
        do {
            try await source.validateCredentials(in: context(stand))
        } catch let error as SourceError where [.invalidCredentials, .permissionDenied].contains(error.kind) {
            kind = error.kind
        }
        // A probe that is not permitted passes with genuine credentials; these are made up.
        let refused = stand.recorder.exchanges.last { [401, 403].contains($0.status) }
        guard kind != nil || refused != nil else { return nil }
        let notes = kind == .invalidCredentials ? [] : [Self.advice(refusedWith: refused?.status ?? 403)]
        var modes: [String: Set<SyncType>] = [:]
        if let table {
            stand.recorder.enter(.init(schema: table, syncType: .fullRefresh))
            _ = try? await sync(table, .fullRefresh, field: nil, into: [:], stand)
            modes[table] = [.fullRefresh]
        }
        return RecordedRuns(exchanges: stand.recorder.exchanges, tables: [], notes: notes, modes: modes)
    }

    private static func advice(refusedWith status: Int) -> String {
        "The upstream answers made-up credentials with \(status), which the source takes for a permission that lacks: with a "
            + "wrong key the connection is made, or says «not permitted». If that answer means a wrong key, declare it in "
            + "the client, with a text of the answer that tells it from a lacking permission: actions: "
            + "[ResponseAction([\(status)], text: \"…\", .fail(\"The key is wrong.\", kind: .invalidCredentials))]."
    }

    private func stand() throws -> Stand {
        var made: RecordingHTTPClient?
        let http = live.http { wire in
            let recorder = RecordingHTTPClient(
                wire, pageSize: plan.limits.pageSize, maxPages: plan.limits.pages, maxRows: plan.limits.rows)
            made = recorder
            return recorder
        }
        guard let made else {
            throw SourceError(.unexpectedAnswer, "Recording: the live client takes nothing around its wire.")
        }
        return Stand(recorder: made, http: http, clock: plan.clock)
    }

    private func context(_ stand: Stand) -> SourceContext {
        var logger = Logger(label: "record")
        logger.logLevel = .error
        return SourceContext(
            http: stand.http, databases: live.databases, tunnels: live.tunnels, integrations: live.integrations,
            hosts: live.hosts, clock: RecordingClock(stand.clock), logger: logger)
    }

    /// The tables that a plan asks for.
    static func chosen(_ plan: RecordingPlan, _ schemas: [SourceSchema]) throws -> [SourceSchema] {
        if plan.tables.isEmpty { return schemas.filter(\.isSelectedByDefault) }
        return try plan.tables.map { name in
            if let schema = schemas.first(where: { $0.name == name }) { return schema }
            throw SourceError(
                .unknownSchema, "Recording the table '\(name)': the source has none of this name.",
                advice: NearestName.advice(for: name, among: schemas.map(\.name)))
        }
    }

    private func forget(_ schema: String, _ type: SyncType, _ stand: Stand) {
        for optional in [false, true] {
            stand.recorder.discard(.init(schema: schema, syncType: type, isOptional: optional))
        }
    }

    static func words(_ error: any Error) -> String { (error as? SourceError)?.message ?? "\(error)" }
}

// One table.
extension LiveRuns {
    private func table(
        _ schema: SourceSchema, _ stand: Stand, _ notes: inout [String]
    ) async throws -> (table: RecordedTable, modes: Set<SyncType>) {
        var mode = plan.modes[schema.name] ?? plan.mode ?? DefaultSettings.syncType(for: schema)
        if mode != .fullRefresh, !schema.syncTypes.contains(mode) { mode = .fullRefresh }
        let field = mode == .fullRefresh ? nil : DefaultSettings.cursorField(for: schema)
        stand.recorder.enter(.init())
        try await source.validateCredentials(schema: schema.name, in: context(stand))
        var modes: Set<SyncType> = []
        var last: Synced?
        let isIncrementOnly = mode != .fullRefresh && shortened.contains(schema.name)
        if !isIncrementOnly {
            last = try await unlimitedIfNeeded(schema.name, .fullRefresh, field: nil, into: [:], stand, &notes)
            modes.insert(.fullRefresh)
        }
        if mode != .fullRefresh {
            let before = lakes[schema.name] ?? [:]
            stand.recorder.enter(.init(schema: schema.name, syncType: mode))
            last = try await sync(schema.name, mode, field: field, into: before, stand)
            modes.insert(mode)
            if before.isEmpty { settleCut(schema.name, mode, stand, &modes, &notes) }
            if before.isEmpty, let files = last?.files, !(await again(schema, mode, field, files, stand, &notes)) {
                forget(schema.name, mode, stand)
                modes = [.fullRefresh]
                mode = .fullRefresh
            }
        }
        stand.recorder.limitPages(to: plan.limits.pageSize)
        let response = last?.response
        let image = try await image(schema.name, last?.files ?? [:], response?.primaryKeys ?? schema.primaryKeys)
        if let note = lost(schema, image, stand) { notes.append(note) }
        let table = RecordedTable(
            schema: schema, mode: mode, field: mode == .fullRefresh ? nil : field,
            primaryKeys: response?.primaryKeys ?? schema.primaryKeys, lifting: response?.lifting ?? [],
            sortMode: response.flatMap { $0.isSorted ? $0.sortMode : nil },
            image: image)
        return (table, modes)
    }

    /// What to say of a table without rows whose answers hold objects.
    private func lost(_ schema: SourceSchema, _ image: TableImage?, _ stand: Stand) -> String? {
        guard image.map({ $0.rows.isEmpty }) ?? true,
            let list = stand.recorder.longestList(of: schema.name), list.count > 0
        else { return nil }
        let place = list.path.isEmpty ? "the answer itself" : "'\(list.path)'"
        return "\(schema.name) has no row, although an answer holds \(list.count) objects at \(place): "
            + "see that `rows` of the endpoint names that place."
    }

    /// Where the lists of a table were cut, no request may bring a row that lies behind the cut.
    private func settleCut(
        _ name: String, _ mode: SyncType, _ stand: Stand, _ modes: inout Set<SyncType>, _ notes: inout [String]
    ) {
        guard stand.recorder.exchanges.contains(where: { $0.lane.schema == name && $0.trimmed != nil }) else { return }
        let lane = CapturedExchange.Lane(schema: name, syncType: mode)
        let full = CapturedExchange.Lane(schema: name, syncType: .fullRefresh)
        if modes.contains(.fullRefresh), stand.recorder.rows(of: full) != stand.recorder.rows(of: lane) {
            stand.recorder.discard(full)
            modes.remove(.fullRefresh)
            notes.append(
                "Of \(name) only increments were recorded: its full refreshes come in another order, so that what was cut "
                    + "off is not the same. To have both, record it with --max-pages 0 from an account with few rows.")
        }
        stand.recorder.keepOnlyRows(of: lane)
    }

    /// An increment with nothing new shows how the upstream is asked for one; a replay may end without it.
    private func again(
        _ schema: SourceSchema, _ mode: SyncType, _ field: IncrementalField?, _ files: MemoryLake.Files, _ stand: Stand,
        _ notes: inout [String]
    ) async -> Bool {
        stand.recorder.enter(.init(schema: schema.name, syncType: mode, isOptional: true))
        do {
            _ = try await sync(schema.name, mode, field: field, into: files, stand)
            return true
        } catch {
            notes.append(
                "\(schema.name) is recorded as a full refresh only: an increment was not answered. \(Self.words(error))"
            )
            return false
        }
    }

    /// A source that takes a page shorter than it asked for to be the last reads one page of the recorder's size; then it
    /// is left its own.
    private func unlimitedIfNeeded(
        _ name: String, _ type: SyncType, field: IncrementalField?, into files: MemoryLake.Files, _ stand: Stand,
        _ notes: inout [String]
    ) async throws -> Synced {
        let lane = CapturedExchange.Lane(schema: name, syncType: type)
        stand.recorder.enter(lane)
        let synced = try await sync(name, type, field: field, into: files, stand)
        guard let size = plan.limits.pageSize, stand.recorder.endsOnFullPage(lane, of: size) else { return synced }
        stand.recorder.discard(lane)
        stand.recorder.limitPages(to: nil)
        let whole = try await sync(name, type, field: field, into: files, stand)
        // Nothing was behind that page, whether the API said so or not.
        if stand.recorder.rows(of: lane).count <= size { return whole }
        notes.append(
            "\(name) was recorded with the source's own page size. With pages of \(size) it stopped after one that was full: "
                + "it takes a page that is shorter than it asked for, or a total that counts the page alone, for the end. "
                + "If the API gives fewer rows than asked for, or has more rows than one page, the rest is lost: count the "
                + "rows that it has, and see `stopsOnShortPage` and `total` of the paginator.")
        return whole
    }

    private struct Synced {
        var files: MemoryLake.Files
        var response: SourceResponse?
    }

    private func sync(
        _ name: String, _ type: SyncType, field: IncrementalField?, into files: MemoryLake.Files, _ stand: Stand
    ) async throws -> Synced {
        let lake = MemoryLake(files)
        let reader = WatchedReader(source)
        let locks = NSTemporaryDirectory() + "/tributary-record-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: locks) }
        var options = SyncOptions()
        options.maxAttempts = 1
        _ = try await SyncEngine(reader: reader, context: context(stand), lake: lake, lockFolder: locks).run(
            SyncRequest(
                connection: "kit", schema: name, syncType: type, cursorField: field?.name, options: options))
        return Synced(files: lake.contents, response: reader.last)
    }

    private func image(_ name: String, _ files: MemoryLake.Files, _ keys: [String]) async throws -> TableImage? {
        let folder = SyncEngine.folder(connection: "kit", schema: name)
        return try await TableImage(LakeTable(storage: MemoryLake(files), folder: folder), keys: keys)
    }
}

/// The source, with what it says of its reads kept.
private final class WatchedReader: TableReader {
    private let source: ConfiguredSource
    private let response = Lock<SourceResponse?>(nil)

    init(_ source: ConfiguredSource) { self.source = source }

    var last: SourceResponse? { response.withLock { $0 } }
    var sourceType: String { source.sourceType }
    var nonRetryableErrors: [NonRetryableError] { source.nonRetryableErrors }
    var identity: JSONValue { source.identity }

    func schemas(in context: SourceContext) async throws -> [SourceSchema] { try await source.schemas(in: context) }

    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        let answer = try await source.read(inputs, in: context)
        response.withLock { $0 = answer }
        return answer
    }
}
