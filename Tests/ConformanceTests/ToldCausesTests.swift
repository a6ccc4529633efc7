import Cassettes
import Columns
import Foundation
import Testing
import Tributary

@testable import Conformance

/// What a failure is told to come of, and what is told where nothing can be judged.
@Suite(.timeLimit(.minutes(10)))
struct ToldCausesTests {
    @Test("an increment that is offered and that no scenario reads is told, since users would choose it")
    func untriedOffer() async throws {
        var fixture = RunsFixture.fixture
        fixture.change("manifest.json", at: ["schemas", "runs"]) { _ in
            ["mode": "full-refresh", "keys": ["experiment_id", "id"]]
        }
        let written = try fixture.written()
        let results = try await Material.results(
            AnySource(RunsSource<RightRuns>.self), written.scenario.folder, checks: ["discovery-selectable-round-trip"])
        guard case .notExercised(let reason) = results.first?.verdict else {
            Issue.record("\(results.map(\.verdict))")
            return
        }
        #expect(reason.hasPrefix("runs offers increments by updated_at, and no scenario reads it so"))
    }

    @Test("a scenario of a refusal does not stand for one that reads tables")
    func refusal() async throws {
        var fixture = RunsFixture.fixture
        fixture.change("manifest.json", at: ["covers"]) { _ in ["error:credentials"] }
        let written = try fixture.written()
        let results = try await Material.results(
            AnySource(RunsSource<RightRuns>.self), written.scenario.folder, checks: ["discovery-selectable-round-trip"])
        #expect(results.map(\.verdict.name) == ["not exercised"])
    }

    @Test(
        "what changes nothing is said by an empty list, what nobody says is not exercised, and a state is told by its name"
    )
    func mutable() async throws {
        func verdict<Variant: RunsVariant>(_ variant: Variant.Type, _ mutable: JSONValue?) async throws -> Verdict? {
            var fixture = RunsFixture.fixture
            fixture.change("model.json", at: ["collections", "runs"]) { collection in
                guard var object = collection.object else { return collection }
                object["mutable"] = mutable
                // The cursor is known to change, too.
                object["cursorMovesOnUpdate"] = false
                return .object(object)
            }
            let written = try fixture.written()
            return try await Material.results(
                AnySource(RunsSource<Variant>.self), written.scenario.folder, checks: ["partition-key-immutable"]
            ).first?.verdict
        }
        #expect(try await verdict(RightRuns.self, [])?.name == "passed")
        #expect(try await verdict(RightRuns.self, nil)?.name == "not exercised")
        let byStatus = try await verdict(ByStatusRuns.self, [])
        #expect(
            byStatus.map { "\($0)" }?.contains("computed from status, which is named as") == true, "\(byStatus as Any)")
    }

    @Test("a hint that does not hold what is sent is told as the cause")
    func narrowHint() async throws {
        let written = try RunsFixture.fixture.written()
        let results = try await Material.results(
            AnySource(RunsSource<NarrowHintRuns>.self), written.scenario.folder, checks: ["type-stable-across-pages"])
        let cause = results.first?.findings.first?.cause
        #expect(cause?.hasPrefix("The column is declared as float64") == true, "\(results.map(\.verdict))")
    }

    @Test("rows that are looked for where no answer has any are told by the places that have them")
    func missingRows() async throws {
        var fixture = RunsFixture.fixture
        fixture.change("manifest.json", at: ["expected"]) { _ in ["t0": ["runs": ["rows": 12]]] }
        let written = try fixture.written()
        let results = try await Material.results(
            AnySource(RunsSource<WrongPlaceRuns>.self), written.scenario.folder, checks: ["read-figures-as-recorded"])
        let cause = results.first?.findings.first?.cause
        #expect(
            cause == "Rows are looked for at 'items', where no recorded answer has anything. Lists are at: data.",
            "\(results.map(\.verdict))")
    }

    @Test("a read that ends too early is told by the recorded pages that nobody asked for")
    func unaskedPages() async throws {
        var fixture = RunsFixture.fixture
        fixture.documents["t0.har"] = RunsFixture.twoPages
        fixture.change("manifest.json", at: ["expected"]) { _ in ["t0": ["runs": ["rows": 12]]] }
        let written = try fixture.written()
        func finding<Variant: RunsVariant>(_ variant: Variant.Type) async throws -> Finding? {
            let results = try await Material.results(
                AnySource(RunsSource<Variant>.self), written.scenario.folder, checks: ["read-figures-as-recorded"])
            return results.first?.findings.first
        }
        #expect(try await finding(RightRuns.self) == nil)
        let cause = try #require(try await finding(OnePageRuns.self)?.cause)
        #expect(
            cause.hasPrefix(
                "1 of the 2 recorded pages of this table was asked for: the read ends before the last one, such as https://"
            ))
    }

    @Test("rows that a resumed read brings again are told otherwise than rows that it passes over")
    func resumed() {
        func image(_ ids: [Int64]) -> TableImage { TableImage(rows: ids.map { ["id": .int($0)] }, keys: ["id"]) }
        let whole = image([1, 2, 3])
        #expect(Bench.cause(ofResumed: TableDiff(expected: whole, actual: image([1, 3]))) == Bench.skipping)
        let again = Bench.cause(ofResumed: TableDiff(expected: whole, actual: image([1, 2, 2, 3])))
        #expect(again?.hasPrefix("The resumed read brings rows again") == true)
        #expect(Bench.cause(ofResumed: TableDiff(expected: whole, actual: image([2, 2]))) == nil)
    }
}
