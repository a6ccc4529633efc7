import Columns
import Tributary

/// The recording of the desk: two pages of tables, and the rows of each in pages of two.
enum DeskFixture {
    static let clean: SpecimenFixture = {
        var fixture = SpecimenFixture(
            "desk/workspace", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])
        fixture.documents["../released/1.json"] = released
        return fixture
    }()

    private static let tables = ["people", "orders", "visits"]

    private static var manifest: JSONValue {
        let schemas = tables.map { ($0, ["mode": "full-refresh", "keys": ["id"]] as JSONValue) }
        return [
            "format": 1, "source": "desk", "title": "Three tables that the upstream lists",
            "covers": ["pagination:cursor", "empty-table", "nulls"],
            "schemas": .object(JSONObject(schemas)),
            "config": ["api_key": ["fake": "desk.apiKey", "n": 1], "page_size": 2, "teams": ["north"]],
            "provenance": ["kind": "synthetic", "verifiedAt": "2025-03-01"],
            "limits": ["maxAgeDays": 365],
            "states": [["name": "t0", "clock": "2025-03-10T06:00:00Z", "http": "t0.har"]],
        ]
    }

    private static var model: JSONValue {
        let page: JSONValue = ["style": "cursor", "parameter": "after", "size": "limit", "maximum": 100]
        let lists = tables.map { name -> (String, JSONValue) in
            let path = "/v1/tables/\(name)/rows"
            return (name, ["key": "id", "from": [["path": .string(path), "rows": "rows"]], "mutable": ["name"]])
        }
        let listing: JSONValue = ["key": "id", "from": [["path": "/v1/tables", "rows": "tables"]]]
        let endpoints = tables.map { name -> JSONValue in
            [
                "path": .string("/v1/tables/\(name)/rows"), "collection": .string(name), "page": page,
                "envelope": ["rows": "$rows", "next": "$next"],
            ]
        }
        let list: JSONValue = [
            "path": "/v1/tables", "collection": "tables", "page": page,
            "envelope": ["tables": "$rows", "next": "$next"],
        ]
        return [
            "collections": .object(JSONObject([("tables", listing)] + lists)), "endpoints": .array([list] + endpoints),
        ]
    }

    private static var recording: JSONValue {
        var entries = [entry("me", "/v1/me", [], ["id": "me"])]
        entries += list("tables", "/v1/tables", "tables", tables.map(listed), schemas: [])
        for name in tables { entries += list(name, "/v1/tables/\(name)/rows", "rows", rows(name), schemas: [name]) }
        return [
            "log": ["version": "1.2", "creator": ["name": "specimen", "version": "1"], "entries": .array(entries)]
        ]
    }

    /// A list in pages of two, each with the key of its last element as the token of the next.
    private static func list(
        _ id: String, _ path: String, _ member: String, _ elements: [JSONValue], schemas: [String]
    ) -> [JSONValue] {
        stride(from: 0, to: max(1, elements.count), by: 2).map { start in
            let slice = Array(elements.dropFirst(start).prefix(2))
            let token = slice.last?["id"]?.string.map { ModelPage.token($0) }
            let before = start > 0 ? elements[start - 1]["id"]?.string.map { "&after=\(ModelPage.token($0))" } : nil
            let next: JSONValue = start + 2 < elements.count ? token.map { .string($0) } ?? .null : .null
            return entry(
                "\(id)-\(start / 2 + 1)", "\(path)?limit=2\(before ?? "")", schemas,
                .object(JSONObject([(member, .array(slice)), ("next", next)])))
        }
    }

    /// - Parameter query: what is asked by GraphQL; nil asks with GET.
    static func entry(
        _ id: String, _ path: String, _ schemas: [String], _ body: JSONValue, query: String? = nil
    ) -> JSONValue {
        var request: JSONObject = [
            "method": query == nil ? "GET" : "POST", "url": .string(DeskRun.baseURL + path),
            "headers": [["name": "authorization", "value": "Bearer fake-api-key-1"]],
        ]
        if let query {
            request["postData"] = ["mimeType": "application/json", "text": .string(DeskRun.graphQL(query).text)]
            request["headers"] = .array(
                (request["headers"]?.array ?? []) + [["name": "content-type", "value": "application/json"]])
        }
        return [
            "_id": .string(id), "_replay": "repeat", "_schema": .array(schemas.map { .string($0) }),
            "startedDateTime": "2025-03-10T06:00:00.000Z", "time": 0,
            "request": .object(request),
            "response": [
                "status": 200, "headers": [["name": "Content-Type", "value": "application/json"]],
                "content": ["mimeType": "application/json", "text": .string(body.text)],
            ],
        ]
    }

    private static func listed(_ name: String) -> JSONValue {
        [
            "id": .string(name),
            "columns": [
                ["name": "id", "type": "text"], ["name": "name", "type": "text"], ["name": "size", "type": "number"],
            ],
        ]
    }

    private static func rows(_ table: String) -> [JSONValue] {
        let count = ["people": 5, "orders": 3][table] ?? 0
        return (0..<count).map { index in
            [
                "id": .string("\(table.prefix(1))\(10 + index * 3 % 7)"), "name": .string("Row \(index)"),
                "size": index == 1 ? .null : .number(JSONNumber(Int64(index) * 10)),
            ]
        }
    }

    /// The first version, whose form had no more than it has now.
    private static var released: JSONValue {
        let config: JSONValue = ["api_key": "fake-api-key-1", "page_size": 2]
        let source = AnySource(DeskSource<DeskBend.Clean>.self)
        let declaration = ReleasedDeclaration(version: "1", source: source, configs: [config], tables: [])
        return (try? JSONValue(parsing: declaration.file())) ?? .null
    }
}
