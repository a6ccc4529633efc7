import Columns
import Foundation
import Tributary

/// A state of a scenario as one HAR file that every viewer opens: bodies within, sizes true, no members of our own.
public enum HARExport {
    /// The file.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public static func bytes(_ scenario: Scenario, state: String) throws -> [UInt8] {
        let exchanges = try scenario.exchanges(state: state)
        guard let path = try scenario.state(state).http,
            let data = FileManager.default.contents(atPath: scenario.folder.appendingPathComponent(path).path),
            let log = try JSONValue(parsing: [UInt8](data))["log"]
        else {
            throw SourceError.fixture(file: scenario.id, at: nil, "the state \(state) recorded no HTTP")
        }
        let entries = zip(log["entries"]?.array ?? [], exchanges).map(entry)
        let plain: JSONValue = [
            "version": "1.2", "creator": log["creator"] ?? ["name": "tributary", "version": "1"],
            "comment": .string("\(scenario.id) at \(state)"), "entries": .array(entries),
        ]
        return JSONValue.object(JSONObject([("log", plain)])).document
    }

    private static func entry(_ entry: JSONValue, _ exchange: RecordedExchange) -> JSONValue {
        var object = entry.object ?? JSONObject()
        if let request = object["request"]?.object { object["request"] = .object(self.request(request, exchange)) }
        if var response = object["response"]?.object {
            response["content"] = .object(content(response["content"]?.object ?? JSONObject(), exchange.body))
            response["bodySize"] = .number(JSONNumber(Int64(exchange.body.count)))
            object["response"] = .object(response)
        }
        let id = object["_id"]
        for name in object.names where name.hasPrefix("_") { object[name] = nil }
        object["comment"] = id
        return .object(object)
    }

    private static func request(_ request: JSONObject, _ exchange: RecordedExchange) -> JSONObject {
        var request = request
        guard var data = request["postData"]?.object else { return request }
        data["_file"] = nil
        data["text"] = .string(String(decoding: exchange.requestBody, as: UTF8.self))
        request["postData"] = .object(data)
        return request
    }

    private static func content(_ content: JSONObject, _ body: [UInt8]) -> JSONObject {
        var content = content
        content["_file"] = nil
        content["_json"] = nil
        content["size"] = .number(JSONNumber(Int64(body.count)))
        if let text = String(validating: body, as: UTF8.self) {
            content["text"] = .string(text)
        } else {
            content["text"] = .string(Data(body).base64EncodedString())
            content["encoding"] = "base64"
        }
        return content
    }
}
