import Columns

/// Builds the recording of a specimen.
enum SpecimenRecording {
    static let origin = "https://api.specimen.example"

    /// A recording of these exchanges.
    static func har(_ entries: [JSONValue]) -> JSONValue {
        ["log": ["version": "1.2", "creator": ["name": "specimen", "version": "1"], "entries": .array(entries)]]
    }

    /// A request that was answered with status 200.
    static func entry(_ id: String, _ path: String, _ body: JSONValue) -> JSONValue {
        entry(id, path, type: "application/json", text: body.text)
    }

    /// A search by POST, by what its body asks for.
    static func search(_ id: String, _ path: String, _ asked: JSONValue, _ body: JSONValue) -> JSONValue {
        entry(id, path, asked: asked, type: "application/json", text: body.text)
    }

    /// The same for an answer of another kind.
    static func entry(
        _ id: String, _ path: String, asked: JSONValue? = nil, type: String, text: String
    ) -> JSONValue {
        var request: JSONObject = [
            "method": asked == nil ? "GET" : "POST", "url": .string(origin + path),
            "headers": [["name": "authorization", "value": "Bearer fake-api-key-1"]],
        ]
        if let asked {
            request["postData"] = ["mimeType": "application/json", "text": .string(asked.text)]
            request["headers"] = .array(
                (request["headers"]?.array ?? []) + [["name": "content-type", "value": "application/json"]])
        }
        return [
            "_id": .string(id), "_replay": "repeat", "startedDateTime": "2025-03-10T06:00:00.000Z", "time": 0,
            "request": .object(request),
            "response": [
                "status": 200, "headers": [["name": "Content-Type", "value": .string(type)]],
                "content": ["mimeType": .string(type), "text": .string(text)],
            ],
        ]
    }

    /// A manifest of these schemas; with one state unless others are named.
    static func manifest(
        _ title: String, schemas: JSONValue,
        states: JSONValue = [["name": "t0", "clock": "2025-03-10T06:00:00Z", "http": "t0.har"]]
    ) -> JSONValue {
        [
            "format": 1, "source": "specimen", "title": .string(title), "schemas": schemas,
            "config": ["api_key": ["fake": "specimen.apiKey", "n": 1]], "provenance": ["kind": "synthetic"],
            "states": states,
        ]
    }

    /// A moment some seconds after the first of March 2025.
    static func moment(_ seconds: Int64) -> JSONValue {
        .string(CursorValue.timestamp((1_740_787_200 + seconds) * 1_000_000).storedText)
    }
}
