import Columns
import Tributary

/// Keeps rows back until the commit that holds them can be gone on from exactly.
///
/// Where rows are merged by key, reading a row twice does no harm, and nothing is kept back. Where they are appended, a
/// run that goes on must begin right behind the last committed row:
///
/// - In a rebuild that can resume, rows wait for the resume token behind them.
/// - In an append sync they wait for a token, or for the end of their group of equal cursor values: the watermark then
///   says exactly which rows are in the lake.
///
/// So whatever has left the holdback may be committed at any moment.
struct Holdback {
    enum Rule: Hashable, Sendable {
        /// Rows are merged, or the run begins anew after an interruption.
        case none
        /// Rows wait for tokens, once the source has given one.
        case tokens
        case groups(SortMode)
        /// Rows wait for a token, or for the end of the read: in an append sync of an unsorted list nothing else tells
        /// which rows are in the lake. Without tokens all rows of the read wait in memory.
        case onlyTokens
    }

    /// Rows that may be committed now.
    struct Release {
        var tables: [Table] = []
        /// The newest token that the released rows reach. Nil: nothing has changed, except that with `losesPosition` no
        /// token describes where the released rows end.
        var position: ResumeToken?
        var losesPosition = false
        /// Whether no more rows with the cursor value of the last released row can come.
        var isGroupComplete = false
    }

    let rule: Rule
    /// Bytes that may wait in a rebuild before its rows are let go without a token.
    let maximumBytes: Int
    private var held: [Table] = []
    private var heldBytes = 0
    /// The cursor value that the held rows share.
    private var heldValue: CursorValue?
    private var hasSeenToken = false

    init(rule: Rule, maximumBytes: Int, resumes: Bool = false) {
        self.rule = rule
        self.maximumBytes = maximumBytes
        hasSeenToken = resumes
    }

    /// Takes rows and gives those that may be committed. `cursor` is the position of the cursor column.
    mutating func take(_ table: Table?, position: Batch.Position?, cursor: CursorColumn?) -> Release {
        guard rule != .none else {
            return Release(tables: table.map { [$0] } ?? [], position: position?.token)
        }
        guard let position else { return takeRows(table, cursor) }
        hasSeenToken = true
        var release = Release(tables: held, position: position.token)
        drop()
        guard let table else { return release }
        if position.rows > 0 { release.tables.append(table.slice(0..<position.rows)) }
        if position.rows < table.rowCount { hold(table.slice(position.rows..<table.rowCount), cursor) }
        return release
    }

    /// Everything that is held; for the end of the read.
    mutating func finish() -> Release {
        defer { drop() }
        return Release(tables: held, losesPosition: !held.isEmpty, isGroupComplete: true)
    }

    private mutating func takeRows(_ table: Table?, _ cursor: CursorColumn?) -> Release {
        guard let table, table.rowCount > 0 else { return Release() }
        if case .groups(let mode) = rule, let cursor { return releaseGroups(table, cursor, mode) }
        guard hasSeenToken || rule == .onlyTokens else { return Release(tables: [table]) }
        hold(table, cursor)
        guard rule == .tokens, heldBytes > maximumBytes else { return Release() }
        // The source has stopped giving tokens. Going on without is safe: an interrupted rebuild begins anew.
        hasSeenToken = false
        defer { drop() }
        return Release(tables: held, losesPosition: true)
    }

    /// Lets go all rows before the first one with the newest cursor value, and holds the rest.
    private mutating func releaseGroups(_ table: Table, _ cursor: CursorColumn, _ mode: SortMode) -> Release {
        guard let edge = cursor.edge(of: table, mode) else {
            hold(table, cursor)
            return Release()
        }
        if edge.value == heldValue {
            hold(table, cursor)
            return Release()
        }
        var release = Release(tables: held, losesPosition: true, isGroupComplete: true)
        drop()
        if edge.row > 0 { release.tables.append(table.slice(0..<edge.row)) }
        hold(table.slice(edge.row..<table.rowCount), cursor)
        heldValue = edge.value
        if release.tables.isEmpty { return Release() }
        return release
    }

    private mutating func hold(_ table: Table, _ cursor: CursorColumn?) {
        held.append(table)
        heldBytes += table.byteCount
        if case .groups(let mode) = rule, let edge = cursor?.edge(of: table, mode) { heldValue = edge.value }
    }

    private mutating func drop() {
        held = []
        heldBytes = 0
        heldValue = nil
    }
}
