import Columns
import Tributary

/// The fixture of the account: twelve projects, of which four have tasks.
enum AccountFixture {
    static let clean = SpecimenFixture(
        "specimen/account", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])

    private static let manifest: JSONValue = [
        "format": 1, "source": "specimen", "title": "Projects and their tasks behind an OAuth account",
        "schemas": [
            "projects": [
                "mode": "incremental", "field": "updated_at", "type": "datetime", "keys": ["id"], "sort": "asc",
            ],
            "tasks": ["mode": "full-refresh", "keys": ["project_id", "id"]],
        ],
        "config": ["account": 7, "workspace": "north", "region": "api"],
        "integrations": [
            [
                "id": 7, "kind": "specimen", "label": "The specimen's account",
                "accessToken": ["fake": "specimen.accessToken", "n": 1],
            ]
        ],
        "provenance": ["kind": "synthetic"],
        "states": [["name": "t0", "clock": "2025-03-10T06:00:00Z", "http": "t0.har"]],
    ]

    private static let model: JSONValue = [
        "collections": [
            "projects": [
                "key": "id", "cursor": "updated_at", "cursorMovesOnUpdate": true, "mutable": ["title"],
                "from": [["path": "/v1/workspaces/{workspace}/projects", "rows": "data"]],
            ],
            "tasks": [
                "key": "id",
                "parent": ["collection": "projects", "names": ["project": "id"], "columns": ["project_id": "id"]],
                "from": [["path": "/v1/projects/{project}/tasks", "rows": "data"]],
            ],
        ],
        "endpoints": [
            [
                "path": "/v1/workspaces/{workspace}/projects", "collection": "projects", "order": ["updated_at"],
                "filters": [["parameter": "since", "field": "updated_at", "comparison": ">="]],
                "page": ["style": "next-url", "parameter": "cursor", "size": "limit"],
                "envelope": ["data": "$rows", "links": ["next": "$nextURL"]],
            ],
            [
                "path": "/v1/projects/{project}/tasks", "collection": "tasks",
                "page": ["style": "next-url", "parameter": "cursor", "size": "limit"],
                "envelope": ["data": "$rows", "links": ["next": "$nextURL"]],
            ],
        ],
    ]

    private static var recording: JSONValue {
        let list: JSONValue = ["data": .array((0..<12).map(project)), "links": ["next": nil]]
        let lists = [
            entry("me", "/v1/me", ["id": "me"]),
            entry("projects", "/v1/workspaces/north/projects?limit=50", list, of: ["projects", "tasks"]),
        ]
        let tasks = (0..<12).map { index in
            let rows = index % 3 == 0 ? (0..<3).map { task($0, of: index) } : []
            return entry(
                "tasks-\(index)", "/v1/projects/r\(100 + index)/tasks?limit=50",
                ["data": .array(rows), "links": ["next": nil]], of: ["tasks"])
        }
        return [
            "log": [
                "version": "1.2", "creator": ["name": "specimen", "version": "1"], "entries": .array(lists + tasks),
            ]
        ]
    }

    private static func entry(_ id: String, _ path: String, _ body: JSONValue, of schemas: [String] = []) -> JSONValue {
        let request: JSONValue = [
            "method": "GET", "url": .string(AccountSource.baseURL + path),
            "headers": [["name": "authorization", "value": "Bearer fake-access-token-1"]],
        ]
        let response: JSONValue = [
            "status": 200, "headers": [["name": "Content-Type", "value": "application/json"]],
            "content": ["mimeType": "application/json", "text": .string(body.text)],
        ]
        var entry = JSONObject([
            ("_id", .string(id)), ("_replay", "repeat"), ("startedDateTime", "2025-03-10T06:00:00.000Z"), ("time", 0),
            ("request", request), ("response", response),
        ])
        if !schemas.isEmpty { entry["_schema"] = .array(schemas.map { .string($0) }) }
        return .object(entry)
    }

    private static func project(_ index: Int) -> JSONValue {
        // Two share a moment.
        let moment = 1_740_787_200 + Int64(index == 6 ? 5 : index) * 3_600
        return [
            "id": .string("r\(100 + index)"), "title": .string("Project \(index)"),
            "updated_at": .string(CursorValue.timestamp(moment * 1_000_000).storedText),
            "url": .string("\(AccountSource.baseURL)/v1/projects/r\(100 + index)"),
        ]
    }

    private static func task(_ index: Int, of project: Int) -> JSONValue {
        ["id": .string("t\(index)"), "title": .string("Task \(index) of \(project)")]
    }
}
