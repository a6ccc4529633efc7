import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

// What is run.
extension Bench {
    /// An upstream that shows some objects of this table; by default three rows a page.
    func upstream(
        _ visible: [World.Object]? = nil, pageSize: Int? = nil, later: Duration = .zero
    ) throws -> ModelUpstream {
        let world = world(visible ?? objects)
        var upstream = try ModelUpstream(
            input.scenario, state: state, declaration: declaration, world: world,
            pageSize: pageSize ?? input.use.page(3))
        upstream.database = sql
        upstream.accounts = input.accounts
        if endpoint.page.endsWithShortPage { upstream.maximumPageSize = upstream.pageSize }
        upstream.now += later.microseconds
        return upstream
    }

    /// A plan in the table's own mode, or another; without lookback, so that bounds are seen as they are.
    func plan(_ type: SyncType? = nil, commitsOften: Bool = false) -> Lab.Plan {
        let type = type ?? schema.mode
        var plan = Lab.Plan(schema.name, type, cursorField: type == .fullRefresh ? nil : schema.field?.name)
        plan.lookback = type == .fullRefresh ? nil : .zero
        plan.requestLimit = 200
        if commitsOften { plan.commitOften() }
        return plan
    }

    func run(_ plan: Lab.Plan, of upstream: any Upstream, into files: MemoryLake.Files = [:]) async throws -> Lab.Run {
        let run = try await lab.run(plan, of: upstream, into: files)
        let requests = run.log.requests.count + run.log.databases.statements.count
        tally.add(Counters(requests: requests, runs: 1))
        if let sql { tally.keep(run.log, of: sql.table) }
        return run
    }

    /// The same, for a run that must succeed.
    func successful(
        _ plan: Lab.Plan, of upstream: any Upstream, into files: MemoryLake.Files = [:], at place: String
    ) async throws -> Lab.Run {
        let run = try await run(plan, of: upstream, into: files)
        guard let error = run.error else { return run }
        throw Verdicted(
            verdict: .failed([
                Finding(
                    at: place, expected: Finding.syncSucceeds, actual: "It ended with: \(error)",
                    history: run.log.lines())
            ]))
    }

    func table(_ run: Lab.Run) async throws -> TableImage? {
        try await lab.table(schema.name, in: run.files, keys: keyColumns)
    }

    /// Holds a table against the objects that it should have, by key and by each value whose column the table has.
    func difference(_ expected: [World.Object], _ run: Lab.Run) async throws -> TableDiff {
        let actual = try await table(run)
        if let sql { return sqlDifference(expected, actual, sql.table) }
        let found = actual?.byKey ?? [:]
        let expected = inSpan(of: run, expected)
        let columns = Set(actual?.schema.names ?? [])
        let keys = Set(keyColumns)
        let embedded = Set(collection.embeds.map(\.member))
        let changed = try await columnsOfWords(actual)
        let rows = expected.map { object -> [String: Value] in
            let sent = self.row(object).members.filter { !embedded.contains($0.name) }
                .map { member in
                    let column = Self.column(member.name)
                    let value = SentValue(
                        member.value, isDayEnough: column == schema.dayColumn, isWordEnough: !changed.contains(column))
                    return (column: column, value: value)
                }
            let ofKey = sent.filter { keys.contains($0.column) }.map { column, value in
                (column, Self.keyCell(value, as: actual?.schema[column]?.type))
            }
            let shown = Dictionary(ofKey) { first, _ in first }
            let row = found[TableImage.key(of: shown, by: keyColumns)]?.values
            return sent.reduce(into: [:]) { values, cell in
                if let key = shown[cell.column] { values[cell.column] = key }
                guard let row, columns.contains(cell.column), !keys.contains(cell.column) else { return }
                let kept = row[cell.column] ?? .null
                // Of two members that become one column the source may leave one out.
                if values[cell.column] == kept { return }
                values[cell.column] = cell.value.isHeld(by: kept) ? kept : cell.value.shown
            }
        }
        let image = TableImage(rows: rows, keys: keyColumns)
        let kept = image.byKey
        let actualRows = (actual?.rows ?? []).map { row in
            let expected = kept[row.key]?.values
            return row.values.filter { expected?[$0.key] != nil || keys.contains($0.key) }
        }
        tally.add(Counters(rows: expected.count))
        return TableDiff(
            expected: image, actual: TableImage(rows: actualRows, keys: keyColumns), comparesSchema: false)
    }

    /// The objects that a run was to bring: not those from before the day at which the form lets history begin, where the run
    /// began there.
    private func inSpan(of run: Lab.Run, _ objects: [World.Object]) -> [World.Object] {
        guard let start = configuredStart, spelling.isTime else { return objects }
        let lower = boundFilters.filter {
            $0.field == collection.cursor && [.greater, .greaterOrEqual].contains($0.comparison)
        }
        let bounds = run.log.requests.filter(isList).flatMap { request -> [Int64] in
            guard let call = try? ModelCall(request.request) else { return [] }
            return lower.compactMap { $0.bound(in: call).flatMap { spelling.position(stored: $0) } }
        }
        let day: Int64 = 86_400_000_000
        // A day that is yet to come leaves nothing to ask for.
        let asked = bounds.min() ?? (run.log.requests.contains(where: isList) ? nil : start)
        guard let first = asked, first / day == start / day else { return objects }
        return objects.filter { spelling.position(cursor($0)).map { $0 >= first } ?? true }
    }

    /// The earliest day or moment that the config names.
    private var configuredStart: Int64? {
        FormPlace.all(input.source.form.fields, in: input.config).compactMap { place in
            input.config.value(at: place.path)?.string.flatMap { TimestampParser.microseconds($0) }
        }.min()
    }

    /// A value of the key as a column of a type keeps it: days and moments are texts where no cursor was chosen, and what they
    /// are where one was.
    static func keyCell(_ value: SentValue, as type: ColumnType?) -> Value {
        guard let text = value.json.string else { return value.shown }
        switch type {
        case .date32: return TimestampParser.days(text).map { .date($0) } ?? value.shown
        case .timestamp: return TimestampParser.microseconds(text).map { .timestamp($0) } ?? value.shown
        default: return value.shown
        }
    }

    /// The type that the column of the chosen cursor has; nil for any other column.
    func cursorType(of column: String) -> ColumnType? {
        guard let field = schema.field, column == Self.column(field.name) else { return nil }
        switch field.type {
        case .date: return .date32
        case .datetime, .timestamp: return .timestamp
        case .integer, .numeric, .objectID: return nil
        }
    }

    /// Columns that hold words although truth values alone are sent there, and nobody declares a type. Where kinds are
    /// mixed, the runtime itself makes a text of all.
    private func columnsOfWords(_ table: TableImage?) async throws -> Set<String> {
        let words: Set<Value> = [.string("true"), .string("false")]
        let suspects = Set((table?.rows ?? []).flatMap { row in row.values.filter { words.contains($0.value) }.keys })
        let columns = suspects.filter { column in
            let sent = objects.flatMap { $0.body.members.filter { Self.column($0.name) == column && !$0.value.isNull } }
            return !sent.isEmpty && sent.allSatisfy { $0.value.bool != nil }
        }
        return columns.isEmpty ? [] : columns.subtracting(try await response().columnHints.keys.map(Self.column))
    }

    /// The finding of a difference; nothing when there is none.
    func finding(
        _ difference: TableDiff, at place: String, expected: String, _ run: Lab.Run, cause: String? = nil
    ) -> [Finding] {
        if difference.isEmpty { return [] }
        return [
            Finding(
                at: place, expected: expected, actual: "The table has \(difference.summary).",
                witness: difference.witness, history: run.log.lines(),
                cause: causeOfStatements(run, difference) ?? causeOfLoss(difference) ?? cause)
        ]
    }

    /// Why a full read lacks rows of those that were shown: what they have in common, or where they stand in the list.
    ///
    /// - Parameter pageSize: the rows of a page of that read.
    func causeOfLoss(_ difference: TableDiff, among shown: [World.Object], pageSize: Int) -> String? {
        guard difference.isOfLostRows else { return nil }
        if let shared = sharedByLost(difference, among: shown) { return shared }
        // Lists of several parents have pages of their own.
        guard collection.parent == nil else { return nil }
        let byKey = collection.key.map { ModelDeclaration.Order(field: $0, isDescending: false) }
        let order = endpoint.order.isEmpty && sql != nil ? byKey : endpoint.order
        let list = order.isEmpty ? shown : ModelOrder.sorted(shown, by: order)
        let lost = Set(difference.missing)
        return RowsLeftOut.cause(
            places: list.indices.filter { lost.contains(tableKey(list[$0])) }, of: list.count,
            page: sql == nil ? pageSize : nil)
    }

    /// What the rows that lack have in common, and those that came have not: a filter in the source leaves them out.
    private func causeOfLoss(_ difference: TableDiff) -> String? {
        guard difference.extra.isEmpty, difference.changed.isEmpty, !difference.missing.isEmpty else { return nil }
        return sharedByLost(difference, among: objects)
    }

    private func sharedByLost(_ difference: TableDiff, among shown: [World.Object]) -> String? {
        let lost = Set(difference.missing)
        let isLost = { (object: World.Object) in lost.contains(tableKey(object)) }
        return RowsLeftOut.cause(shown.filter(isLost).map(\.body), shown.filter { !isLost($0) }.map(\.body))
    }

    /// The rows as the source hands them over, before anything of the runtime has seen them.
    func emitted(_ upstream: any Upstream, _ type: SyncType = .fullRefresh) async throws -> [JSONObject] {
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog(), limit: 200)
        let response = try await lab.source.read(inputs(type), in: context)
        let rows = Lock<[JSONObject]>([])
        try await response.items.run(
            into: Emitter { item, _ in
                let new = try item.map(Self.rows) ?? []
                rows.withLock { $0 += new }
            })
        let all = rows.withLock { $0 }
        tally.add(Counters(rows: all.count, runs: 1))
        return all
    }

    static func rows(of item: Item) throws -> [JSONObject] {
        switch item {
        case .row(let row): [row]
        case .rows(let rows): rows
        case .json(let item): try item.parsedRows()
        case .table(let table): SQLValues.rows(of: table)
        }
    }
}
