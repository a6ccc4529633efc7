import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

@Suite(.timeLimit(.minutes(5))) struct SpanRecorderTests {
    @Test("a bound inside a text and a total under a name of its own are modelled as the source declares them")
    func declared() async throws {
        let room = try TemporaryFolder("span")
        let recorder = Recorder.testing(SpanService(rows: 8).client, room.url, of: AnySource(SpanSource.self))
        let outcome = try await recorder.run()
        #expect(outcome.tables.map(\.rows) == [8], "\(outcome.notes)")
        let scenario = try Scenario(at: room.file("span/lists"))
        let model = try #require(try ModelDeclaration(of: scenario), "\(outcome.notes)")
        let endpoint = try #require(model.endpoints.first)
        let filter = try #require(endpoint.filters.first)
        #expect(filter.parameter == "datetime" && filter.template == "{value}/..")
        #expect(filter.field == "properties.updated" && filter.comparison == .greaterOrEqual)
        #expect(endpoint.envelope["numberMatched"] == "$total")
        let verified = try await ModelVerification(scenario, model).run(state: "t0")
        #expect(verified.verified >= 3 && verified.findings.isEmpty, "\(verified.findings)")
    }
}
