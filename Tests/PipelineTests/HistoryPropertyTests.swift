import Columns
import Foundation
import Pipeline
import SyncModel
import TestSupport
import Testing
import Tributary

/// Random upstream histories, split at random moments: an initial load and increments give the table of a full refresh.
@Suite("Histories") struct HistoryPropertyTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var seed: UInt64
        var testDescription: String { "seed \(seed)" }
    }

    /// 24 histories; a failure names its seed, and `TRIBUTARY_SEED` runs that one alone.
    static let cases: [Case] = {
        if let text = ProcessInfo.processInfo.environment["TRIBUTARY_SEED"], let seed = UInt64(text) {
            return [Case(seed: seed)]
        }
        return (1...24).map { Case(seed: $0) }
    }()

    @Test("an initial load plus increments, cut anywhere, equals a full refresh", arguments: cases)
    func equivalence(_ history: Case) async throws {
        var random = SeededGenerator(seed: history.seed)
        let bench = try SyncBench()
        let isDescending = Bool.random(using: &random)
        var model = ModelUpstream(
            rows: [], order: isDescending ? .descending : .ascending(isInclusive: true),
            shape: ModelUpstream.Shape.allCases.randomElement(using: &random) ?? .pages,
            pageSize: Int.random(in: 1...7, using: &random), givesTokens: Bool.random(using: &random))
        var clock: Int64 = 1_700_000_000
        for _ in 0..<Int.random(in: 2...6, using: &random) {
            Self.change(&model.rows, &clock, isDescending: isDescending, using: &random)
            try await sync(bench, model, isDescending: isDescending, using: &random)
        }
        let whole = try SyncBench()
        try await whole.sync(model, .fullRefresh) { $0.schema = "rows" }
        let expected = try await Self.rows(whole)
        #expect(try await Self.rows(bench) == expected, "seed \(history.seed)")
        #expect(expected.count == model.rows.count)
    }

    /// Adds rows, with ties and late ones within the lookback, and changes some: by `updated_at` where that is the
    /// cursor. A source that reads by creation does not see changes, so it has none.
    private static func change(
        _ rows: inout [ModelRow], _ clock: inout Int64, isDescending: Bool, using random: inout SeededGenerator
    ) {
        for _ in 0..<Int.random(in: 0...15, using: &random) {
            clock += random.pick([0, 0, 1, 30] as [Int64])
            let late: Int64 = isDescending ? 0 : random.pick([0, 0, 0, 5])
            if !isDescending, Bool.random(using: &random), let index = rows.indices.randomElement(using: &random) {
                rows[index].payload += "'"
                rows[index].updated = clock - late
            } else {
                rows.append(
                    ModelRow(id: Int64(rows.count + 1), created: clock, updated: clock - late, payload: "new")
                )
            }
        }
        // Rows of one creation time all come within one day: the exclusive bound above *last* must not split them.
        clock += 1
    }

    /// One day's sync, sometimes interrupted first by a time-out at the upstream.
    private func sync(
        _ bench: SyncBench, _ model: ModelUpstream, isDescending: Bool, using random: inout SeededGenerator
    ) async throws {
        let cut = Bool.random(using: &random) ? Int.random(in: 1...8, using: &random) : nil
        var day = model
        if let cut { day.crash = CrashPoint(.throwing, at: cut) }
        let batchRows = Int.random(in: 1...9, using: &random)
        let commitBytes = [1, 300, 1 << 20].randomElement(using: &random) ?? 1
        let change: (inout SyncRequest) -> Void = {
            $0.schema = "rows"
            $0.lookback = .seconds(10)
            $0.options.batchRows = batchRows
            $0.options.commitBytes = commitBytes
        }
        let cursor = isDescending ? "created" : "updated_at"
        if cut != nil { _ = try? await bench.sync(day, .incremental, cursor: cursor, change) }
        try await bench.sync(model, .incremental, cursor: cursor, change)
    }

    private static func rows(_ bench: SyncBench) async throws -> [String] {
        try await bench.rows(table: "rows", "id", "created", "updated_at", "payload")
    }
}
