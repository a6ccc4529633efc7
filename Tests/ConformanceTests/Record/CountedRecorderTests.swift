import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

/// Records lists that end at a number which their answers state, under names that nobody could guess.
@Suite(.timeLimit(.minutes(5))) struct CountedRecorderTests {
    private static let source = AnySource(CountedSource.self)
    private static let key = Array("a key of pseudonyms for tests ..".utf8)

    /// Records some of the tables alone.
    private func record(
        _ tables: [String], of service: CountedService, in room: TemporaryFolder
    ) async throws -> Recorder.Outcome {
        let all = Recorder.testing(service.client, room.url, of: Self.source)
        var plan = all.plan
        plan.tables = tables
        return try await Recorder(
            plan: plan, live: all.live, fixtures: all.fixtures, key: Self.key
        ).run()
    }

    /// Records the scenario's next state a day later.
    private func recordLater(of service: CountedService, in room: TemporaryFolder) async throws -> Recorder.Outcome {
        let later = Recorder.testing(
            service.client, room.url, of: Self.source, state: "t1", clock: "2026-01-08T12:00:00Z")
        var plan = later.plan
        plan.follow(try Scenario(at: room.file("counted/lists")))
        return try await Recorder(plan: plan, live: later.live, fixtures: later.fixtures, key: Self.key).run()
    }

    @Test("a list that is cut states the rows and pages that are left of it, and is read to that end")
    func cut() async throws {
        let room = try TemporaryFolder("counted")
        let service = CountedService(rows: 121)
        let outcome = try await Recorder.testing(service.client, room.url, of: Self.source).run()
        #expect(outcome.leftOut.isEmpty && outcome.tables.map(\.rows) == [15, 15, 15], "\(outcome.notes)")
        #expect(outcome.tables.map(\.requests) == [3, 3, 3])
        #expect(service.sizes == [5], "small pages were asked for under each name")
        let exchanges = try Scenario(at: room.file("counted/lists")).exchanges(state: "t0")
        for (table, path, stated) in [
            ("reviews", "total_results", 15), ("issues", "data.@total_size", 15), ("users", "n", 3),
        ] {
            let bodies = try exchanges.filter { $0.exchange.schemas == [table] }.map { try JSONValue(parsing: $0.body) }
            #expect(bodies.map { $0.path(path)?.int64 } == Array(repeating: Int64(stated), count: 3), "\(table)")
        }
        #expect(exchanges.filter { $0.url.contains("/issues") }.allSatisfy { $0.url.contains("page_size=100") })
    }

    @Test("a list that ends before the limits is written as it came")
    func whole() async throws {
        let room = try TemporaryFolder("counted")
        let outcome = try await Recorder.testing(CountedService(rows: 12).client, room.url, of: Self.source).run()
        #expect(outcome.tables.map(\.rows) == [12, 12, 12], "\(outcome.notes)")
        let exchanges = try Scenario(at: room.file("counted/lists")).exchanges(state: "t0")
        #expect(!exchanges.contains { $0.exchange.isTrimmed })
    }

    @Test("what headers say of a list is lowered with it, declared, and answered by the model")
    func headers() async throws {
        let room = try TemporaryFolder("counted")
        let outcome = try await record(["labels", "notes"], of: CountedService(rows: 121), in: room)
        #expect(outcome.tables.map(\.rows) == [15, 15], "\(outcome.notes)")
        let scenario = try Scenario(at: room.file("counted/lists"))
        let stated = try scenario.exchanges(state: "t0").map { exchange in
            exchange.exchange.response.headers.first { ["x-records", "x-next-token"].contains($0.name) }?.value
        }
        #expect(stated.compactMap(\.self) == ["15", "15", "15", "t5", "t10"], "\(stated)")
        let model = try #require(try ModelDeclaration(of: scenario))
        #expect(model.endpoints.map(\.headers) == [["x-records": "$total"], ["x-next-token": "$next?"]])
        #expect(model.endpoints.map(\.page.style) == [.offset, .cursor])
        let verified = try await ModelVerification(scenario, model).run(state: "t0")
        #expect(verified.verified == 6 && verified.findings.isEmpty, "\(verified.findings)")
    }

    @Test(
        "where the source counts, a URL that answers have as well leads nobody; an object that describes the next page ends as null",
        arguments: [121, 12])
    func describedNextPage(_ rows: Int) async throws {
        let room = try TemporaryFolder("counted")
        let outcome = try await record(["members"], of: CountedService(rows: rows), in: room)
        #expect(outcome.tables.map(\.rows) == [min(rows, 15)] && outcome.tables[0].isModelled, "\(outcome.notes)")
        let scenario = try Scenario(at: room.file("counted/lists"))
        let last = try scenario.exchanges(state: "t0").last { $0.url.contains("/members") }
        #expect(try last.map { try JSONValue(parsing: $0.body)["paging"]?["next"] } == .some(.null))
        let model = try #require(try ModelDeclaration(of: scenario))
        #expect(model.endpoints[0].page.style == .offset && model.endpoints[0].page.parameter == "offset")
        let next: JSONValue = ["$end": nil, "offset": "$next", "limit": 5, "url": "$nextURL"]
        #expect(model.endpoints[0].envelope["paging"]?["next"] == next, "\(model.endpoints[0].envelope.text)")
        let verified = try await ModelVerification(scenario, model).run(state: "t0")
        #expect(verified.verified == 3 && verified.findings.isEmpty, "\(verified.findings)")
    }

    @Test(
        "a list that was cut, and is left by an increment before the cut, breaks no model; tokens that count are tokens",
        arguments: [false, true])
    func increment(_ changes: Bool) async throws {
        let room = try TemporaryFolder("counted")
        let service = CountedService(rows: 121)
        _ = try await record(["events"], of: service, in: room)
        let first = try #require(try ModelDeclaration(of: Scenario(at: room.file("counted/lists"))))
        #expect(first.endpoints.map(\.page.style) == [.cursor], "the source goes on by what the answers say")
        #expect(first.endpoints[0].envelope == ["list": "$rows", "total": "$total", "next": "$next"])
        if changes { service.label.withLock { $0 = "second" } }
        let outcome = try await recordLater(of: service, in: room)
        #expect(!outcome.notes.contains { $0.contains("did not hold") }, "\(outcome.notes)")
        let told = outcome.notes.contains { $0.contains("label of a row has changed and id has not") }
        #expect(told == changes, "a cursor that stays where rows change is told: \(outcome.notes)")
        let second = try #require(try ModelDeclaration(of: Scenario(at: room.file("counted/lists"))))
        #expect(second.endpoints[0].envelope == first.endpoints[0].envelope)
    }

    @Test("an object that describes the next page, and that the last page lacks, is told from one that is null")
    func endLeftOut() async throws {
        let room = try TemporaryFolder("counted")
        _ = try await record(["members"], of: CountedService(rows: 12, leavesOutEnds: true), in: room)
        let scenario = try Scenario(at: room.file("counted/lists"))
        let model = try #require(try ModelDeclaration(of: scenario))
        #expect(model.endpoints[0].envelope["paging"]?["next"]?["$end"] == "?", "\(model.endpoints[0].envelope.text)")
        let verified = try await ModelVerification(scenario, model).run(state: "t0")
        #expect(verified.verified == 3 && verified.findings.isEmpty, "\(verified.findings)")
    }

    @Test("an order by a cursor that lies deeper is modelled with the key behind it, and what moves it is seen")
    func nestedOrder() async throws {
        let room = try TemporaryFolder("counted")
        let service = CountedService(rows: 12)
        _ = try await record(["edits"], of: service, in: room)
        let folder = room.file("counted/lists")
        let first = try #require(try ModelDeclaration(of: Scenario(at: folder)))
        let orders = first.endpoints[0].orderParameters.first?.orders["-stamp,id"]
        #expect(orders?.map(\.field) == ["meta.stamp", "id"] && orders?.map(\.isDescending) == [true, false])
        #expect(first.collections[0].cursorMovesOnUpdate == nil, "nobody says yet whether a change moves a stamp")
        // Proposed anew from both states: the oldest row has moved to the head.
        try FileManager.default.removeItem(at: folder.appending(path: "model.json"))
        service.label.withLock { $0 = "second" }
        _ = try await recordLater(of: service, in: room)
        let second = try #require(try ModelDeclaration(of: Scenario(at: folder)))
        #expect(second.collections[0].cursorMovesOnUpdate == true)
    }

    @Test("a table that is made of another's rows is modelled by no list")
    func madeOfSomethingElse() async throws {
        let room = try TemporaryFolder("counted")
        let outcome = try await record(["labels", "tags"], of: CountedService(rows: 3), in: room)
        #expect(outcome.tables.map(\.isModelled) == [true, false], "\(outcome.notes)")
        #expect(outcome.notes.contains { $0.contains("tags is left out, since the list at /labels has no tag") })
    }

    @Test("a table that came to the source after the scenario is named by a later state")
    func laterTable() async throws {
        let room = try TemporaryFolder("counted")
        let service = CountedService(rows: 3)
        _ = try await record(["reviews", "issues"], of: service, in: room)
        let outcome = try await recordLater(of: service, in: room)
        #expect(outcome.notes.contains { $0.hasPrefix("The source offers users as well") }, "\(outcome.notes)")
    }

    @Test("of a list of one page the source's own paginator says how it is paged")
    func onePage() async throws {
        let room = try TemporaryFolder("counted")
        let outcome = try await record(["users", "labels", "notes"], of: CountedService(rows: 3), in: room)
        #expect(!outcome.notes.contains { $0.contains("one page was recorded") }, "\(outcome.notes)")
        let model = try #require(try ModelDeclaration(of: Scenario(at: room.file("counted/lists"))))
        let pages = Dictionary(model.endpoints.map { ($0.collection, $0.page) }) { $1 }
        #expect(pages["users"]?.style == .page && pages["users"]?.parameter == "page")
        #expect(pages["labels"]?.style == .offset && pages["labels"]?.parameter == "skip")
        #expect(pages["notes"]?.style == .cursor && pages["notes"]?.parameter == "after")
    }

    @Test("a table that cannot be recorded is told with its error beside those that are")
    func leftOut() async throws {
        let room = try TemporaryFolder("counted")
        let outcome = try await record(["missing", "users"], of: CountedService(rows: 3), in: room)
        #expect(outcome.tables.map(\.name) == ["users"] && outcome.leftOut.map(\.name) == ["missing"])
        #expect(outcome.leftOut.first?.error is SourceError)
        #expect(outcome.notes.contains { $0.hasPrefix("missing was left out: ") }, "\(outcome.notes)")
    }

    @Test("limits that are taken away are gone from the manifest as well")
    func limits() async throws {
        let room = try TemporaryFolder("counted")
        let first = Recorder.testing(CountedService(rows: 121).client, room.url, of: Self.source)
        _ = try await first.run()
        let folder = room.file("counted/lists")
        #expect(try RecordingLimits(Scenario(at: folder).manifest.document["limits"]) == RecordingLimits())
        var plan = try RecordingPlan(
            again: Scenario(at: folder), state: "t0", source: Self.source, config: [:], today: "2026-01-07")
        (plan.limits.pages, plan.limits.rows) = (nil, 11)
        let outcome = try await Recorder(
            plan: plan, live: first.live, fixtures: first.fixtures, key: Self.key
        ).run(replaces: true)
        #expect(outcome.tables.map(\.rows) == [11, 11, 11], "\(outcome.notes)")
        #expect(try RecordingLimits(Scenario(at: folder).manifest.document["limits"]) == plan.limits)
    }
}
