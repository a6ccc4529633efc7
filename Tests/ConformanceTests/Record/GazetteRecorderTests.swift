import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

/// Records lists whose order has ties, whose bound is strict and whose counters stand in the header.
@Suite(.timeLimit(.minutes(5))) struct GazetteRecorderTests {
    private static let source = AnySource(GazetteSource.self)

    private static func record(
        _ service: GazetteService, _ room: TemporaryFolder, state: String = "t0", order: String = "modified",
        isStrict: Bool = true
    ) async throws -> Recorder.Outcome {
        try await Recorder.testing(
            service.client, room.url, of: source, state: state,
            clock: state == "t0" ? "2026-04-07T12:00:00Z" : "2026-04-08T12:00:00Z",
            config: ["order": .string(order), "isStrict": .bool(isStrict)]
        ).run()
    }

    @Test("children whose parent's key is a column of the default name have figures by which a right source passes")
    func children() async throws {
        let room = try TemporaryFolder("gazette")
        let outcome = try await Self.record(GazetteService(posts: 12), room)
        #expect(outcome.tables.map(\.isModelled) == [true, true], "\(outcome.notes)")
        let folder = room.file("gazette/lists")
        let model = try #require(try ModelDeclaration(of: Scenario(at: folder)))
        #expect(model.collection(forSchema: "revisions")?.parent?.columns == ["_posts_id": "id"])
        // The source follows `modified_gmt`, and `modified` is the word of the parameter alone.
        let posts = try #require(model.endpoints.first { $0.collection == "posts" })
        #expect(posts.orderParameters.first?.orders["asc+modified"]?.first?.field == "modified_gmt")
        let results = try await LongRecorderTests.bad(Self.source, folder)
        #expect(results.bad.isEmpty, "\(results.bad.joined(separator: "\n"))")
        #expect(results.passed.isSuperset(of: ["read-figures-as-recorded", "watermark-boundary-ties-kept"]))
    }

    @Test("counters in the header say what is left of a list that was cut")
    func counters() async throws {
        let room = try TemporaryFolder("gazette")
        _ = try await Self.record(GazetteService(posts: 40), room)
        let exchanges = try Scenario(at: room.file("gazette/lists")).exchanges(state: "t0").filter {
            $0.exchange.schemas.contains("revisions") && $0.url.contains("/posts?")
        }
        func stated(_ name: String) -> [String?] { exchanges.map { HTTPHeaders($0.exchange.response.headers)[name] } }
        #expect(stated("x-wp-total") == ["15", "15", "15"])
        #expect(stated("x-wp-totalpages") == ["3", "3", "3"])
    }

    @Test("a strict bound that the source takes for an inclusive one is told, with the declaration to write")
    func strict() async throws {
        let room = try TemporaryFolder("gazette")
        let outcome = try await Self.record(GazetteService(posts: 12), room, isStrict: false)
        let note = outcome.notes.first { $0.contains("isInclusive: false") }
        #expect(note?.contains("modified_after") == true, "\(outcome.notes)")
        let other = try await Self.record(GazetteService(posts: 12), try TemporaryFolder("gazette"))
        #expect(!other.notes.contains { $0.contains("isInclusive") }, "\(other.notes)")
    }

    @Test("a row that came on two pages is told, with the order to ask for")
    func ties() async throws {
        let room = try TemporaryFolder("gazette")
        let outcome = try await Self.record(GazetteService(posts: 12, isFickle: true), room)
        let note = outcome.notes.first { $0.contains("came on two pages of one list") }
        #expect(note?.hasPrefix("posts: id 5 ") == true, "\(outcome.notes)")
        #expect(note?.contains("sort: .unsorted") == true)
        let other = try await Self.record(
            GazetteService(posts: 12, isFickle: true), try TemporaryFolder("gazette"), order: "id")
        #expect(!other.notes.contains { $0.contains("two pages") }, "\(other.notes)")
    }

    @Test("where the increment brings a row from behind the cut, the children of the list are left out, and it is told")
    func behindTheCut() async throws {
        let room = try TemporaryFolder("gazette")
        let service = GazetteService(posts: 40)
        _ = try await Self.record(service, room, order: "id")
        service.add()
        let outcome = try await Self.record(service, room, state: "t1", order: "id")
        #expect(outcome.tables.map(\.name) == ["posts"] && outcome.tables.first?.isModelled == true, "\(outcome.notes)")
        let note = outcome.notes.first { $0.hasPrefix("revisions was left out of this state") }
        #expect(note?.contains("--max-pages 0") == true, "\(outcome.notes)")
        let scenario = try Scenario(at: room.file("gazette/lists"))
        let results = try await LongRecorderTests.bad(Self.source, scenario.folder)
        #expect(results.bad.isEmpty, "\(results.bad.joined(separator: "\n"))")
        // A probe for the children of one post lists no more than those: what was known of the others stays.
        let world = try World(recorded: scenario, upTo: "t1", try #require(try ModelDeclaration(of: scenario)))
        #expect(world.visible("revisions").count == 15)
    }
}
