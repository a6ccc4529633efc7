import Columns
import Foundation
import TestSupport
import Tributary

/// A source over ``FleetService`` that reads by itself: pages by number up to a total, events from a time on, and the readings
/// of each device, which carry neither its id nor its serial.
struct FleetSource: Source {
    static let description = SourceDescription(
        type: "Fleet", label: "Fleet", category: .engineering, docs: "https://fleet.example/api",
        listsSchemasWithoutCredentials: true)

    struct Config: FormFields {
        @Input("API key") var key: Secret
    }

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let path = schema.map { $0 == "events" ? "/events" : "/devices" } ?? "/account"
        _ = try await page(path, ["page": "1", "batch": "1"], config, context)
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        [
            SourceSchema("events", primaryKeys: ["id"], incremental: [.datetime("created")]),
            SourceSchema("devices", primaryKeys: ["id"]),
            SourceSchema("readings", primaryKeys: ["device_id", "n"]),
        ]
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        switch inputs.schema {
        case "events":
            let since = Self.seconds(inputs.watermark.last ?? inputs.historyStart).map { ["since": String($0)] } ?? [:]
            return SourceResponse(
                primaryKeys: ["id"], partitioning: .datetime("created", by: .month),
                items: items("/events", since, inputs, config, context))
        case "devices":
            return SourceResponse(
                primaryKeys: ["id"], isSorted: false, items: items("/devices", [:], inputs, config, context))
        case "readings":
            return SourceResponse(
                primaryKeys: ["device_id", "n"], isSorted: false, columnHints: ["temperature": .float64],
                items: Items { emit in
                    try await list("/devices", [:], config, context) { page, _ in
                        for device in try JSONPage(page).value(at: "items")?.array ?? [] {
                            let serial = PercentEncoding.encode(device["serial"]?.string ?? "")
                            let id = device["id"] ?? .null
                            try await list("/devices/\(serial)/readings", [:], config, context) { page, _ in
                                try await emit(
                                    .json(JSONItem(page: page, rows: "items", constants: [("device_id", id)])))
                            }
                        }
                    }
                })
        default: throw SourceError(.unknownSchema, "Reading '\(inputs.schema)': there is no such table.")
        }
    }

    /// The page to ask for, and how many rows were on those before.
    private struct Position {
        var page: Int64 = 1
        var rows: Int64 = 0
    }

    /// The rows of one list, each page with the position behind it.
    private func items(
        _ path: String, _ query: [String: String], _ inputs: SourceInputs, _ config: Config, _ context: SourceContext
    ) -> Items {
        Items { emit in
            let token = inputs.resumeToken?.value
            let start = Position(page: token?["page"]?.int64 ?? 1, rows: token?["rows"]?.int64 ?? 0)
            let kept = token?["since"]?.string.map { ["since": $0] } ?? query
            try await list(path, kept, config, context, from: start) { page, next in
                var token = JSONObject([
                    ("page", .number(JSONNumber(next.page))), ("rows", .number(JSONNumber(next.rows))),
                ])
                token["since"] = kept["since"].map { .string($0) }
                try await emit(.json(page, rows: "items"), resume: ResumeToken(.object(token)))
            }
        }
    }

    private func list(
        _ path: String, _ query: [String: String], _ config: Config, _ context: SourceContext,
        from start: Position = Position(), _ visit: ([UInt8], Position) async throws -> Void
    ) async throws {
        let size = min(50, context.maximumPageSize ?? 50)
        var position = start
        while true {
            let asked = query.merging(["page": String(position.page), "batch": String(size)]) { $1 }
            let page = try await page(path, asked, config, context)
            guard let count = try JSONPage(page).count(at: "items").map({ Int64($0) }),
                let total = try JSONPage(page).value(at: "total")?.int64
            else { throw SourceError(.unexpectedAnswer, "Reading \(path): the answer has no 'items' or no 'total'.") }
            position.page += 1
            position.rows += count
            try await visit(page, position)
            if position.rows >= total { return }
            if count == 0 {
                throw SourceError(
                    .unexpectedAnswer, "Reading \(path): a page is empty after \(position.rows) of \(total) rows.",
                    recovery: .retry(after: nil))
            }
        }
    }

    private func page(
        _ path: String, _ query: [String: String], _ config: Config, _ context: SourceContext
    ) async throws -> [UInt8] {
        var request = HTTPRequest(
            .get, "https://fleet.example\(path)",
            query: query.sorted { $0.key < $1.key }.map { QueryItem($0.key, $0.value) })
        request.headers.set("X-API-Key", secret: config.key)
        request.page = query["page"].map { _ in PageHint(rows: "items", size: "batch", total: "total") }
        let response = try await context.http.send(request)
        let bytes = try await response.body.collect()
        if response.status == 200 {
            do { _ = try JSONPage(bytes).value(at: "total") } catch {
                throw SourceError(
                    .unexpectedAnswer, "Reading \(path): the answer is not JSON: \(error).",
                    recovery: .retry(after: nil))
            }
            return bytes
        }
        let reason = (try? JSONPage(bytes).value(at: "message"))?.string.map { ": “\($0.prefix(300))”" } ?? ""
        let message = "Reading \(path): Fleet answered with status \(response.status)\(reason)."
        let pause = response.headers["Retry-After"].flatMap { Int($0) }.map { Duration.seconds($0) }
        var error =
            switch response.status {
            case 401: SourceError(.invalidCredentials, message, advice: "Check the API key.")
            case 403: SourceError(.permissionDenied, message, advice: "Give the key access to \(path).")
            case 404: SourceError(.notFound, message)
            case 429: SourceError(.rateLimited, message, recovery: .retry(after: pause))
            case 500...: SourceError(.upstreamFailure, message, recovery: .retry(after: pause))
            default: SourceError(.unexpectedAnswer, message)
            }
        error.wasRetried = response.attempts > 1
        throw Redactor([config.key]).redacting(error)
    }

    private static func seconds(_ value: CursorValue?) -> Int64? {
        switch value {
        case .integer(let seconds)?: seconds
        case .timestamp(let microseconds)?: Int64((Double(microseconds) / 1_000_000).rounded(.down))
        default: nil
        }
    }
}

/// Devices, what they report and what happened to them. Three events each share a time, and come by their id then.
struct FleetService: Sendable {
    /// Whether the bound of an increment is an error.
    var refusesBounds = false

    static let readings = [4, 9, 1, 0, 4, 9, 1]

    var client: any HTTPClient { ScriptedHTTPClient { answer($0) } }

    private func answer(_ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        if request.headers["x-api-key"]?.hasPrefix("pk_") != true { return .json(["message": "no"], status: 401) }
        let parts = request.path.split(separator: "/").map { PercentEncoding.decode($0) }
        switch parts.first {
        case "account": return .json(["name": "acme"])
        case "events":
            guard let text = request["since"] else { return page(request, events) }
            if refusesBounds { return .json(["message": "since is not supported"], status: 400) }
            return page(request, events.filter { $0["created"]?.int64 ?? 0 >= Int64(text) ?? 0 })
        case "devices" where parts.count == 1: return page(request, devices)
        case "devices":
            guard let index = devices.firstIndex(where: { $0["serial"]?.string == parts[1] }) else {
                return .json(["message": "no such device"], status: 404)
            }
            let rows = (0..<Self.readings[index]).map { number -> JSONValue in
                ["n": Self.number(number + 1), "temperature": .number(JSONNumber(20 + Double(number) / 8))]
            }
            return page(request, rows)
        default: return .json(["message": "no such list"], status: 404)
        }
    }

    private var events: [JSONValue] {
        (1...14).map { index in
            [
                "id": Self.number(5_000 + index % 3 * 100 + index),
                "created": Self.number(1_767_000_000 + index / 3 * 25_200),
                "kind": "boot",
            ]
        }
    }

    private var devices: [JSONValue] {
        Self.readings.indices.map { index in
            [
                "id": Self.number(101 + index), "serial": .string(index == 1 ? "SN/2 x" : "SN-\(index + 1)"),
                "model": "B",
            ]
        }
    }

    private func page(_ request: RecordedRequest, _ rows: [JSONValue]) -> ScriptedHTTPClient.Answer {
        let size = min(50, request["batch"].flatMap { Int($0) } ?? 20)
        let start = min(rows.count, ((request["page"].flatMap { Int($0) } ?? 1) - 1) * size)
        let part = Array(rows[start..<min(rows.count, start + size)])
        return .json(["items": .array(part), "total": Self.number(rows.count)])
    }

    private static func number(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
}
