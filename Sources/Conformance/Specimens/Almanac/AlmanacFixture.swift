import Columns
import Tributary

/// The fixture of the almanac: three readings a day, visits over four days, files by the hour.
enum AlmanacFixture {
    static let clean = SpecimenFixture(
        "specimen/almanac", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])

    private static let manifest = SpecimenRecording.manifest(
        "What is kept by the day",
        schemas: [
            "readings": ["mode": "incremental", "field": "day", "type": "date", "keys": ["day", "id"], "sort": "asc"],
            "visits": ["mode": "incremental", "field": "at", "type": "datetime", "keys": ["id"], "sort": "asc"],
            "files": [
                "mode": "incremental", "field": "modified_at", "type": "datetime", "keys": ["path"], "sort": "asc",
            ],
        ])

    private static let model: JSONValue = [
        "collections": [
            "readings": [
                "key": ["day", "id"], "cursor": "day", "cursorFormat": "date",
                "from": [["path": "/v1/readings", "rows": "data"]],
            ],
            "visits": ["key": "id", "cursor": "at", "from": [["path": "/v1/visits", "rows": "data"]]],
            "files": [
                "key": "path", "cursor": "modified_at", "visibleAfterSeconds": 600,
                "from": [["path": "/v1/files", "rows": "data"]],
            ],
        ],
        "endpoints": [
            [
                "path": "/v1/readings", "collection": "readings", "order": ["day"],
                "filters": [["parameter": "from", "field": "day", "comparison": ">="]], "page": page,
                "envelope": envelope,
            ],
            [
                "path": "/v1/visits", "collection": "visits", "order": ["at"],
                "filters": [
                    ["parameter": "from", "field": "at", "comparison": ">="],
                    ["parameter": "until", "field": "at", "comparison": "<"],
                ], "page": page, "envelope": envelope,
            ],
            [
                "path": "/v1/files", "collection": "files", "order": ["modified_at"],
                "filters": [["parameter": "since", "field": "modified_at", "comparison": ">="]], "page": page,
                "envelope": envelope,
            ],
        ],
    ]
    private static let page: JSONValue = ["style": "cursor", "parameter": "after", "size": "limit"]
    private static let envelope: JSONValue = ["data": "$rows", "more": "$more", "next": "$next"]

    private static var recording: JSONValue {
        SpecimenRecording.har(
            [
                SpecimenRecording.entry("me", "/v1/me", ["id": "me"]),
                SpecimenRecording.entry("readings", "/v1/readings?limit=100", list((0..<14).map(reading))),
                SpecimenRecording.entry("files", "/v1/files?limit=100", list((0..<14).map(file))),
            ] + windows)
    }

    /// The visits as they are asked for, one list a window.
    private static var windows: [JSONValue] {
        (0..<4).map { window in
            let from = window == 0 ? "" : "&from=2025-03-0\(window + 1)T00:00:00Z"
            let until = window == 3 ? "" : "&until=2025-03-0\(window + 2)T00:00:00Z"
            let rows = (0..<14).filter { min(3, seconds($0) / 86_400) == Int64(window) }.map(visit)
            return SpecimenRecording.entry("visits-\(window)", "/v1/visits?limit=100\(from)\(until)", list(rows))
        }
    }

    private static func list(_ rows: [JSONValue]) -> JSONValue { ["data": .array(rows), "more": false, "next": nil] }

    private static func reading(_ index: Int) -> JSONValue {
        [
            "id": .string("r\(100 + index * 5 % 14)"), "day": .string("2025-03-0\(1 + index / 3)"),
            "value": .number(JSONNumber(Int64(index) * 3)), "station": .string("Station \(index % 3)"),
        ]
    }

    /// Seven hours apart, two at one moment.
    private static func seconds(_ index: Int) -> Int64 { Int64(index == 8 ? 7 : index) * 7 * 3_600 + 1_800 }

    private static func visit(_ index: Int) -> JSONValue {
        [
            "id": .string("v\(100 + index * 3 % 14)"), "at": SpecimenRecording.moment(seconds(index)),
            "page": .string("Page \(index % 4)"),
        ]
    }

    private static func file(_ index: Int) -> JSONValue {
        [
            "path": .string("exports/\(index * 9 % 14).csv"),
            "modified_at": SpecimenRecording.moment(Int64(index) * 3_600),
            "size": .number(JSONNumber(Int64(index) * 1_000)),
        ]
    }
}
