import Cassettes
import Columns
import Foundation
import TestSupport
import Testing
import Tributary

@testable import Conformance

/// Records lists that are longer than what a recording keeps of them.
@Suite(.timeLimit(.minutes(5))) struct LongRecorderTests {
    static func bad(_ source: AnySource, _ folder: URL) async throws -> (bad: [String], passed: Set<String>) {
        let results = try await Material.results(source, folder)
        let bad = results.filter { ["failed", "could not run"].contains($0.verdict.name) }
        return (
            bad.map { "\($0.item.id): \($0.verdict)" },
            Set(results.filter { $0.verdict.name == "passed" }.map(\.item.check.name))
        )
    }

    @Test("of a list that was cut the model learns its bound, ends, and stays right in a later state")
    func cut() async throws {
        let room = try TemporaryFolder("long")
        let source = AnySource(LongSource.self)
        let service = LongService(events: 40)
        let first = try await Recorder.testing(service.client, room.url, of: source).run()
        #expect(first.tables.map(\.isModelled) == [true], "\(first.notes)")
        let folder = room.file("long/lists")
        func endpoint() throws -> ModelDeclaration.Endpoint {
            try #require(try ModelDeclaration(of: Scenario(at: folder))?.endpoints.first)
        }
        #expect(try endpoint().filters.map(\.parameter) == ["updated_since"])
        #expect(try endpoint().filters.map(\.comparison) == [.greaterOrEqual])
        let one = try await Self.bad(source, folder)
        #expect(one.bad.isEmpty, "\(one.bad.joined(separator: "\n"))")
        #expect(one.passed.isSuperset(of: ["watermark-filter-on-every-page", "perf-idle-increment-cost"]))

        service.add(4)
        let second = try await Recorder.testing(
            service.client, room.url, of: source, state: "t1", clock: "2026-01-08T12:00:00Z"
        ).run()
        #expect(second.tables.map(\.isModelled) == [true], "\(second.notes)")
        #expect(try !endpoint().page.alwaysLeadsOn)
        let two = try await Self.bad(source, folder)
        #expect(two.bad.isEmpty, "\(two.bad.joined(separator: "\n"))")
    }

    @Test("a model over which a read has no end is told apart from one that ends")
    func endless() async throws {
        let room = try TemporaryFolder("long")
        let source = AnySource(LongSource.self)
        _ = try await Recorder.testing(LongService(events: 12).client, room.url, of: source).run()
        let scenario = try Scenario(at: room.file("long/lists"))
        var model = try #require(try ModelDeclaration(of: scenario))
        let table = RecordedTable(
            schema: SourceSchema("events", primaryKeys: ["id"]), mode: .fullRefresh, field: nil, primaryKeys: ["id"])
        let replay = DryReplay(source: source, scenario: scenario, stack: Material.stack)
        #expect(try await replay.endless(model, table, state: "t0") == nil)
        model.endpoints[0].page.alwaysLeadsOn = true
        #expect(try await replay.endless(model, table, state: "t0")?.contains("has no end") == true)
    }

    @Test(
        "where full refreshes come in another order than increments, a cut recording keeps the increments, and says so")
    func otherOrder() async throws {
        let room = try TemporaryFolder("long")
        let outcome = try await Recorder.testing(
            TokenService(things: 40).client, room.url, of: AnySource(TokenSource.self)
        ).run()
        #expect(outcome.notes.contains { $0.contains("only increments were recorded") }, "\(outcome.notes)")
        let types = try Scenario(at: room.file("tokens/lists")).exchanges(state: "t0").flatMap(\.exchange.syncTypes)
        #expect(!types.contains(.fullRefresh))
    }

    @Test("links in a body ask for the page's size that the source asked for")
    func links() async throws {
        let room = try TemporaryFolder("long")
        let source = AnySource(LinkedSource.self)
        let outcome = try await Recorder.testing(
            LongService(events: 12).linked, room.url, of: source, config: ["key": .string(LongService.key)]
        ).run()
        #expect(outcome.tables.map(\.isModelled) == [true], "\(outcome.notes)")
        let folder = room.file("linked/lists")
        let pages = try Scenario(at: folder).exchanges(state: "t0").filter { $0.exchange.schemas == ["events"] }
        #expect(pages.count == 3)
        #expect(try JSONValue(parsing: pages[0].body)["next"]?.string?.contains("limit=100") == true)
        #expect(pages.allSatisfy { $0.url.contains("limit=100") })
        let kit = try await Self.bad(source, folder)
        #expect(kit.bad.isEmpty, "\(kit.bad.joined(separator: "\n"))")
        #expect(kit.passed.contains("fixture-trim-keeps-boundaries"))
    }

    @Test("403 to made-up credentials is a refusal, and a note says what to declare so that it reads as a wrong key")
    func forbidden() async throws {
        let room = try TemporaryFolder("long")
        let outcome = try await Recorder.testing(
            LongService(events: 3).linked, room.url, of: AnySource(LinkedSource.self),
            config: ["key": .string(LongService.key)]
        ).run()
        let folder = try #require(outcome.refusal, "\(outcome.notes)")
        let statuses = Set(try Scenario(at: folder).exchanges(state: "t0").map(\.status))
        #expect(statuses == [403])
        #expect(outcome.notes.contains { $0.contains("403") && $0.contains(".invalidCredentials") }, "\(outcome.notes)")
        #expect(!outcome.notes.contains { $0.contains("did not refuse") })
    }

    @Test("a page that is full and says that it is the last loses nothing")
    func fullLastPage() async throws {
        let room = try TemporaryFolder("long")
        let outcome = try await Recorder.testing(
            LongService(events: 5).client, room.url, of: AnySource(LongSource.self)
        ).run()
        #expect(!outcome.notes.contains { $0.contains("the rest is lost") }, "\(outcome.notes)")
        #expect(outcome.tables.map(\.rows) == [5])
    }

    @Test("a table without a row whose answers hold objects is told of, with the rows that came in")
    func stray() async throws {
        let room = try TemporaryFolder("long")
        let outcome = try await Recorder.testing(
            LongService(events: 12).client, room.url, of: AnySource(StraySource.self)
        ).run()
        #expect(
            outcome.notes.contains { $0.contains("events has no row") && $0.contains("'items'") }, "\(outcome.notes)")
        // Expected are those of the recording, by a reader of its own: the kit holds the source to them.
        #expect(outcome.tables.map(\.rows) == [12])
    }
}
