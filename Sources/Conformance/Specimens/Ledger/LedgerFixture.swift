import Columns
import Tributary

/// The fixture of the ledger: two lists with ties, nulls and ids that are in no order.
enum LedgerFixture {
    static let clean: SpecimenFixture = {
        var fixture = SpecimenFixture(
            "specimen/ledger", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])
        fixture.addSurroundings()
        return fixture
    }()

    private static let manifest: JSONValue = [
        "format": 1, "source": "specimen", "title": "Two lists of fourteen",
        "schemas": [
            "notes": ["mode": "incremental", "field": "updated_at", "type": "datetime", "keys": ["id"], "sort": "asc"],
            "payments": [
                "mode": "incremental", "field": "created", "type": "datetime", "keys": ["id"], "sort": "desc",
            ],
        ],
        "config": ["api_key": ["fake": "specimen.apiKey", "n": 1]],
        "provenance": ["kind": "synthetic", "apiVersion": "2025-01-01"],
        "states": [["name": "t0", "clock": "2025-03-10T06:00:00Z", "http": "t0.har"]],
        "expected": [
            "t0": ["notes": figures(note, "updated_at"), "payments": figures(payment, "created")]
        ],
    ]

    private static func figures(_ object: (Int) -> JSONValue, _ cursor: String) -> JSONValue {
        let objects = (0..<14).map(object)
        return [
            "rows": 14, "keys": .string(StateFigures.digest(objects.compactMap { $0["id"]?.string })),
            "cursorLast": objects.last?[cursor] ?? .null,
        ]
    }

    private static let model: JSONValue = [
        "collections": [
            "notes": [
                "key": "id", "cursor": "updated_at", "cursorMovesOnUpdate": true, "mutable": ["title", "archived"],
                "from": [["path": "/v1/notes", "rows": "data"]],
            ],
            "payments": [
                "key": "id", "cursor": "created", "cursorFormat": "epoch-seconds",
                "from": [["path": "/v1/payments", "rows": "data"]],
            ],
        ],
        "endpoints": [
            [
                "path": "/v1/notes", "collection": "notes", "order": ["id"],
                "orderParameters": ["sort": ["updated_at": ["updated_at"]]],
                "filters": [
                    ["parameter": "since", "field": "updated_at", "comparison": ">="],
                    [
                        "parameter": "archived", "field": "archived", "comparison": "=", "default": "false",
                        "any": "all",
                    ],
                ],
                "page": ["style": "cursor", "parameter": "after", "size": "limit", "offset": "skip"],
                "envelope": ["data": "$rows", "more": "$more", "next": "$next"],
            ],
            [
                "path": "/v1/payments", "collection": "payments", "order": ["-created"],
                "filters": [
                    ["parameter": "created_from", "field": "created", "comparison": ">="],
                    ["parameter": "created_to", "field": "created", "comparison": "<="],
                ],
                "page": ["style": "last-key", "parameter": "starting_after", "size": "limit"],
                "envelope": ["data": "$rows", "more": "$more"],
            ],
        ],
    ]

    private static var recording: JSONValue {
        // Each in the order that the model declares: by id, by change where that is asked for, newest payment first.
        let notes: JSONValue = ["data": .array(byID(0..<14)), "more": false, "next": nil]
        let byChange: JSONValue = ["data": .array((0..<14).map(note)), "more": false, "next": nil]
        let payments: JSONValue = ["data": .array((0..<14).reversed().map(payment)), "more": false]
        let since: JSONValue = ["data": .array(byID(7..<14)), "more": false, "next": nil]
        let entries = [
            entry("me", "/v1/me", ["id": "me"]),
            entry("notes", "/v1/notes?archived=all&limit=100", notes, of: "notes", in: .fullRefresh),
            entry(
                "notes-by-change", "/v1/notes?archived=all&sort=updated_at&limit=100", byChange, of: "notes",
                in: .incremental),
            entry("notes-since", "/v1/notes?since=2025-03-01T01:00:00Z", since),
            entry("payments", "/v1/payments?limit=100", payments, of: "payments"),
        ]
        return [
            "log": ["version": "1.2", "creator": ["name": "specimen", "version": "1"], "entries": .array(entries)]
        ]
    }

    private static func byID(_ indices: Range<Int>) -> [JSONValue] {
        indices.map(note).sorted { ($0["id"]?.string ?? "") < ($1["id"]?.string ?? "") }
    }

    private static func entry(
        _ id: String, _ path: String, _ body: JSONValue, of schema: String? = nil, in type: SyncType? = nil
    ) -> JSONValue {
        let request: JSONValue = [
            "method": "GET", "url": .string("https://api.specimen.example" + path),
            "headers": [["name": "authorization", "value": "Bearer fake-api-key-1"]],
        ]
        let response: JSONValue = [
            "status": 200, "headers": [["name": "Content-Type", "value": "application/json"]],
            "content": ["mimeType": "application/json", "text": .string(body.text)],
        ]
        var entry = JSONObject([
            ("_id", .string(id)), ("_replay", "repeat"), ("startedDateTime", "2025-03-10T06:00:00.000Z"), ("time", 0),
            ("request", request), ("response", response),
        ])
        if let schema { entry["_schema"] = [.string(schema)] }
        if let type { entry["_sync"] = [.string(type.rawValue)] }
        return .object(entry)
    }

    /// Minutes since the start: three rows share one, and two another.
    private static func minute(_ index: Int) -> Int64 {
        switch index {
        case 4, 5, 6: 40
        case 9, 10: 90
        default: Int64(index) * 10
        }
    }

    private static let start: Int64 = 1_740_787_200

    private static func moment(_ seconds: Int64) -> JSONValue {
        .string(CursorValue.timestamp(seconds * 1_000_000).storedText)
    }

    private static func note(_ index: Int) -> JSONValue {
        let id = index * 5 % 14
        return [
            "id": .string("n\(100 + id)"), "updated_at": moment(start + minute(index) * 60),
            "created_at": moment(start - Int64(index + 1) * 86_400), "title": .string("Note \(index)"),
            "archived": false, "author_id": .string("a\(index % 4)"),
            "closed_at": index % 3 == 0 ? .null : moment(start + Int64(index) * 7_000),
        ]
    }

    private static func payment(_ index: Int) -> JSONValue {
        [
            "id": .string("p\(100 + index * 3 % 14)"), "created": .number(JSONNumber(start + minute(index) * 60)),
            "amount": .number(JSONNumber(Int64(index) * 100)), "note": .string("Payment \(index)"),
        ]
    }
}
