import Columns
import Logging

/// What is found out about a table before it is read.
struct SQLReadFacts: Sendable {
    let plan: SQLReadPlan
    private let rowsToSync: Int?
    private let hasDuplicateKeys: Bool

    /// About how many bytes a table handed over has, and at most how many rows.
    static let targetBytes = 16 << 20
    static let maximumRows = 50_000
    /// About how many bytes are handed over to be appended before a position comes, exact or not.
    static let openBytes = 64 << 20
    /// About how many bytes of the database a partition holds (posthog: 200 MiB).
    static let partitionBytes = 200 << 20
    /// From so many rows on, a read of all rows trusts the statistics instead of counting.
    private static let countingLimit = 1_000_000

    init(_ plan: SQLReadPlan, _ inputs: SourceInputs, _ connection: any DatabaseConnection) async throws {
        self.plan = plan
        rowsToSync = try await Self.rows(plan, connection)
        hasDuplicateKeys =
            inputs.syncType == .incremental ? try await Self.hasDuplicates(plan, connection) : false
    }

    /// The rows that the read will give: from the statistics for a large table, else counted. Nil when the count fails:
    /// it is worth having, not worth stopping for.
    private static func rows(_ plan: SQLReadPlan, _ connection: any DatabaseConnection) async throws -> Int? {
        if plan.isUnbounded, let estimate = plan.table.estimatedRows, estimate >= countingLimit { return estimate }
        do {
            let table = try await connection.query(plan.count(connection.quote))
            return table.rowCount == 1 ? SQLRow(table: table, index: 0).int("n") : nil
        } catch let error as SourceError {
            switch error.kind {
            case .permissionDenied, .unknownSchema: throw error
            default: return nil
            }
        }
    }

    /// Whether values of a key that the database does not enforce repeat.
    private static func hasDuplicates(_ plan: SQLReadPlan, _ connection: any DatabaseConnection) async throws -> Bool {
        guard let key = plan.key, !key.isEnforced else { return false }
        let columns = key.columns.map(connection.quote).joined(separator: ", ")
        let statement = SQLStatement(
            "SELECT 1 AS found FROM \(plan.name(connection.quote)) GROUP BY \(columns) HAVING count(*) > 1 LIMIT 1")
        return try await connection.query(statement).rowCount > 0
    }

    /// Rows of one table handed over.
    var rowsPerTable: Int {
        guard let bytes = plan.table.averageRowBytes else { return Self.maximumRows }
        return max(min(Self.targetBytes / bytes, Self.maximumRows), 1)
    }

    /// From the statistics of the whole table, whatever part of it is read now: a layout is chosen once.
    private var partitioning: PartitionHints {
        let rows = plan.table.estimatedRows ?? (plan.isUnbounded ? rowsToSync : nil)
        guard plan.key != nil, let rows, rows > 0, let bytes = plan.table.byteCount, bytes > 0 else {
            return PartitionHints()
        }
        let size = max(Int((Double(Self.partitionBytes) / (Double(bytes) / Double(rows))).rounded()), 1)
        return PartitionHints(count: max(rows / size, 1), size: Int64(size))
    }

    func response(items: Items) -> SourceResponse {
        SourceResponse(
            primaryKeys: plan.key?.columns ?? [], sortMode: .ascending, partitioning: partitioning,
            rowsToSync: rowsToSync, hasDuplicatePrimaryKeys: hasDuplicateKeys, chunkRows: rowsPerTable,
            chunkBytes: Self.targetBytes, items: items)
    }
}

/// Reads the rows of a plan inside one snapshot of the database, and hands them over with their positions.
struct SQLReader: Sendable {
    private let facts: SQLReadFacts
    private let token: ResumeToken?
    /// Whether an empty table is worth handing over, for its columns.
    private let isFirst: Bool
    private let hasEmitted = Lock(false)

    init(_ facts: SQLReadFacts, token: ResumeToken?, isFirst: Bool) {
        self.facts = facts
        self.token = token
        self.isFirst = isFirst
    }

    /// A query that died while the server sorted is tried once more along an index on the cursor field.
    func run(_ database: SQLDatabase, _ context: SourceContext, into emit: Emitter) async throws {
        do {
            try await attempt(database, context, forcing: nil, into: emit)
        } catch let error as SourceError where facts.plan.dialect.diedSorting(error) && !hasEmitted.withLock({ $0 }) {
            guard let index = cursorIndex else { throw Self.needsIndex(error, facts.plan.cursor?.name) }
            context.logger.notice("The query died while sorting; trying again along the index \(index).")
            try await attempt(database, context, forcing: index, into: emit)
        }
    }

    private var cursorIndex: String? {
        guard let cursor = facts.plan.cursor else { return nil }
        return facts.plan.table.indexes.first { $0.columns.first == cursor.name }?.name
    }

    private static func needsIndex(_ error: SourceError, _ cursor: String?) -> SourceError {
        guard let cursor else { return error }
        var copy = error
        copy.recovery = .stop
        copy.advice = "Add an index on '\(cursor)': without one the server has to sort the whole table."
        return copy
    }

    private func attempt(
        _ database: SQLDatabase, _ context: SourceContext, forcing index: String?, into emit: Emitter
    ) async throws {
        try await context.withConnection(to: database) { connection in
            let steps = try facts.plan.steps(from: token, forcing: index, quote: connection.quote)
            try await connection.withSnapshot {
                for step in steps { try await run(step, on: connection, into: emit) }
            }
        }
    }

    private func run(
        _ step: SQLReadPlan.Step, on connection: any DatabaseConnection, into emit: Emitter
    ) async throws {
        // A merge knows rows that come twice; what is appended has to be told apart by its place.
        let cuts = facts.plan.isMerged ? nil : Lock(SQLAppendCuts(step, limit: SQLReadFacts.openBytes))
        try await connection.stream(
            step.statement, maxRows: facts.rowsPerTable, maxBytes: SQLReadFacts.targetBytes
        ) { table in
            let isWanted = table.rowCount > 0 || (isFirst && !hasEmitted.withLock { $0 })
            guard isWanted else { return }
            let parts =
                cuts?.withLock { $0.parts(of: table) }
                ?? [SQLAppendCuts.Part(table: table, position: step.position(behind: table))]
            for part in parts { try await hand(over: part, to: emit) }
        }
    }

    private func hand(over part: SQLAppendCuts.Part, to emit: Emitter) async throws {
        guard let table = part.table else {
            if let position = part.position { try await emit.position(position.token) }
            return
        }
        try await emit(.table(table), resume: part.position?.token)
        hasEmitted.withLock { $0 = true }
    }
}
