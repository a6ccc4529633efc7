import Cassettes
import Columns
import Foundation
import Testing
import Tributary

@testable import Conformance

/// Tables whose key and cursor lie inside another member of the upstream's objects.
@Suite(.timeLimit(.minutes(10)))
struct LiftedKeyTests {
    private func failures(_ source: AnySource, checks: Set<String> = []) async throws -> (bad: [String], passed: Int) {
        let written = try RunsFixture.fixture.written()
        let results = try await Material.results(source, written.scenario.folder, checks: checks)
        let bad = results.filter { $0.isFailure(strict: false) }.map { "\($0.item.id): \($0.verdict)" }
        return (bad, results.count { $0.verdict.name == "passed" })
    }

    @Test("a correct source with a lifted composite key and a lifted cursor passes the full profile")
    func right() async throws {
        let verdicts = try await failures(AnySource(RunsSource<RightRuns>.self))
        #expect(verdicts.bad.isEmpty, "\(verdicts.bad.joined(separator: "\n"))")
        #expect(verdicts.passed > 120)
    }

    @Test("a model that does not say what the table calls a nested key is told to")
    func unnamedColumns() async throws {
        var fixture = RunsFixture.fixture
        fixture.change("model.json", at: ["collections", "runs", "columns"]) { _ in [:] }
        let written = try fixture.written()
        let results = try await Material.results(
            AnySource(RunsSource<RightRuns>.self), written.scenario.folder, checks: ["read-rows-equal-model"])
        guard case .couldNotRun(let reason) = results.first?.verdict else {
            Issue.record("\(results.map(\.verdict.name))")
            return
        }
        #expect(reason.contains("collections.runs.columns: the key 'info.experiment_id' lies inside another member"))
        #expect(reason.contains("{\"experiment_id\": \"info.experiment_id\"}"), "\(reason)")
    }

    @Test("a twin that lifts another member as its key is caught")
    func wrongKey() async throws {
        let checks: Set = ["key-unique-over-table", "http-transient-retried", "key-preserves-distinctness"]
        let verdicts = try await failures(AnySource(RunsSource<WrongKeyRuns>.self), checks: checks)
        #expect(verdicts.bad.contains { $0.contains("key-unique-over-table") }, "\(verdicts)")
    }

    @Test("a twin that lifts another member as its cursor is caught")
    func wrongCursor() async throws {
        let checks: Set = [
            "watermark-chosen-field-honoured", "watermark-sort-mode-truthful", "watermark-split-equivalence",
        ]
        let verdicts = try await failures(AnySource(RunsSource<WrongCursorRuns>.self), checks: checks)
        #expect(!verdicts.bad.isEmpty)
    }

    @Test("milliseconds that are taken for seconds are a finding that says so")
    func wrongUnit() async throws {
        let known = CheckCatalogue.all.map(\.name).filter { $0.hasPrefix("partition-") }
        let verdicts = try await failures(AnySource(RunsSource<WrongUnitRuns>.self), checks: Set(known))
        #expect(verdicts.bad.contains { $0.contains("Milliseconds?") }, "\(verdicts.bad.joined(separator: "\n"))")
    }

    @Test("a proposal from a recording writes the columns, and the key and cursor as paths")
    func proposal() async throws {
        var fixture = RunsFixture.fixture
        fixture.documents["model.json"] = nil
        let written = try fixture.written()
        let endpoint = RunsSource<RightRuns>.endpoints[0]
        let table = RecordedTable(
            schema: endpoint.schema, mode: .incremental, field: endpoint.incremental[0].field,
            primaryKeys: endpoint.primaryKeys, lifting: endpoint.lifting, sortMode: .ascending, image: nil)
        let result = try await ModelProposal(scenario: written.scenario, tables: [table]).verified(
            existing: nil, isOwn: true)
        let runs = try #require(result.json?["collections", "runs"], "\(result.notes)")
        #expect(runs["key"] == ["info.experiment_id", "info.run_id"])
        #expect(runs["cursor"] == "info.last_update_time")
        #expect(runs["columns"] == .object(RunsFixture.columns))
        let figures = try ExpectedFigures(scenario: written.scenario, model: result.declaration).figures(state: "t0")
            .tables
        #expect(figures["runs"]?["rows"]?.int64 == 12)
        #expect(figures["runs"]?["cursorLast"] == SpecimenRecording.moment(5 * 3_600))
    }
}

@Suite struct MemberPathTests {
    @Test("a member inside another is read and changed by its path; a name with a dot counts first")
    func paths() {
        var object: JSONObject = ["info": ["id": 1], "a.b": 2]
        #expect(object[path: "info.id"] == 1)
        #expect(object[path: "a.b"] == 2)
        object[path: "info.id"] = 3
        object[path: "info.at"] = "x"
        object[path: "a.b"] = 4
        #expect(object == ["info": ["id": 3, "at": "x"], "a.b": 4])
        object[path: "info.id"] = nil
        #expect(object == ["info": ["at": "x"], "a.b": 4])
    }

    @Test("columns that name no path are refused, with their place")
    func refused() {
        let model: JSONValue = [
            "collections": ["x": ["key": "a.id", "columns": ["id": "a..id"]]], "endpoints": [],
        ]
        let error = #expect(throws: SourceError.self) { try ModelDeclaration(model, file: "model.json") }
        #expect("\(error as Any)".contains("collections.x.columns.id"))
    }
}
