import Columns
import Tributary

@testable import Conformance

/// What a variant of the source takes from where.
protocol RunsVariant: Sendable {
    static var lifting: KeyValuePairs<String, String> { get }
    static var partitioning: PartitionHints { get }
    static var rows: String { get }
    static var readsOnePage: Bool { get }
    static var hints: [String: ColumnType] { get }
}

extension RunsVariant {
    static var partitioning: PartitionHints { .datetime("started_at", by: .month, format: .milliseconds) }
    static var rows: String { "data" }
    static var readsOnePage: Bool { false }
    static var hints: [String: ColumnType] { [:] }
}

/// Reads them as they are.
enum RightRuns: RunsVariant {
    static var lifting: KeyValuePairs<String, String> {
        [
            "experiment_id": "info.experiment_id", "id": "info.run_id", "updated_at": "info.last_update_time",
            "started_at": "info.start_time",
        ]
    }
}

/// Takes the name of a run for its key.
enum WrongKeyRuns: RunsVariant {
    static var lifting: KeyValuePairs<String, String> {
        [
            "experiment_id": "info.experiment_id", "id": "info.run_name", "updated_at": "info.last_update_time",
            "started_at": "info.start_time",
        ]
    }
}

/// Follows the moment at which a run was made, where it should follow that of its last change.
enum WrongCursorRuns: RunsVariant {
    static var lifting: KeyValuePairs<String, String> {
        [
            "experiment_id": "info.experiment_id", "id": "info.run_id", "updated_at": "info.created_time",
            "started_at": "info.start_time",
        ]
    }
}

/// Takes milliseconds for seconds.
enum WrongUnitRuns: RunsVariant {
    static var lifting: KeyValuePairs<String, String> { RightRuns.lifting }
    static var partitioning: PartitionHints { .datetime("started_at", by: .month) }
}

/// Looks for rows where there are none, and takes that for an empty list.
enum WrongPlaceRuns: RunsVariant {
    static var lifting: KeyValuePairs<String, String> { RightRuns.lifting }
    static var rows: String { "items" }
}

/// Lays rows out by what becomes of a run.
enum ByStatusRuns: RunsVariant {
    static var lifting: KeyValuePairs<String, String> {
        [
            "experiment_id": "info.experiment_id", "id": "info.run_id", "updated_at": "info.last_update_time",
            "status": "info.status",
        ]
    }
    static var partitioning: PartitionHints { .md5(keys: ["status"], count: 4) }
}

/// Declares exact amounts as binary fractions.
enum NarrowHintRuns: RunsVariant {
    static var lifting: KeyValuePairs<String, String> { RightRuns.lifting }
    static var hints: [String: ColumnType] { ["cost": .float64] }
}

/// Takes the first page for the whole list.
enum OnePageRuns: RunsVariant {
    static var lifting: KeyValuePairs<String, String> { RightRuns.lifting }
    static var readsOnePage: Bool { true }
}

/// Runs of experiments, read rightly or wrongly.
struct RunsSource<Variant: RunsVariant>: RESTSource {
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
                partitioning: Variant.partitioning, columnHints: Variant.hints)
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
enum RunsFixture {
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
            "cost": .string("\(index).50"),
        ]
    }
}
