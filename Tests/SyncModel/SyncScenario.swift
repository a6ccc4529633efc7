import Columns
import Foundation
import Lake
import Pipeline
import Tributary

/// A named sync over a modelled upstream, the same in the test process and in one that is killed.
public struct SyncScenario: Sendable {
    public let name: String
    public let syncType: SyncType
    public let cursor: String?
    public let upstream: ModelUpstream

    /// All scenarios by name: each order and sync type, with and without resume tokens.
    public static let all: [SyncScenario] = [
        SyncScenario("ascending", .incremental, "updated_at", .ascending(isInclusive: false), tokens: false),
        SyncScenario("ascending-inclusive", .incremental, "updated_at", .ascending(isInclusive: true), tokens: false),
        SyncScenario("ascending-resuming", .incremental, "updated_at", .ascending(isInclusive: false), tokens: true),
        SyncScenario("descending", .incremental, "created", .descending, tokens: false),
        SyncScenario("descending-resuming", .incremental, "created", .descending, tokens: true),
        SyncScenario("full-refresh", .fullRefresh, nil, .descending, tokens: false),
        SyncScenario("full-refresh-resuming", .fullRefresh, nil, .descending, tokens: true),
        SyncScenario("unsorted", .incremental, "updated_at", .unsorted, tokens: false),
        SyncScenario("append-unsorted", .append, "updated_at", .unsorted, tokens: false),
        SyncScenario("append-unsorted-resuming", .append, "updated_at", .unsorted, tokens: true),
        SyncScenario("append", .append, "updated_at", .ascending(isInclusive: false), tokens: false),
        SyncScenario("append-resuming", .append, "updated_at", .ascending(isInclusive: false), tokens: true),
        SyncScenario("append-descending", .append, "created", .descending, tokens: false),
        SyncScenario("append-descending-resuming", .append, "created", .descending, tokens: true),
    ]

    public static func named(_ name: String) -> SyncScenario? { all.first { $0.name == name } }

    init(_ name: String, _ syncType: SyncType, _ cursor: String?, _ order: ModelUpstream.Order, tokens: Bool) {
        self.name = name
        self.syncType = syncType
        self.cursor = cursor
        // Pages of 4 cut the groups of 3 rows with equal cursor values at every place, and batches of 3 cut the pages.
        upstream = ModelUpstream(rows: Self.firstDay, order: order, pageSize: 4, givesTokens: tokens)
    }

    /// 13 rows; three share each cursor value.
    static let firstDay: [ModelRow] = (1...13).map { id in
        ModelRow(
            id: id, created: 1_700_000_000 + id / 3 * 60, updated: 1_700_100_000 + (14 - id) / 3 * 60,
            payload: "row \(id)")
    }

    /// A day later: rows are added, and some of the old ones have changed.
    static let secondDay: [ModelRow] =
        firstDay.map { row in
            guard row.id % 5 == 0 else { return row }
            var changed = row
            changed.updated = 1_700_200_000 + row.id / 2 * 60
            changed.payload = "row \(row.id), changed"
            return changed
        }
        + (14...20).map { id in
            ModelRow(
                id: id, created: 1_700_190_000 + id / 3 * 60, updated: 1_700_200_000 + id / 3 * 60,
                payload: "row \(id)")
        }

    /// Syncs the first day (`day` 1) or the second into the lake at `folder`.
    @discardableResult
    public func run(_ folder: String, day: Int, crash: CrashPoint = CrashPoint()) async throws -> SyncSummary {
        var upstream = upstream
        upstream.rows = day == 1 ? Self.firstDay : Self.secondDay
        upstream.crash = crash
        let storage = CrashingStorage(LocalStorage(folder + "/lake", isDurable: false), crash)
        let engine = SyncEngine(
            reader: upstream, context: NoNetwork.context(), lake: storage, locks: .folder(folder + "/locks"))
        var request = SyncRequest(connection: "model", schema: "rows", syncType: syncType, cursorField: cursor)
        request.options.batchRows = 3
        // Every batch is a commit.
        request.options.commitBytes = 1
        request.discovered = try await upstream.schemas(in: NoNetwork.context()).first
        return try await engine.run(request)
    }

    /// The rows of the table as text, sorted, so that lost, doubled and old ones show.
    public static func rows(in folder: String) async throws -> [String] {
        let table = LakeTable(
            storage: LocalStorage(folder + "/lake"), folder: SyncEngine.folder(connection: "model", schema: "rows"))
        guard let snapshot = try await table.snapshot() else { return [] }
        var rows: [String] = []
        let names = snapshot.schema.names.sorted()
        try await snapshot.read(columns: names) { part in
            for row in 0..<part.rowCount {
                rows.append(part.columns.map { "\($0[row])" }.joined(separator: " | "))
            }
        }
        return rows.sorted()
    }
}
