import Cassettes
import Columns
import Foundation
import TestSupport
import Testing
import Tributary

@testable import Conformance

/// Records a source that declares no endpoints: what its rows and lists are, the recording alone says.
@Suite(.timeLimit(.minutes(5))) struct FleetRecorderTests {
    private static let source = AnySource(FleetSource.self)

    private static func recorder(
        _ service: FleetService, _ room: TemporaryFolder, tables: [String] = []
    ) -> Recorder {
        let made = Recorder.testing(
            service.client, room.url, of: source, clock: "2026-02-07T12:00:00Z", config: ["key": "pk_live_123"])
        var plan = made.plan
        plan.tables = tables
        return Recorder(
            plan: plan, live: made.live, fixtures: room.url, key: Array("a key of pseudonyms for tests ..".utf8))
    }

    /// What becomes of the figures that were recorded, by table.
    private static func figures(_ scenario: Scenario) async throws -> [Verdict] {
        try await Material.results(source, scenario.folder, checks: ["read-figures-as-recorded"]).map(\.verdict)
    }

    @Test(
        "children whose key the reader takes from their parent, of another member than their path, have right figures")
    func children() async throws {
        let room = try TemporaryFolder("fleet")
        let outcome = try await Self.recorder(FleetService(), room).run()
        #expect(outcome.tables.map(\.isModelled) == [true, true, true], "\(outcome.notes)")
        let scenario = try Scenario(at: room.file("fleet/lists"))
        let readings = FleetService.readings.reduce(0, +)
        #expect(scenario.manifest.expected["t0"]?["readings"]?["rows"]?.int64 == Int64(readings))
        let model = try #require(try ModelDeclaration(of: scenario))
        let parent = try #require(model.collection("readings")?.parent)
        #expect(parent.names == ["device": "serial"] && parent.columns == ["device_id": "id"])
        let verdicts = try await Self.figures(scenario)
        #expect(verdicts.count == 3 && verdicts.allSatisfy { $0.name == "passed" }, "\(verdicts)")
        #expect(model.endpoints.map(\.page.sizeParameter) == ["batch", "batch", "batch"])
    }

    @Test("parents are numbered across a power of ten, and their children stay theirs")
    func parentsAcrossDigits() async throws {
        let room = try TemporaryFolder("fleet")
        _ = try await Self.recorder(FleetService(), room).run()
        let scenario = try Scenario(at: room.file("fleet/lists"))
        let schema = try #require(scenario.manifest.schemas.first { $0.name == "readings" })
        let bench = try await Bench.make(
            CheckCase(
                source: Self.source, scenario: scenario, schema: schema, seed: 1, profile: .full, stack: Material.stack)
        )
        let numbered = bench.withParentsAcrossDigits()
        let ids = numbered.owners.compactMap { $0.body["id"]?.int64 }
        #expect(ids.count == bench.owners.count && Set(ids.map { "\($0)".count }).count == 2, "\(ids)")
        for (object, before) in zip(numbered.objects, bench.objects) {
            let owner = try #require(numbered.parent(of: object))
            #expect(owner.body["serial"] == bench.parent(of: before)?.body["serial"])
            #expect(numbered.row(object)["device_id"] == owner.body["id"])
        }
    }

    @Test("a list that ends at its total is not judged by pages that overlap: who counts rows cannot see any twice")
    func countedLists() async throws {
        let room = try TemporaryFolder("fleet")
        _ = try await Self.recorder(FleetService(), room).run()
        let results = try await Material.results(
            Self.source, room.file("fleet/lists"), checks: ["read-overlapping-pages"], tables: ["events"])
        #expect(results.map(\.verdict.name) == ["not applicable"])
    }

    @Test("where nothing says what part of a key an added column is, no figures are expected, and it is told")
    func unknownKey() async throws {
        let room = try TemporaryFolder("fleet")
        let outcome = try await Self.recorder(FleetService(), room, tables: ["readings"]).run()
        let scenario = try Scenario(at: room.file("fleet/lists"))
        let figures = scenario.manifest.expected["t0"]?["readings"]
        #expect(figures?["rows"] == nil && figures?["keys"] == nil, "\(figures?.text ?? "")")
        let note = outcome.notes.first { $0.hasPrefix("manifest.json: of readings no rows are expected") }
        #expect(note != nil, "\(outcome.notes)")
        #expect(try await Self.figures(scenario).map(\.name) == ["not applicable"])
    }

    @Test(
        "a list that comes by a time and then by its key is proposed so, and ends by its total and not by a short page")
    func order() async throws {
        let room = try TemporaryFolder("fleet")
        let outcome = try await Self.recorder(FleetService(), room, tables: ["events"]).run()
        #expect(outcome.tables.map(\.mode) == ["incremental"], "\(outcome.notes)")
        let model = try #require(try ModelDeclaration(of: Scenario(at: room.file("fleet/lists"))))
        let events = try #require(model.endpoints.first)
        #expect(events.order.map(\.field) == ["created", "id"])
        #expect(events.envelope["total"]?.string == "$total" && !events.page.endsWithShortPage)
        // By the source's own word: nobody could guess it.
        #expect(events.page.style == .page && events.page.sizeParameter == "batch")
    }

    @Test("an increment that the upstream refuses is told with what to do, and does not pass for a success")
    func refusedIncrement() async throws {
        let room = try TemporaryFolder("fleet")
        let outcome = try await Self.recorder(FleetService(refusesBounds: true), room).run()
        #expect(outcome.withoutIncrement.map(\.name) == ["events"] && outcome.leftOut.isEmpty, "\(outcome.notes)")
        #expect(outcome.tables.first?.mode == "full-refresh")
        let note = outcome.notes.first { $0.hasPrefix("events is recorded as a full refresh only") }
        #expect(note?.contains("status 400") == true && note?.contains("declare no such cursor field") == true)
        let other = try await Self.recorder(FleetService(), try TemporaryFolder("fleet")).run()
        #expect(other.withoutIncrement.isEmpty)
    }
}
