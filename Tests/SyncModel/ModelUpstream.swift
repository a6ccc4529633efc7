import Columns
import Pipeline
import Tributary

/// One row of a modelled upstream.
public struct ModelRow: Hashable, Sendable {
    public var id: Int64
    /// Never changes. Seconds since 1970.
    public var created: Int64
    /// Moves with each change. Seconds since 1970.
    public var updated: Int64
    public var payload: String

    public init(id: Int64, created: Int64, updated: Int64, payload: String) {
        self.id = id
        self.created = created
        self.updated = updated
        self.payload = payload
    }

    var json: JSONValue {
        [
            "id": .number(JSONNumber(id)), "created": .number(JSONNumber(created)),
            "updated_at": .string(Self.iso(updated)), "payload": .string(payload),
        ]
    }

    static func iso(_ seconds: Int64) -> String { TimestampText.timestamp(microseconds: seconds * 1_000_000) }
}

/// An upstream with one table, `rows`, that pages, filters and sorts as it is told: honest, and without hurry.
public struct ModelUpstream: TableReader {
    public enum Order: Sendable {
        /// By `updated_at`, the bound exclusive or inclusive.
        case ascending(isInclusive: Bool)
        /// By `created`, below *earliest* first and above *last* then.
        case descending
        /// By `id`, with an exclusive bound on `updated_at`: an order that says nothing about the cursor.
        case unsorted
    }

    public enum Shape: Sendable, CaseIterable {
        case pages
        case rows
        case tables
    }

    public var rows: [ModelRow]
    public var order: Order
    public var shape: Shape
    public var pageSize: Int
    /// Whether items carry resume tokens.
    public var givesTokens: Bool
    public var hints = PartitionHints(mode: .md5, keys: ["id"], count: 2)
    public var crash: CrashPoint
    public var nonRetryableErrors: [NonRetryableError] = []

    public init(
        rows: [ModelRow], order: Order, shape: Shape = .pages, pageSize: Int, givesTokens: Bool,
        crash: CrashPoint = CrashPoint()
    ) {
        self.rows = rows
        self.order = order
        self.shape = shape
        self.pageSize = pageSize
        self.givesTokens = givesTokens
        self.crash = crash
    }

    public var sourceType: String { "Model" }
    public var identity: JSONValue { ["page": .number(JSONNumber(Int64(pageSize)))] }

    public func schemas(in context: SourceContext) async throws -> [SourceSchema] {
        [
            SourceSchema(
                "rows", primaryKeys: ["id"], incremental: [.datetime("updated_at"), .integer("created")])
        ]
    }

    public func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        let pages = pages(for: inputs)
        let start = Int(inputs.resumeToken?.value["page"]?.int64 ?? 0)
        let (shape, givesTokens, crash) = (shape, givesTokens, crash)
        let isDescending = if case .descending = order { true } else { false }
        let isUnsorted = if case .unsorted = order { true } else { false }
        return SourceResponse(
            primaryKeys: ["id"], sortMode: isDescending && inputs.syncType != .fullRefresh ? .descending : .ascending,
            isSorted: !isUnsorted,
            partitioning: hints, rowsToSync: rows.count,
            items: Items { emit in
                for (index, page) in pages.enumerated().dropFirst(start) {
                    try crash.step()
                    let token = ResumeToken(["page": .number(JSONNumber(Int64(index + 1)))])
                    try await emit(Self.item(page, shape), resume: givesTokens ? token : nil)
                }
                try crash.step()
            })
    }

    /// The answers in order.
    public func pages(for inputs: SourceInputs) -> [[ModelRow]] {
        guard inputs.syncType != .fullRefresh else { return paged(rows.sorted { $0.id < $1.id }) }
        switch order {
        case .ascending(let isInclusive): return paged(ascending(inputs.watermark.last, isInclusive))
        case .unsorted: return paged(ascending(inputs.watermark.last, false).sorted { $0.id < $1.id })
        case .descending: return descending(inputs.watermark)
        }
    }

    private func ascending(_ last: CursorValue?, _ isInclusive: Bool) -> [ModelRow] {
        let sorted = rows.sorted { ($0.updated, $0.id) < ($1.updated, $1.id) }
        guard case .timestamp(let bound) = last else { return sorted }
        return sorted.filter { row in
            let value = row.updated * 1_000_000
            return isInclusive ? value >= bound : value > bound
        }
    }

    private func descending(_ watermark: Watermark) -> [[ModelRow]] {
        let sorted = rows.sorted { ($0.created, $0.id) > ($1.created, $1.id) }
        guard watermark.last != nil || watermark.earliest != nil else { return paged(sorted) }
        var pages: [[ModelRow]] = []
        if case .integer(let earliest) = watermark.earliest { pages += paged(sorted.filter { $0.created < earliest }) }
        if case .integer(let last) = watermark.last { pages += paged(sorted.filter { $0.created > last }) }
        return pages
    }

    private func paged(_ rows: [ModelRow]) -> [[ModelRow]] {
        stride(from: 0, to: rows.count, by: pageSize).map { Array(rows[$0..<min($0 + pageSize, rows.count)]) }
    }

    private static func item(_ rows: [ModelRow], _ shape: Shape) -> Item {
        switch shape {
        case .pages:
            let page: JSONValue = ["data": .array(rows.map(\.json))]
            return .json(page.serialized(), rows: "data")
        case .rows: return .rows(rows.compactMap(\.json.object))
        case .tables: return .table(table(rows))
        }
    }

    private static func table(_ rows: [ModelRow]) -> Table {
        let schema = TableSchema([
            Field("id", .int64), Field("created", .int64), Field("updated_at", .timestamp), Field("payload", .utf8),
        ])
        var builders = schema.fields.map { ColumnBuilder($0.type) }
        for row in rows {
            builders[0].append(int: row.id)
            builders[1].append(int: row.created)
            builders[2].append(int: row.updated * 1_000_000)
            builders[3].append(string: row.payload)
        }
        return Table(schema: schema, columns: builders.indices.map { builders[$0].finish() }, rowCount: rows.count)
    }
}
