import Columns
import Tributary

/// Reads the rows of one table of the depot.
struct DepotReader: Sendable {
    let source: DepotSource
    let config: DepotSource.Config
    let table: DepotTable
    let inputs: SourceInputs
    let context: SourceContext

    private var bend: DepotBend { config.bend }

    func run(into emit: Emitter) async throws {
        try await source.open(config, context) { connection in
            if let whole = bend.whole { return try await whole(self, connection, emit) }
            if !bend.usesSnapshot { return try await pages(connection, emit) }
            try await connection.withSnapshot { try await pages(connection, emit) }
        }
        if let after = bend.afterwards { try await source.open(config, context) { try await after(self, $0, emit) } }
    }

    private func pages(_ connection: any DatabaseConnection, _ emit: Emitter) async throws {
        let (first, nulls) = (Self.firstPage(table, inputs, config), nullPage())
        var position: DepotPosition?
        do {
            position = try inputs.resumeToken.map { try DepotPosition($0, first, nulls) }
        } catch let error as SourceError {
            if try bend.stranger(error) == .end { return }
        }
        if position?.isAmongNulls != true {
            var page = first
            bend.page(&page)
            try await walk(page, from: position, connection, emit)
            position = nil
        }
        guard var page = nulls else { return }
        bend.page(&page)
        try await walk(page, from: position, connection, emit)
    }

    /// The statement for all rows of the read.
    static func firstPage(_ table: DepotTable, _ inputs: SourceInputs, _ config: DepotSource.Config) -> DepotPage {
        let bend = config.bend
        let cursor = inputs.syncType == .fullRefresh ? nil : inputs.cursorField
        var page = DepotPage(
            table: table, cursor: cursor, columns: table.columns.map(\.name), order: table.keys.map(bend.quote),
            limit: table.keys.isEmpty ? nil : DepotSource.pageRows, isIncrement: inputs.watermark.last != nil,
            quote: bend.quote)
        if let shelf = config.shelf, table.column("shelf") != nil { page.conditions.append(bend.onShelf(shelf)) }
        guard let cursor else { return page }
        let expression = page.expression(cursor)
        page.order = [expression] + page.order.filter { $0 != expression }
        if let last = bend.bound(inputs) {
            page.conditions.append(SQLCondition(text: "\(expression) >= ?", parameters: [last.sqlValue(for: cursor)]))
        } else {
            page.conditions.append(SQLCondition(text: "\(expression) IS NOT NULL"))
        }
        return page
    }

    /// The rows without a cursor value, for the first read alone.
    private func nullPage() -> DepotPage? {
        guard let cursor = inputs.cursorField, inputs.syncType != .fullRefresh, bend.readsNulls(inputs),
            table.column(cursor.name)?.isNullable == true
        else { return nil }
        var page = Self.firstPage(table, inputs, config)
        // In place of the bound, which comes last.
        page.conditions[page.conditions.count - 1] = SQLCondition(text: "\(page.expression(cursor)) IS NULL")
        page.cursor = nil
        page.order = table.keys.map(bend.quote)
        return page
    }

    /// Page after page, each behind the last row of the one before.
    private func walk(
        _ first: DepotPage, from start: DepotPosition?, _ connection: any DatabaseConnection, _ emit: Emitter
    ) async throws {
        var position = start
        var number = 0
        while true {
            var page = first
            if let position { page.conditions.append(position.condition(page)) }
            bend.turn(&page, number)
            let read = try await rows(page, connection, emit, number)
            guard page.limit != nil, read.count > 0, let last = read.last else { return }
            position = last
            number += 1
        }
    }

    /// Hands over one page; gives the number of its rows and the position behind it.
    private func rows(
        _ page: DepotPage, _ connection: any DatabaseConnection, _ emit: Emitter, _ number: Int
    ) async throws -> (count: Int, last: DepotPosition?) {
        let result = Lock<(count: Int, last: DepotPosition?)>((0, nil))
        let take: @Sendable (Table) async throws -> Void = { table in
            guard table.rowCount > 0 else { return }
            let position = page.limit == nil ? nil : DepotPosition(behind: table, page)
            result.withLock { $0 = ($0.count + table.rowCount, position) }
            var token = position.map { bend.token($0, table, page) }
            if bend.storesPassword, let password = config.password, var fields = token?.value.object {
                fields["login"] = .string(password.revealed)
                token = ResumeToken(.object(fields))
            }
            try bend.passing(context, table)
            try await emit(.table(try bend.rows(table, page, number)), resume: token)
        }
        do {
            if bend.holdsAll {
                try await take(try await connection.query(page.statement))
            } else {
                try await connection.stream(page.statement, maxRows: bend.fetchRows, maxBytes: bend.fetchBytes) {
                    try await take($0)
                }
            }
        } catch {
            guard bend.forgives(error) else { throw bend.blame(error, page.statement) }
            return (0, nil)
        }
        return result.withLock { $0 }
    }
}

/// A place among ordered rows: the values of the last row that was read.
struct DepotPosition: Sendable {
    /// What a fault takes a position of another read for.
    enum Stranger { case start, end }

    /// The columns of the order, so that a position in another one is known.
    var columns: [String]
    var values: [Value]
    var isAmongNulls: Bool

    init?(behind table: Table, _ page: DepotPage) {
        columns = page.columnsOfOrder
        values = columns.compactMap { table.column($0)?[table.rowCount - 1] }.map { value in
            if case .timestamp(let micros) = value { return .int(micros) }
            if case .date(let days) = value { return .int(Int64(days) * 86_400_000_000) }
            return value
        }
        isAmongNulls = page.cursor == nil && page.conditions.contains { $0.text.hasSuffix("IS NULL") }
        guard values.count >= page.order.count else { return nil }
    }

    /// - Throws: `SourceError` of kind `resumeTokenExpired` for a position that is none in the order of these pages.
    init(_ token: ResumeToken, _ page: DepotPage, _ nulls: DepotPage?) throws {
        let order = token.value["nulls"]?.bool.flatMap { $0 ? nulls : page }?.columnsOfOrder
        guard let stored = token.value["at"]?.array, let nulls = token.value["nulls"]?.bool, let order,
            stored.count == order.count, token.value["by"]?.array?.map(\.string) == order
        else {
            throw SourceError(.resumeTokenExpired, "Resuming a read: the position is of another kind.")
        }
        columns = order
        values = stored.map { $0.int64.map(Value.int) ?? .string($0.string ?? "") }
        isAmongNulls = nulls
    }

    var token: ResumeToken {
        let stored = values.map { value -> JSONValue in
            switch value {
            case .int(let number): .number(JSONNumber(number))
            case .string(let text): .string(text)
            default: .null
            }
        }
        return ResumeToken([
            "by": .array(columns.map(JSONValue.string)), "at": .array(stored), "nulls": .bool(isAmongNulls),
        ])
    }

    /// `a > ? OR (a = ? AND (b > ? OR …))`
    func condition(_ page: DepotPage) -> SQLCondition {
        var text = "1 = 0"
        var parameters: [Value] = []
        for (expression, value) in zip(page.order, values).reversed() {
            text = "\(expression) > ? OR (\(expression) = ? AND (\(text)))"
            parameters = [value, value] + parameters
        }
        return SQLCondition(text: text, parameters: parameters)
    }
}

extension CursorValue {
    /// As the driver's function gives it: times in microseconds.
    fileprivate func sqlValue(for field: IncrementalField) -> Value {
        switch self {
        case .integer(let number): .int(number)
        case .decimal(let number): .decimal(number)
        case .date(let days): .int(Int64(days) * 86_400_000_000)
        case .timestamp(let micros): .int(micros)
        case .objectID(let id): .string(id)
        }
    }
}
