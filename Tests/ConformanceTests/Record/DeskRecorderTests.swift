import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

/// Records an API that takes conditions as text, orders by several columns, and gives members in no fixed order.
@Suite(.timeLimit(.minutes(5))) struct DeskRecorderTests {
    private static func record(
        _ service: DeskService, _ room: TemporaryFolder, of source: AnySource = AnySource(DeskSource.self),
        state: String = "t0", isClean: Bool = true, replaces: Bool = false
    ) async throws -> Recorder.Outcome {
        try await Recorder.testing(
            service.client, room.url, of: source, state: state,
            clock: state == "t0" ? "2026-01-07T12:00:00Z" : "2026-01-08T12:00:00Z",
            config: ["user": "root", "password": "password", "is_clean": .bool(isClean)]
        ).run(replaces: replaces)
    }

    @Test("two states are recorded with a model, and a right source passes over them")
    func states() async throws {
        let room = try TemporaryFolder("desk")
        let service = DeskService(tickets: 40)
        let first = try await Self.record(service, room)
        #expect(first.tables.map(\.isModelled) == [true] && first.tables.map(\.rows) == [15], "\(first.notes)")
        // The same rows with members in another order are no other list, and no other pages.
        #expect(first.notes.allSatisfy { !$0.contains("another order") && !$0.contains("page size") }, "\(first.notes)")
        #expect(first.notes.allSatisfy { !$0.contains("become the one column") }, "\(first.notes)")
        service.change()
        let second = try await Self.record(service, room, state: "t1")
        #expect(second.tables.map(\.isModelled) == [true], "\(second.notes)")
        let folder = room.file("desk/lists")
        let scenario = try Scenario(at: folder)
        let endpoint = try #require(try ModelDeclaration(of: scenario)?.endpoints.first)
        // Of a link in the header and one in the body, the source may follow either.
        #expect(endpoint.page.style == .link && endpoint.envelope["next_page"]?.string?.hasPrefix("$nextURL") == true)
        let filter = try #require(endpoint.filters.first)
        #expect(filter.template == "Changed >= '{value}'" && filter.any == "id > 0")
        #expect(endpoint.orderParameters.first?.orders["Changed,id"]?.map(\.field) == ["Changed", "id"])
        let results = try await LongRecorderTests.bad(AnySource(DeskSource.self), folder)
        #expect(results.bad.isEmpty, "\(results.bad.joined(separator: "\n"))")
        for name in [
            "read-rows-equal-model", "read-values-as-recorded", "watermark-timezone-invariant",
            "watermark-split-equivalence", "fixture-redaction-keeps-shape", "type-stable-across-pages",
        ] {
            #expect(results.passed.contains(name), "\(name)")
        }
    }

    @Test("an upstream that gives the same in another order of members changes no file")
    func unchanged() async throws {
        let room = try TemporaryFolder("desk")
        let service = DeskService(tickets: 12)
        _ = try await Self.record(service, room)
        let folder = room.file("desk/lists")
        let before = ScenarioFiles(reading: folder).files.filter { $0.key.hasPrefix("bodies/") }
        service.shuffle()
        _ = try await Self.record(service, room, replaces: true)
        #expect(ScenarioFiles(reading: folder).files.filter { $0.key.hasPrefix("bodies/") } == before)
    }

    @Test("members that become one column are told, with the one to leave out")
    func collision() async throws {
        let room = try TemporaryFolder("desk")
        let outcome = try await Self.record(DeskService(tickets: 12), room, isClean: false)
        let note = outcome.notes.first { $0.contains("become the one column type") }
        #expect(note?.hasPrefix("tickets: the members Type and type") == true, "\(outcome.notes)")
        #expect(note?.contains(#"row["type"] = nil"#) == true)
        let results = try await Material.results(
            AnySource(DeskSource.self), room.file("desk/lists"),
            checks: ["discovery-names-survive-normalisation", "read-rows-equal-model", "read-values-as-recorded"])
        let bad = results.filter { $0.verdict.name == "failed" }.map(\.item.check.name)
        #expect(
            bad == ["discovery-names-survive-normalisation"], "what collides is told, and nothing that follows from it")
    }

    @Test("a bound below which rows come is told with what was sent and what came")
    func unheeded() async throws {
        let room = try TemporaryFolder("desk")
        let outcome = try await Self.record(DeskService(tickets: 12), room, of: AnySource(PeopleSource.self))
        let note = outcome.notes.first { $0.contains("The API does not heed the bound of people") }
        #expect(note?.contains(#"Changed "2026-01-01T00:00:00"#) == true, "\(outcome.notes)")
        #expect(note?.contains("declare no such cursor field") == true)
    }
}
