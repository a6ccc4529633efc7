import Columns
import Tributary

/// The fixture of the shelf.
enum ShelfFixture {
    static let clean = SpecimenFixture(
        "specimen/shelf", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])

    private static let manifest = SpecimenRecording.manifest(
        "Eight lists, each paged in another way",
        schemas: [
            "offsets": full, "pages": full, "shorts": full, "trails": full, "finals": full,
            "entries": [
                "mode": "incremental", "field": "updated_at", "type": "datetime", "keys": ["shelf", "id"],
                "sort": "asc",
            ],
            "catalog": [
                "mode": "incremental", "field": "updated_at", "type": "datetime", "keys": ["id"], "sort": "desc",
            ],
            "search": ["mode": "incremental", "field": "updated_at", "type": "datetime", "keys": ["id"]],
        ])
    private static let full: JSONValue = ["mode": "full-refresh", "keys": ["id"]]

    private static let model: JSONValue = [
        "collections": [
            "offsets": ["key": "id", "mutable": ["title"], "from": [["path": "/v1/offsets", "rows": "items"]]],
            "pages": ["key": "id", "mutable": ["title"], "from": [["path": "/v1/pages", "rows": "rows"]]],
            "shorts": ["key": "id", "mutable": ["title"], "from": [["path": "/v1/shorts", "rows": "rows"]]],
            "trails": ["key": "id", "mutable": ["title"], "from": [["path": "/v1/trails", "rows": "data"]]],
            "finals": ["key": "id", "mutable": ["title"], "from": [["path": "/v1/finals", "rows": "data"]]],
            "entries": [
                "key": ["shelf", "id"], "cursor": "updated_at", "cursorMovesOnUpdate": true, "mutable": ["title"],
                "deletion": ["member": "deleted", "keeps": ["shelf"]],
                "from": [["path": "/v1/entries", "rows": "data"]],
            ],
            "catalog": [
                "key": "id", "cursor": "updated_at", "cursorMovesOnUpdate": true, "mutable": ["title"],
                "from": [["path": "/v1/catalog", "rows": "data"]],
            ],
            "search": [
                "key": "id", "cursor": "updated_at", "cursorMovesOnUpdate": true, "mutable": ["title"],
                "from": [["path": "/v1/search", "rows": "items"]],
            ],
        ],
        "endpoints": [
            [
                "path": "/v1/offsets", "collection": "offsets", "order": ["id"],
                "page": ["style": "offset", "parameter": "offset", "size": "limit"],
                "envelope": ["items": "$rows", "total": "$total"],
            ],
            [
                "path": "/v1/pages", "collection": "pages", "order": ["id"],
                "page": ["style": "page", "parameter": "page", "size": "limit"],
                "envelope": ["rows": "$rows", "page": "$page", "pages": "$pages"],
            ],
            [
                "path": "/v1/shorts", "collection": "shorts", "order": ["id"],
                "page": ["style": "page", "parameter": "page", "size": "limit", "endsWithShortPage": true],
                "envelope": ["rows": "$rows"],
            ],
            [
                "path": "/v1/trails", "collection": "trails",
                "page": [
                    "style": "cursor", "parameter": "after", "size": "limit", "alwaysLeadsOn": true,
                    "endsWithEmptyPage": true,
                ],
                "envelope": ["data": "$rows", "next": "$next"],
            ],
            [
                "path": "/v1/finals", "collection": "finals", "order": ["id"],
                "page": ["style": "cursor", "parameter": "after", "size": "limit", "endsWithNull": true],
                "envelope": ["data": "$rows", "next": "$next"],
            ],
            [
                "path": "/v1/entries", "collection": "entries", "order": ["updated_at"],
                "filters": [["parameter": "since", "field": "updated_at", "comparison": ">="]],
                "page": ["style": "cursor", "parameter": "after", "size": "limit"],
                "envelope": ["data": "$rows", "more": "$more", "next": "$next"],
            ],
            [
                "path": "/v1/catalog", "collection": "catalog", "order": ["-id"],
                "orderParameters": ["sort": ["updated": ["-updated_at"]]],
                "page": ["style": "page", "parameter": "page", "size": "limit"],
                "envelope": ["data": "$rows", "more": "$more", "page": "$page"],
            ],
            [
                "path": "/v1/search", "collection": "search", "order": ["id"], "resultCap": 6,
                "orderParameters": ["sort": ["updated_at": ["updated_at"]]],
                "filters": [
                    ["parameter": "since", "field": "updated_at", "comparison": ">="],
                    ["parameter": "above", "field": "id", "comparison": ">"],
                ],
                "page": ["style": "offset", "parameter": "offset", "size": "limit"],
                "envelope": ["items": "$rows", "total": "$total"],
            ],
        ],
    ]

    private static var recording: JSONValue {
        let rows = JSONValue.array((0..<14).map(row))
        let newestFirst = JSONValue.array((0..<14).reversed().map(catalogRow))
        return SpecimenRecording.har(
            [
                SpecimenRecording.entry("me", "/v1/me", ["id": "me"]),
                SpecimenRecording.entry("offsets", "/v1/offsets", ["items": rows, "total": 14]),
                SpecimenRecording.entry("pages", "/v1/pages", ["rows": rows, "page": 1, "pages": 1]),
                SpecimenRecording.entry(
                    "shorts", "/v1/shorts", ["rows": rows, "links": ["self": "https://api.specimen.example/v1/shorts"]]),
                SpecimenRecording.entry("trails", "/v1/trails", ["data": rows, "next": "t1"]),
                SpecimenRecording.entry("trails-2", "/v1/trails?after=t1", ["data": [], "next": "t2"]),
                SpecimenRecording.entry("finals", "/v1/finals", ["data": rows, "next": "f1"]),
                SpecimenRecording.entry("finals-2", "/v1/finals?after=f1", ["data": nil, "next": nil]),
                SpecimenRecording.entry(
                    "entries", "/v1/entries", ["data": .array((0..<14).map(entry)), "more": false, "next": nil]),
                SpecimenRecording.entry("catalog", "/v1/catalog", ["data": newestFirst, "more": false, "page": 1]),
            ]
                + (0..<3).map { window in
                    let first = window * 6
                    return SpecimenRecording.entry(
                        "search-\(window)", first == 0 ? "/v1/search" : "/v1/search?above=\(999 + first)",
                        [
                            "items": .array((first..<min(first + 6, 14)).map(row)),
                            "total": .number(JSONNumber(Int64(14 - first))),
                        ])
                })
    }

    /// A row with a number for its id; in its list the change times are in no order, and eight rows share one.
    private static func row(_ index: Int) -> JSONValue {
        let minute = (2..<10).contains(index) ? 300 : Int64(index * 5 % 14) * 10
        return [
            "id": .number(JSONNumber(1000 + Int64(index))), "title": .string("Row \(index)"),
            "updated_at": SpecimenRecording.moment(minute * 60), "weight": .number(JSONNumber(text: "\(index).25")),
            "seen_at": index < 3 ? .null : SpecimenRecording.moment(Int64(index) * 3_600),
            "size": .number(JSONNumber(Int64(index) * 7)), "labels": ["kind": .string("k\(index % 3)"), "rank": 1],
            "price": .number(JSONNumber(text: index < 7 ? "\(index * 10)" : "\(index).99")),
            "fee": .string("\(index).50"),
        ]
    }

    /// The same, but for the times of the last change: the two newest rows are those of the greatest ids.
    private static func catalogRow(_ index: Int) -> JSONValue {
        guard var body = row(index).object else { return row(index) }
        let minute = index >= 12 ? 300 : Int64(index * 5 % 14) * 10
        body["updated_at"] = SpecimenRecording.moment(minute * 60)
        return .object(body)
    }

    private static func entry(_ index: Int) -> JSONValue {
        let minute = (4..<7).contains(index) ? 40 : Int64(index) * 10
        return [
            "shelf": .string("s\(index % 3)"), "id": .number(JSONNumber(1 + Int64(index / 3))),
            "updated_at": SpecimenRecording.moment(minute * 60), "title": .string("Entry \(index)"), "deleted": false,
            "seen_at": index < 3 ? .null : SpecimenRecording.moment(Int64(index) * 3_600),
        ]
    }
}
