import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

/// Records lists whose pages repeat what was asked for.
@Suite(.timeLimit(.minutes(5))) struct EchoRecorderTests {
    private static let source = AnySource(EchoSource.self)

    @Test("a size that equals the next offset by chance leads nowhere; a bound in the field's own parameter is seen")
    func echoes() async throws {
        let room = try TemporaryFolder("echo")
        let outcome = try await Recorder.testing(
            EchoService().client, room.url, of: Self.source, clock: "2026-04-07T12:00:00Z"
        ).run()
        #expect(outcome.tables.map(\.isModelled) == [true, true], "\(outcome.notes)")
        // What says again where the page began is nothing that a person has to look at.
        #expect(outcome.notes.isEmpty, "\(outcome.notes)")
        let folder = room.file("echo/lists")
        let model = try #require(try ModelDeclaration(of: Scenario(at: folder)))
        for endpoint in model.endpoints { #expect(endpoint.envelope["limit"]?.int64 == 5, "\(endpoint.envelope.text)") }
        let filter = try #require(model.endpoints.first { $0.collection == "issues" }?.filters.first)
        #expect(filter.parameter == "updated_on" && filter.template == ">={value}")
        #expect(filter.comparison == .greaterOrEqual)
        let results = try await LongRecorderTests.bad(Self.source, folder)
        #expect(results.bad.isEmpty, "\(results.bad.joined(separator: "\n"))")
    }

    @Test("where the next page is looked for in a member that no answer has, the members that it has are told")
    func lost() async throws {
        let room = try TemporaryFolder("echo")
        var recorder = Recorder.testing(
            EchoService().client, room.url, of: Self.source, clock: "2026-04-07T12:00:00Z")
        var plan = recorder.plan
        plan.tables = ["lost"]
        recorder = Recorder(
            plan: plan, live: recorder.live, fixtures: recorder.fixtures,
            key: Array("a key of pseudonyms for tests ..".utf8))
        let outcome = try await recorder.run()
        let note = outcome.notes.first { $0.hasPrefix("lost was recorded with the source's own page size") }
        #expect(note?.contains("Beside its rows an answer has total_count, offset, limit.") == true, "\(outcome.notes)")
    }
}
