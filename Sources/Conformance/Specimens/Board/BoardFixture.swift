import Columns
import Tributary

/// The fixture of the boards: of four boards one has ten cards, one three, one a single one and one none.
enum BoardFixture {
    static let clean = SpecimenFixture(
        "specimen/board", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])

    private static let manifest = SpecimenRecording.manifest(
        "Boards, and what hangs on them",
        schemas: [
            "boards": ["mode": "full-refresh", "keys": ["id"]],
            "cards": ["mode": "full-refresh", "keys": ["board_id", "id"]],
            "events": [
                "mode": "incremental", "field": "updated_at", "type": "datetime", "keys": ["board_id", "id"],
            ],
        ])

    private static let model: JSONValue = [
        "collections": [
            "boards": [
                "key": "id", "mutable": ["title"], "from": [["path": "/v1/boards", "rows": "data"]],
                "embeds": [
                    "cards": ["collection": "cards", "limit": 2, "envelope": ["data": "$rows", "has_more": "$more"]]
                ],
            ],
            "cards": [
                "key": "id", "mutable": ["title"], "parent": parent,
                "from": [["path": "/v1/boards/{board}/cards", "rows": "data"]],
            ],
            "events": [
                "key": "id", "cursor": "updated_at", "cursorMovesOnUpdate": true, "mutable": ["title"],
                "parent": parent, "from": [["path": "/v1/boards/{board}/events", "rows": "data"]],
            ],
        ],
        "endpoints": [
            [
                "path": "/v1/boards", "collection": "boards", "order": ["id"],
                "filters": [["parameter": "since", "field": "updated_at", "comparison": ">="]], "page": page,
                "envelope": envelope,
            ],
            [
                "path": "/v1/boards/{board}/cards", "collection": "cards", "order": ["id"], "page": page,
                "envelope": envelope,
            ],
            [
                "path": "/v1/boards/{board}/events", "collection": "events", "order": ["id"],
                "filters": [["parameter": "since", "field": "updated_at", "comparison": ">="]], "page": page,
                "envelope": envelope,
            ],
        ],
    ]
    private static let parent: JSONValue = [
        "collection": "boards", "names": ["board": "id"], "columns": ["board_id": "id"],
    ]
    private static let page: JSONValue = ["style": "cursor", "parameter": "after", "size": "limit"]
    private static let envelope: JSONValue = ["data": "$rows", "more": "$more", "next": "$next"]

    private static let counts = [10, 3, 1, 0]

    private static var recording: JSONValue {
        let boards = JSONValue.array(counts.indices.map(board))
        let lists = counts.indices.flatMap { index in
            [("cards", card), ("events", event)].map { name, make in
                let rows = JSONValue.array((0..<counts[index]).map { make(index, $0) })
                return SpecimenRecording.entry(
                    "\(name)-\(index)", "/v1/boards/b\(index)/\(name)", ["data": rows, "more": false, "next": nil])
            }
        }
        return SpecimenRecording.har(
            [
                SpecimenRecording.entry("me", "/v1/me", ["id": "me"]),
                SpecimenRecording.entry("boards", "/v1/boards", ["data": boards, "more": false, "next": nil]),
            ] + lists)
    }

    private static func board(_ index: Int) -> JSONValue {
        let cards = JSONValue.array((0..<min(2, counts[index])).map { card(index, $0) })
        return [
            "id": .string("b\(index)"), "title": .string("Board \(index)"), "updated_at": SpecimenRecording.moment(60),
            "cards": ["data": cards, "has_more": .bool(counts[index] > 2)],
        ]
    }

    private static func card(_ board: Int, _ index: Int) -> JSONValue {
        ["id": .number(JSONNumber(Int64(index) + 1)), "title": .string("Card \(board).\(index)")]
    }

    private static func event(_ board: Int, _ index: Int) -> JSONValue {
        let minute = Int64(index) * 30 + (index == 3 ? -30 : Int64(board))
        return [
            "id": .number(JSONNumber(Int64(index) + 1)), "title": .string("Event \(board).\(index)"),
            "updated_at": SpecimenRecording.moment(minute * 60),
        ]
    }
}
