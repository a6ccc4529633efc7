import Columns
import Tributary

/// The fixture of the search: three studies, of which one has ten trials, one three and one none, and fourteen changes.
enum SearchFixture {
    static let clean = SpecimenFixture(
        "specimen/search", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])

    private static let manifest = SpecimenRecording.manifest(
        "What is searched for",
        schemas: [
            "studies": ["mode": "full-refresh", "keys": ["id"]],
            "trials": [
                "mode": "incremental", "field": "at", "type": "datetime", "keys": ["study_id", "id"], "sort": "asc",
            ],
            "changes": [
                "mode": "incremental", "field": "changed_at", "type": "datetime", "keys": ["id"], "sort": "asc",
            ],
        ])

    private static let model: JSONValue = [
        "collections": [
            "studies": [
                "key": "id", "mutable": ["kind"], "from": [["path": "/v1/studies/search", "rows": "studies"]],
            ],
            "trials": [
                "key": "info.id", "cursor": "info.at", "cursorFormat": "epoch-milliseconds",
                "columns": ["id": "info.id", "at": "info.at"],
                "from": [["path": "/v1/trials/search", "rows": "trials", "when": ["study_ids": ["{study}"]]]],
                "parent": ["collection": "studies", "names": ["study": "id"], "columns": ["study_id": "id"]],
            ],
            "changes": [
                "key": "id", "cursor": "changed_at", "cursorMovesOnUpdate": true, "mutable": ["what"],
                "from": [["path": "/v1/changes/search", "rows": "changes"]],
            ],
        ],
        "endpoints": [
            [
                "path": "/v1/studies/search", "collection": "studies", "order": ["id"], "page": page,
                "envelope": ["studies": "$rows", "next_page_token": "$next?"],
            ],
            [
                "path": "/v1/trials/search", "when": ["study_ids": ["{study}"]], "collection": "trials",
                "order": ["info.id"], "orderParameters": ["order_by": ["[\"info.at ASC\"]": ["info.at"]]],
                "filters": [
                    [
                        "parameter": "filter", "template": "info.at >= {value}", "field": "info.at",
                        "comparison": ">=",
                    ]
                ], "page": page, "envelope": ["trials": "$rows?", "next_page_token": "$next?"],
            ],
            [
                "path": "/v1/changes/search", "collection": "changes", "order": ["id"],
                "orderParameters": ["sort": ["changed_at": ["changed_at"]]],
                "filters": [["parameter": "filter.changed_since", "field": "changed_at", "comparison": ">="]],
                "page": page, "envelope": ["changes": "$rows", "next_page_token": "$next?"],
            ],
        ],
    ]
    private static let page: JSONValue = ["style": "cursor", "parameter": "page_token", "size": "max_results"]

    private static let counts = [10, 3, 0]

    private static var recording: JSONValue {
        let studies = JSONValue.array(counts.indices.map(study))
        let trials = counts.indices.map { index in
            let rows = (0..<counts[index]).map { trial(index, $0) }
            return SpecimenRecording.search(
                "trials-\(index)", "/v1/trials/search",
                [
                    "study_ids": [.string("s\(index + 1)")], "order_by": ["info.at ASC"], "max_results": 100,
                ], rows.isEmpty ? [:] : ["trials": .array(rows)])
        }
        return SpecimenRecording.har(
            [
                SpecimenRecording.entry("me", "/v1/me", ["id": "me"]),
                SpecimenRecording.search(
                    "studies", "/v1/studies/search", ["max_results": 100], ["studies": studies]),
                SpecimenRecording.search(
                    "changes", "/v1/changes/search", ["sort": "changed_at", "max_results": 100],
                    ["changes": .array((0..<14).map(change))]),
            ] + trials)
    }

    private static func study(_ index: Int) -> JSONValue {
        ["id": .string("s\(index + 1)"), "kind": .string("Kind \(index % 2)")]
    }

    /// An hour apart, two at one moment; ids in another order.
    private static func trial(_ study: Int, _ index: Int) -> JSONValue {
        let hours = Int64(study * 10 + (index == 4 ? 3 : index))
        let at = 1_740_787_200_000 + hours * 3_600_000 + 250
        return [
            "info": [
                "id": .string("t\(100 + index * 3 % 10)"), "at": .number(JSONNumber(at)), "state": "done",
            ],
            "scores": ["f1": .number(JSONNumber(Int64(index)))],
        ]
    }

    private static func change(_ index: Int) -> JSONValue {
        [
            "id": .string("c\(100 + index * 5 % 14)"),
            "changed_at": SpecimenRecording.moment(Int64(index == 8 ? 7 : index) * 600),
            "what": .string("Edit \(index)"),
        ]
    }
}
