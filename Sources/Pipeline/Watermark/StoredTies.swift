import Columns
import Lake
import Tributary

/// The stored rows at the watermark, for append syncs.
///
/// A source asks for rows from the watermark on, since others of the same value may not have been there the last time;
/// what comes again must not be appended again. A bound may also have been rounded down, to whole seconds at most. So the
/// rows of the last second up to the watermark are remembered, each by its key and its cursor value: another version of
/// a row has another value, and is kept.
struct StoredTies: Sendable {
    private struct Version: Hashable {
        var key: [Value]
        var cursor: CursorValue
    }

    private let keys: [String]
    private let cursor: CursorColumn
    private let first: CursorValue
    private let last: CursorValue
    private var versions: Set<Version> = []

    /// Reads them; files that end before the watermark are not opened. Memory is the rows of one second, their keys alone.
    ///
    /// A run that goes on where another was interrupted has that one's watermark: a list that comes newest first has the
    /// rows at it on its last page.
    /// - Returns: nil for other kinds of sync, for a first one, and for a table without a key.
    init?(_ plan: SyncPlan) async throws {
        guard plan.request.syncType == .append, let snapshot = plan.target, let last = plan.start.last,
            let cursor = plan.cursor, let keys = plan.state?.primaryKeys, !keys.isEmpty
        else { return nil }
        let columns = keys + (keys.contains(cursor.name) ? [] : [cursor.name])
        guard columns.allSatisfy({ snapshot.schema[$0] != nil }) else { return nil }
        self.keys = keys
        self.cursor = cursor
        self.last = last
        first = last.minus(.seconds(1), of: cursor.field.type)
        var versions: Set<Version> = []
        try await snapshot.read(columns: columns, reaching: first.sqlValue, in: cursor.name) { table in
            for row in 0..<table.rowCount {
                if let version = version(of: row, in: table) { versions.insert(version) }
            }
        }
        self.versions = versions
    }

    /// Whether a row of a batch is there already.
    func hold(_ row: Int, of table: Table) -> Bool {
        guard !versions.isEmpty, let version = version(of: row, in: table) else { return false }
        return versions.contains(version)
    }

    /// What tells a row apart; nil where it does not lie at the watermark.
    private func version(of row: Int, in table: Table) -> Version? {
        guard let column = table.column(cursor.name), let value = CursorValue(column[row], as: cursor.field.type),
            last.isLess(than: value) != true, value.isLess(than: first) != true
        else { return nil }
        let key = keys.compactMap { table.column($0)?[row] }
        return key.count == keys.count ? Version(key: key, cursor: value) : nil
    }
}
