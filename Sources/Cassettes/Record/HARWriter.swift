import Columns
import Foundation
import Tributary

/// Writes a state's entries as HAR 1.2 in one canonical form, bodies as files of their own.
public struct HARWriter: Sendable {
    public let scenario: String
    public let state: String
    /// The frozen "now" in microseconds since 1970; entries stand a millisecond apart.
    public let clock: Int64
    /// The kind of provenance.
    public let provenance: String

    public init(scenario: String, state: String, clock: Int64, provenance: String) {
        self.scenario = scenario
        self.state = state
        self.clock = clock
        self.provenance = provenance
    }

    /// A HAR file and the bodies beside it, by their paths in the scenario's folder.
    public struct Output: Sendable {
        public var har: [UInt8]
        public var bodies: [String: [UInt8]]
    }

    /// Bodies of at most so many bytes stand in the HAR file itself.
    static let inlineBytes = 256

    /// Writes entries.
    ///
    /// - Parameter existing: bodies of the states before; one that is the same is the same file.
    public func write(_ entries: [DraftEntry], existing: [String: [UInt8]] = [:]) -> Output {
        var bodies: [String: [UInt8]] = [:]
        let written = entries.enumerated().map { index, entry in
            self.entry(entry, index: index, existing: existing, bodies: &bodies)
        }
        let log: JSONValue = [
            "version": "1.2",
            "creator": ["name": "tributary-record", "version": "1"],
            "_fixture": [
                "format": 1, "scenario": .string(scenario), "state": .string(state),
                "provenance": .string(provenance),
            ],
            "entries": .array(written),
        ]
        let har = JSONValue.object(JSONObject([("log", log)])).document
        return Output(har: har, bodies: bodies)
    }

    private func entry(
        _ entry: DraftEntry, index: Int, existing: [String: [UInt8]], bodies: inout [String: [UInt8]]
    ) -> JSONValue {
        var object = JSONObject([("_id", .string(entry.id))])
        if !entry.schemas.isEmpty { object["_schema"] = .array(entry.schemas.map { .string($0) }) }
        if !entry.syncTypes.isEmpty { object["_sync"] = .array(entry.syncTypes.map { .string($0.rawValue) }) }
        var replay: [JSONValue] = entry.isOptional ? ["optional"] : []
        if entry.repetition != .once { replay.append(.string(entry.repetition.rawValue)) }
        if !replay.isEmpty { object["_replay"] = .array(replay) }
        object["startedDateTime"] = .string(Self.moment(clock + Int64(index) * 1_000))
        object["time"] = 0
        object["request"] = request(entry, existing: existing, bodies: &bodies)
        object["response"] = response(entry, existing: existing, bodies: &bodies)
        object["cache"] = .object(JSONObject())
        object["timings"] = ["send": 0, "wait": 0, "receive": 0]
        if !entry.redacted.isEmpty {
            let counts = entry.redacted.sorted { $0.key < $1.key }.map {
                ($0.key, JSONValue.number(.init(Int64($0.value))))
            }
            object["_redacted"] = .object(JSONObject(counts))
        }
        object["_trimmed"] = entry.trimmed
        return .object(object)
    }

    /// RFC 3339 with milliseconds.
    static func moment(_ microseconds: Int64) -> String {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        return text.dropLast() + String(format: ".%03dZ", rest / 1_000)
    }

    private func request(
        _ entry: DraftEntry, existing: [String: [UInt8]], bodies: inout [String: [UInt8]]
    ) -> JSONValue {
        let exchange = entry.exchange
        let query = CanonicalURL.rawParameters(exchange.url).map { parameter -> JSONValue in
            let texts = [parameter.name, parameter.value ?? ""].map {
                String(decoding: PercentCoding.decodedQuery($0), as: UTF8.self)
            }
            return ["name": .string(texts[0]), "value": .string(texts[1])]
        }
        var object = JSONObject([
            ("method", .string(exchange.method)), ("url", .string(exchange.url)), ("httpVersion", "HTTP/1.1"),
            ("cookies", []), ("headers", headers(exchange.requestHeaders)), ("queryString", .array(query)),
        ])
        if !exchange.requestBody.isEmpty {
            let type = exchange.requestHeaders.first { $0.name == "content-type" }?.value ?? "application/octet-stream"
            var data = JSONObject([("mimeType", .string(type))])
            put(exchange.requestBody, id: "\(entry.id)-request", type: type, existing: existing, into: &data, &bodies)
            object["postData"] = .object(data)
        }
        object["headersSize"] = -1
        object["bodySize"] = .number(JSONNumber(Int64(exchange.requestBody.count)))
        return .object(object)
    }

    private func response(
        _ entry: DraftEntry, existing: [String: [UInt8]], bodies: inout [String: [UInt8]]
    ) -> JSONValue {
        let exchange = entry.exchange
        let type = exchange.responseHeaders.first { $0.name == "content-type" }?.value ?? ""
        var content = JSONObject([
            ("size", .number(JSONNumber(Int64(exchange.body.count)))), ("mimeType", .string(type)),
        ])
        put(exchange.body, id: entry.id, type: type, existing: existing, into: &content, &bodies)
        let location = exchange.responseHeaders.first { $0.name == "location" }?.value ?? ""
        var object = JSONObject([
            ("status", .number(JSONNumber(Int64(exchange.status)))),
            ("statusText", .string(Self.reasons[exchange.status] ?? "")), ("httpVersion", "HTTP/1.1"), ("cookies", []),
            ("headers", headers(exchange.responseHeaders)), ("content", .object(content)),
            ("redirectURL", .string(location)), ("headersSize", -1), ("bodySize", -1),
        ])
        if let failure = exchange.failure {
            object["_error"] = ["curl": .string(failure.code), "message": .string(failure.message)]
        }
        return .object(object)
    }

    private func headers(_ fields: [CapturedExchange.Field]) -> JSONValue {
        .array(fields.map { ["name": .string($0.name), "value": .string($0.value)] })
    }

    /// A body as text of the HAR file while it is short, else as a file whose name comes from the entry's.
    private func put(
        _ body: [UInt8], id: String, type: String, existing: [String: [UInt8]], into object: inout JSONObject,
        _ bodies: inout [String: [UInt8]]
    ) {
        guard !body.isEmpty else { return }
        let text = String(validating: body, as: UTF8.self)
        if let text, body.count <= Self.inlineBytes {
            object["text"] = .string(text)
            return
        }
        let ending = Self.ending(body, type: type, isText: text != nil)
        var path = "bodies/\(id).\(ending)"
        if let old = existing[path], old != body { path = "bodies/\(id).\(state).\(ending)" }
        bodies[path] = body
        object["_file"] = .string(path)
    }

    private static func ending(_ body: [UInt8], type: String, isText: Bool) -> String {
        if !isText { return "bin" }
        if type.contains("ndjson") || type.contains("jsonl") { return "ndjson" }
        if type.contains("json") || RawJSON(body) != nil { return "json" }
        if type.contains("csv") { return "csv" }
        return type.contains("xml") ? "xml" : "txt"
    }

    static let reasons: [Int: String] = [
        200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently",
        302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        409: "Conflict", 410: "Gone", 412: "Precondition Failed", 422: "Unprocessable Content",
        429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
        504: "Gateway Timeout",
    ]
}
