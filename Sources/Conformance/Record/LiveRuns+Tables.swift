import Cassettes
import Columns
import Foundation
import Lake
import Pipeline
import Tributary

// One table.
extension LiveRuns {
    func table(
        _ schema: SourceSchema, _ stand: Stand, _ notes: inout [String]
    ) async throws -> (table: RecordedTable, modes: Set<SyncType>) {
        var mode = plan.modes[schema.name] ?? plan.mode ?? DefaultSettings.syncType(for: schema)
        if mode != .fullRefresh, !schema.syncTypes.contains(mode) { mode = .fullRefresh }
        let field = mode == .fullRefresh ? nil : DefaultSettings.cursorField(for: schema)
        stand.recorder.enter(.init())
        try await source.validateCredentials(schema: schema.name, in: context(stand))
        var modes: Set<SyncType> = []
        var last: Synced?
        var refused: (any Error)?
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
            if before.isEmpty {
                settleCut(schema.name, mode, stand, &modes, &notes)
            } else {
                forgetCutRefresh(schema.name, mode, stand, &modes, &notes)
            }
            if before.isEmpty, let files = last?.files {
                refused = await again(schema, mode, field, files, stand, &notes)
            }
            if refused != nil {
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
            sizeParameters: sizeParameters(schema.name, stand), pages: pageHints(schema.name, stand), image: image,
            incrementError: refused)
        return (table, modes)
    }

    /// What the source says of the pages of a table's requests, by what was asked; nothing where lists of one target differ.
    private func pageHints(_ name: String, _ stand: Stand) -> [String: PageHint] {
        var hints: [String: Set<PageHint>] = [:]
        for exchange in stand.recorder.exchanges where exchange.lane.schema == name {
            let body = exchange.requestBody.isEmpty ? nil : exchange.requestBody
            guard let hint = exchange.page, hint.style != nil, let method = HTTPMethod(rawValue: exchange.method),
                let call = try? ModelCall(HTTPRequest(method, exchange.url, body: body))
            else { continue }
            hints[RecordedPage.target(call.path, call.parameters["query"]), default: []].insert(hint)
        }
        return hints.compactMapValues { $0.count == 1 ? $0.first : nil }
    }

    /// The names by which a table's requests ask for a page's size, as far as the source says them.
    private func sizeParameters(_ name: String, _ stand: Stand) -> Set<String> {
        Set(
            stand.recorder.exchanges.filter { $0.lane.schema == name }.compactMap { $0.page?.size?.name })
    }

    /// What to say of a table without rows whose answers hold objects.
    private func lost(_ schema: SourceSchema, _ image: TableImage?, _ stand: Stand) -> String? {
        guard image.map({ $0.rows.isEmpty }) ?? true,
            let list = stand.recorder.longestList(of: schema.name), list.count > 0
        else { return nil }
        let place = list.path.isEmpty ? "the answer itself" : "'\(list.path)'"
        return "\(schema.name) has no row, although an answer holds \(list.count.counted("object")) at \(place): "
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
                    + "off is not the same. To have both, ask for one order in `query` of the endpoint, and not of its cursor "
                    + "field alone, or record it with --max-pages 0 from an account with few rows.")
        }
        stand.recorder.keepOnlyRows(of: lane)
    }

    /// A list that has grown beyond what a recording keeps since the first state: where the increment brings what was cut
    /// off, the two would contradict each other.
    private func forgetCutRefresh(
        _ name: String, _ mode: SyncType, _ stand: Stand, _ modes: inout Set<SyncType>, _ notes: inout [String]
    ) {
        let full = CapturedExchange.Lane(schema: name, syncType: .fullRefresh)
        let increment = stand.recorder.rows(of: CapturedExchange.Lane(schema: name, syncType: mode))
        guard modes.contains(.fullRefresh),
            stand.recorder.exchanges.contains(where: { $0.lane == full && $0.trimmed != nil }),
            !increment.isSubset(of: stand.recorder.rows(of: full))
        else { return }
        stand.recorder.discard(full)
        modes.remove(.fullRefresh)
        notes.append(
            "Of \(name) only the increment was recorded: its whole list has grown beyond what a recording keeps. To have it, "
                + "record this state with --max-pages 0.")
    }

    /// Tables that ask for the list of another which was cut in a state before, where rows that its increment brings by now
    /// lie behind the cut: the two would contradict each other, and only the increment is kept.
    func childrenOfCutLists(_ tables: [RecordedTable], _ stand: Stand, _ notes: inout [String]) -> [String] {
        var names: [String] = []
        for parent in tables where parent.mode != .fullRefresh && shortened.contains(parent.schema.name) {
            let lane = CapturedExchange.Lane(schema: parent.schema.name, syncType: parent.mode)
            let news = stand.recorder.rows(of: lane)
            let paths = Set(stand.recorder.exchanges.filter { $0.lane == lane }.map(\.path))
            for child in tables where child.schema.name != parent.schema.name {
                let own = stand.recorder.exchanges.filter { $0.lane.schema == child.schema.name }
                let isCut = own.contains { $0.trimmed != nil && paths.contains($0.path) }
                let known = Set(own.map(\.lane)).map(stand.recorder.rows(of:))
                guard isCut, !news.allSatisfy({ row in known.contains { $0.contains(row) } }) else { continue }
                for type in SyncType.allCases { forget(child.schema.name, type, stand) }
                names.append(child.schema.name)
                notes.append(
                    "\(child.schema.name) was left out of this state: the list of \(parent.schema.name) that it asks for is cut, "
                        + "and the increment of \(parent.schema.name) brings rows from behind the cut. To have both, record each "
                        + "state with --max-pages 0, from an account with few rows.")
            }
        }
        return names
    }

    /// An increment with nothing new shows how the upstream is asked for one; a replay may end without it.
    ///
    /// - Returns: why it was not answered; nil where it was.
    private func again(
        _ schema: SourceSchema, _ mode: SyncType, _ field: IncrementalField?, _ files: MemoryLake.Files, _ stand: Stand,
        _ notes: inout [String]
    ) async -> (any Error)? {
        stand.recorder.enter(.init(schema: schema.name, syncType: mode, isOptional: true))
        do {
            _ = try await sync(schema.name, mode, field: field, into: files, stand)
            return nil
        } catch {
            notes.append(
                "\(schema.name) is recorded as a full refresh only: an increment was not answered. \(Self.words(error)) "
                    + "Mend how the bound of \(field.map { "'\($0.name)'" } ?? "the cursor") is sent, by its parameter, format or template; or, where the API "
                    + "takes none, declare no such cursor field. Then record the scenario anew from its first state: later "
                    + "ones keep to the modes of the first.")
            return error
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
        let members = stand.recorder.membersBesideRows(of: lane)
        let beside = members.isEmpty ? "" : " Beside its rows an answer has \(members.joined(separator: ", "))."
        notes.append(
            "\(name) was recorded with the source's own page size. With pages of \(size) it stopped after one that was full: "
                + "it looks for the next page where no answer has it, or takes a page that is shorter than it asked for, or a "
                + "total that counts the page alone, for the end.\(beside) "
                + "If the API gives fewer rows than asked for, or has more rows than one page, the rest is lost: count the "
                + "rows that it has, and see `stopsOnShortPage` and `total` of the paginator.")
        return whole
    }

    /// What a sync left, and what the source said of the read.
    struct Synced {
        var files: MemoryLake.Files
        var response: SourceResponse?
    }

    /// Syncs one table, once, into a lake in memory.
    func sync(
        _ name: String, _ type: SyncType, field: IncrementalField?, into files: MemoryLake.Files, _ stand: Stand
    ) async throws -> Synced {
        let lake = MemoryLake(files)
        let reader = WatchedReader(source)
        var options = SyncOptions()
        options.maxAttempts = 1
        _ = try await SyncEngine(reader: reader, context: context(stand), lake: lake, locks: .none).run(
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
