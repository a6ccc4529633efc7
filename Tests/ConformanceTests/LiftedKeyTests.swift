import Cassettes
import Columns
import Foundation
import Testing
import Tributary

@testable import Conformance

/// What a variant of the source takes from where.
private protocol RunsVariant: Sendable {
    static var lifting: KeyValuePairs<String, String> { get }
    static var partitioning: PartitionHints { get }
    static var rows: String { get }
    static var readsOnePage: Bool { get }
}

extension RunsVariant {
    static var partitioning: PartitionHints { .datetime("started_at", by: .month, format: .milliseconds) }
    static var rows: String { "data" }
    static var readsOnePage: Bool { false }
}

private enum Right: RunsVariant {
    static var lifting: KeyValuePairs<String, String> {
        [
            "experiment_id": "info.experiment_id", "id": "info.run_id", "updated_at": "info.last_update_time",
            "started_at": "info.start_time",
        ]
    }
}

/// Takes the name of a run for its key.
private enum WrongKey: RunsVariant {
    static var lifting: KeyValuePairs<String, String> {
        [
            "experiment_id": "info.experiment_id", "id": "info.run_name", "updated_at": "info.last_update_time",
            "started_at": "info.start_time",
        ]
    }
}

/// Follows the moment at which a run was made, where it should follow that of its last change.
private enum WrongCursor: RunsVariant {
    static var lifting: KeyValuePairs<String, String> {
        [
            "experiment_id": "info.experiment_id", "id": "info.run_id", "updated_at": "info.created_time",
            "started_at": "info.start_time",
        ]
    }
}

/// Takes milliseconds for seconds.
private enum WrongUnit: RunsVariant {
    static var lifting: KeyValuePairs<String, String> { Right.lifting }
    static var partitioning: PartitionHints { .datetime("started_at", by: .month) }
}

/// Looks for rows where there are none, and takes that for an empty list.
private enum WrongPlace: RunsVariant {
    static var lifting: KeyValuePairs<String, String> { Right.lifting }
    static var rows: String { "items" }
}

/// Takes the first page for the whole list.
private enum OnePage: RunsVariant {
    static var lifting: KeyValuePairs<String, String> { Right.lifting }
    static var readsOnePage: Bool { true }
}

private struct RunsSource<Variant: RunsVariant>: RESTSource {
    static var description: SourceDescription {
        SourceDescription(
            type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")
    }

    struct Config: FormFields {
        @Input("API key") var apiKey: Secret
    }

    static var endpoints: [RESTEndpoint] {
        [
            RESTEndpoint(
                "runs", path: "/v1/runs", primaryKeys: ["experiment_id", "id"], rows: Variant.rows,
                rowsMayBeMissing: Variant.rows != "data", lifting: Variant.lifting,
                incremental: [.datetime("updated_at", parameter: "since")],
                partitioning: Variant.partitioning)
        ]
    }

    let probe = "/v1/me"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: SpecimenRecording.origin, authorization: .bearer(config.apiKey),
            paginator: Variant.readsOnePage
                ? .singlePage : .cursor(parameter: "after", from: "next", hasMore: "more"),
            pageSize: PageSize("limit", 100))
    }
}

/// Runs of two experiments, with all that tells them apart one level deep.
private enum RunsFixture {
    static let columns: JSONObject = [
        "experiment_id": "info.experiment_id", "id": "info.run_id", "updated_at": "info.last_update_time",
        "started_at": "info.start_time",
    ]
    static let collection: JSONObject = [
        "key": ["info.experiment_id", "info.run_id"], "columns": .object(columns), "cursor": "info.last_update_time",
        "cursorMovesOnUpdate": true, "mutable": ["info.status"], "from": [["path": "/v1/runs", "rows": "data"]],
    ]
    static let model: JSONValue = [
        "collections": ["runs": .object(collection)],
        "endpoints": [
            [
                "path": "/v1/runs", "collection": "runs", "order": ["info.last_update_time"],
                "filters": [["parameter": "since", "field": "info.last_update_time", "comparison": ">="]],
                "page": ["style": "cursor", "parameter": "after", "size": "limit"],
                "envelope": ["data": "$rows", "more": "$more", "next": "$next"],
            ]
        ],
    ]

    static let documents: [String: JSONValue] = [
        "manifest.json": SpecimenRecording.manifest(
            "Runs of experiments",
            schemas: [
                "runs": [
                    "mode": "incremental", "field": "updated_at", "type": "datetime", "keys": ["experiment_id", "id"],
                ]
            ]), "model.json": model, "t0.har": recording,
    ]

    static let fixture = SpecimenFixture("specimen/runs", documents: documents)

    private static var recording: JSONValue {
        recording([page("runs", "/v1/runs?limit=100", 0..<12, next: nil)])
    }

    /// The same list on two pages.
    static var twoPages: JSONValue {
        recording([
            page("runs-1", "/v1/runs?limit=100", 0..<7, next: "c1"),
            page("runs-2", "/v1/runs?limit=100&after=c1", 7..<12, next: nil),
        ])
    }

    private static func recording(_ pages: [JSONValue]) -> JSONValue {
        SpecimenRecording.har([SpecimenRecording.entry("me", "/v1/me", ["id": "me"])] + pages)
    }

    private static func page(_ id: String, _ path: String, _ runs: Range<Int>, next: JSONValue?) -> JSONValue {
        let body: JSONValue = ["data": .array(runs.map(run)), "more": .bool(next != nil), "next": next ?? .null]
        guard var entry = SpecimenRecording.entry(id, path, body).object else { return .null }
        entry["_schema"] = ["runs"]
        return .object(entry)
    }

    private static func run(_ index: Int) -> JSONValue {
        let number = Int64(index)
        return [
            "info": [
                "run_id": .string("r\(index / 2)"), "experiment_id": .number(JSONNumber(number % 2 + 1)),
                "run_name": .string("run \(index / 4)"), "status": "RUNNING",
                "start_time": .number(JSONNumber(1_740_787_200_000 + number * 86_400_000)),
                "created_time": SpecimenRecording.moment(-number * 3_600),
                "last_update_time": SpecimenRecording.moment(number / 2 * 3_600),
            ], "params": ["rate": .string("0.\(index)")], "note": .string("note \(index)"),
        ]
    }
}

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
        let verdicts = try await failures(AnySource(RunsSource<Right>.self))
        #expect(verdicts.bad.isEmpty, "\(verdicts.bad.joined(separator: "\n"))")
        #expect(verdicts.passed > 120)
    }

    @Test("a model that does not say what the table calls a nested key is told to")
    func unnamedColumns() async throws {
        var fixture = RunsFixture.fixture
        fixture.change("model.json", at: ["collections", "runs", "columns"]) { _ in [:] }
        let written = try fixture.written()
        let results = try await Material.results(
            AnySource(RunsSource<Right>.self), written.scenario.folder, checks: ["read-rows-equal-model"])
        guard case .couldNotRun(let reason) = results.first?.verdict else {
            Issue.record("\(results.map(\.verdict.name))")
            return
        }
        #expect(reason.contains("collections.runs.columns: the key 'info.experiment_id' lies inside another member"))
        #expect(reason.contains("{\"experiment_id\": \"info.experiment_id\"}"), "\(reason)")
    }

    @Test("an increment that is offered and that no scenario reads is told, since users would choose it")
    func untriedOffer() async throws {
        var fixture = RunsFixture.fixture
        fixture.change("manifest.json", at: ["schemas", "runs"]) { _ in
            ["mode": "full-refresh", "keys": ["experiment_id", "id"]]
        }
        let written = try fixture.written()
        let results = try await Material.results(
            AnySource(RunsSource<Right>.self), written.scenario.folder, checks: ["discovery-selectable-round-trip"])
        guard case .notExercised(let reason) = results.first?.verdict else {
            Issue.record("\(results.map(\.verdict))")
            return
        }
        #expect(reason.hasPrefix("runs offers increments by updated_at, and no scenario reads it so"))
    }

    @Test("rows that are looked for where no answer has any are told by the places that have them")
    func missingRows() async throws {
        var fixture = RunsFixture.fixture
        fixture.change("manifest.json", at: ["expected"]) { _ in ["t0": ["runs": ["rows": 12]]] }
        let written = try fixture.written()
        let results = try await Material.results(
            AnySource(RunsSource<WrongPlace>.self), written.scenario.folder, checks: ["read-figures-as-recorded"])
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
        #expect(try await finding(Right.self) == nil)
        #expect(
            try await finding(OnePage.self)?.cause
                == "1 of the 2 recorded pages of this table was asked for: the read ends before the last one.")
    }

    @Test("a twin that lifts another member as its key is caught")
    func wrongKey() async throws {
        let checks: Set = ["key-unique-over-table", "http-transient-retried", "key-preserves-distinctness"]
        let verdicts = try await failures(AnySource(RunsSource<WrongKey>.self), checks: checks)
        #expect(verdicts.bad.contains { $0.contains("key-unique-over-table") }, "\(verdicts)")
    }

    @Test("a twin that lifts another member as its cursor is caught")
    func wrongCursor() async throws {
        let checks: Set = [
            "watermark-chosen-field-honoured", "watermark-sort-mode-truthful", "watermark-split-equivalence",
        ]
        let verdicts = try await failures(AnySource(RunsSource<WrongCursor>.self), checks: checks)
        #expect(!verdicts.bad.isEmpty)
    }

    @Test("milliseconds that are taken for seconds are a finding that says so")
    func wrongUnit() async throws {
        let known = CheckCatalogue.all.map(\.name).filter { $0.hasPrefix("partition-") }
        let verdicts = try await failures(AnySource(RunsSource<WrongUnit>.self), checks: Set(known))
        #expect(verdicts.bad.contains { $0.contains("Milliseconds?") }, "\(verdicts.bad.joined(separator: "\n"))")
    }

    @Test("a proposal from a recording writes the columns, and the key and cursor as paths")
    func proposal() async throws {
        var fixture = RunsFixture.fixture
        fixture.documents["model.json"] = nil
        let written = try fixture.written()
        let endpoint = RunsSource<Right>.endpoints[0]
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
