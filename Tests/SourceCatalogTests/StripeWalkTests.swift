import Columns
import SourceCatalog
import Testing
import Tributary

@testable import Cassettes

/// The two-sided walk, against a list that answers any bound.
@Suite struct StripeWalkTests {
    /// 350 rows of which each tenth shares its second with the one before, also across the ends of pages.
    private typealias ListRow = (id: String, created: Int64)
    private static let history = (0..<350).map { number -> ListRow in
        let tick = number % 10 == 0 ? number - 1 : number
        return ("ch_\(number)", 1_700_000_000 + Int64(tick) * 60)
    }
    private static let fresh = (0..<230).map { number -> ListRow in
        ("ch_new\(number)", 1_800_000_000 + Int64(number / 2) * 60)
    }

    private func context(_ list: ModelList) throws -> SourceContext {
        var context = try Scenario.named("stripe/billing").context(state: "t0")
        context.http = list
        return context
    }

    private func read(
        _ list: ModelList, last: Int64? = nil, earliest: Int64? = nil, token: ResumeToken? = nil,
        sync: SyncType = .incremental, stopAfter limit: Int = .max
    ) async throws -> Emitted {
        let inputs = SourceInputs(
            schema: "charges", syncType: sync, cursorField: .datetime("created"),
            watermark: Watermark(last: last.map(CursorValue.integer), earliest: earliest.map(CursorValue.integer)),
            resumeToken: token)
        let source = try Scenario.named("stripe/billing").source()
        return try await run(source.read(inputs, in: context(list)), stopAfter: limit)
    }

    private func earliest(_ emitted: Emitted) -> Int64? { emitted.rows.compactMap { $0["created"]?.int64 }.min() }

    private func ids(_ emitted: Emitted...) -> Set<String> { Set(emitted.flatMap { $0.keys(["id"]) }) }

    @Test("a first walk cut at any page and resumed by its token reads every row once", arguments: 1...4)
    func resumedByToken(_ cut: Int) async throws {
        let list = ModelList(Self.history)
        let first = try await read(list, stopAfter: cut)
        list.add(Self.fresh)
        let second = try await read(list, token: first.positions.last?.token)
        #expect(first.rows.count + second.rows.count == Self.history.count)
        #expect(ids(first, second) == Set(Self.history.map(\.id)))
        // What came meanwhile is above the last value, which the next run starts from.
        let third = try await read(list, last: Self.history.map(\.created).max())
        #expect(ids(third).isSuperset(of: Self.fresh.map(\.id)))
    }

    @Test(
        "a first walk cut at any page and resumed by its earliest value loses no row, not even of one second",
        arguments: 1...4)
    func resumedByWatermark(_ cut: Int) async throws {
        let list = ModelList(Self.history)
        let first = try await read(list, stopAfter: cut)
        let second = try await read(list, earliest: earliest(first))
        #expect(ids(first, second) == Set(Self.history.map(\.id)))
    }

    @Test(
        "an increment cut at any page and resumed finishes the gap, then what is above", arguments: 1...3,
        [true, false])
    func incrementResumed(_ cut: Int, _ usesToken: Bool) async throws {
        let list = ModelList(Self.history + Self.fresh)
        let last = Self.history.map(\.created).max() ?? 0
        let first = try await read(list, last: last, stopAfter: cut)
        list.add([(id: "ch_meanwhile", created: 1_900_000_000)])
        let second =
            usesToken
            ? try await read(list, last: last, token: first.positions.last?.token)
            : try await read(list, last: last, earliest: earliest(first))
        #expect(ids(first, second).isSuperset(of: Self.fresh.map(\.id)))
        #expect(usesToken || ids(second).contains("ch_meanwhile"))
        #expect(ids(first, second).isDisjoint(with: Self.history.dropLast(2).map(\.id)))
    }

    @Test("an increment reads the second of the watermark again, an append does not")
    func bounds() async throws {
        let list = ModelList([("a", 100), ("b", 200), ("c", 200), ("d", 300)])
        #expect(try await ids(read(list, last: 200)) == ["b", "c", "d"])
        #expect(try await ids(read(list, last: 200, sync: .append)) == ["d"])
    }

    @Test("nothing new is one empty page")
    func nothingNew() async throws {
        #expect(try await read(ModelList(Self.history), last: 1_999_999_999).rows.isEmpty)
    }

    @Test("a position whose object was deleted starts the read again")
    func deletedPosition() async throws {
        let first = try await read(ModelList(Self.history), stopAfter: 1)
        let error = try await sourceError {
            _ = try await read(ModelList([("other", 5)]), token: first.positions.last?.token)
        }
        #expect(error?.kind == .resumeTokenExpired)
    }
}
