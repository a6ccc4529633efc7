import Columns
import Foundation
import TestSupport
import Tributary

/// A source over ``LongService``, with no fields.
struct LongSource: RESTSource {
    static let description = SourceDescription(
        type: "Long", label: "Long", category: .payments, docs: "https://long.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "events", path: "/events", primaryKeys: ["id"], rows: "items",
            incremental: [.datetime("updated_at", parameter: "updated_since", query: ["sort": "updated_at"])])
    ]

    let probe = "/events?limit=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://long.example",
            paginator: .cursor(parameter: "after", from: "next"), pageSize: PageSize("limit", 100))
    }
}

/// The same list by URLs in the body, each with the page's size of its request; and a key that may be wrong.
struct LinkedSource: RESTSource {
    static let description = SourceDescription(
        type: "Linked", label: "Linked", category: .payments, docs: "https://long.example/api")

    struct Config: FormFields { @Input("Key") var key: Secret }

    static let endpoints = [RESTEndpoint("events", path: "/events", primaryKeys: ["id"], rows: "items")]

    let probe = "/me"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://long.example", authorization: .bearer(config.key),
            paginator: .nextURL(from: "next"), pageSize: PageSize("limit", 100))
    }
}

/// One that looks for its rows where there are none.
struct StraySource: RESTSource {
    static let description = SourceDescription(
        type: "Stray", label: "Stray", category: .payments, docs: "https://long.example/api")
    typealias Config = LongSource.Config

    static let endpoints = [
        RESTEndpoint("events", path: "/events", primaryKeys: ["id"], rows: "data", rowsMayBeMissing: true)
    ]

    let probe = "/events?limit=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(context, baseURL: "https://long.example")
    }
}

/// An API with more rows than a recording keeps: oldest first, with a bound, led on by a token in the body.
final class LongService: Sendable {
    private let count: Lock<Int>

    init(events count: Int) { self.count = Lock(count) }

    /// More events, each an hour younger than the one before.
    func add(_ more: Int) { count.withLock { $0 += more } }

    var client: any HTTPClient { ScriptedHTTPClient { self.answer($0) } }

    static let key = "key_9XyBv2Kq7LmZ4RtW8sNc"

    /// Behind a key, with whole URLs that lead on; to a wrong key the answer is 403.
    var linked: any HTTPClient {
        ScriptedHTTPClient { request in
            guard request.headers["authorization"] == "Bearer \(Self.key)" else {
                return .json(["error": "forbidden"], status: 403)
            }
            if request.path == "/me" { return .json(["name": "shop"]) }
            let start = request["offset"].flatMap { Int($0) } ?? 0
            let size = request["limit"].flatMap { Int($0) } ?? 100
            let count = self.count.withLock { $0 }
            let end = min(count, start + size)
            let rows = (start..<end).map { Self.row($0 + 1) }
            let next = "https://long.example/events?limit=\(size)&offset=\(end)"
            return .json(["items": .array(rows), "next": end < count ? .string(next) : .null])
        }
    }

    private static func row(_ id: Int) -> JSONValue {
        [
            "id": .number(JSONNumber(Int64(id))), "title": .string("event \(id)"), "updated_at": .string(moment(id)),
        ]
    }

    private static func moment(_ id: Int) -> String {
        Date(timeIntervalSince1970: 1_767_225_600 + Double(id) * 3_600).formatted(.iso8601)
    }

    private func answer(_ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        let bound = request["updated_since"] ?? ""
        let all = (1...count.withLock { $0 }).filter { Self.moment($0) >= bound }
        let start = request["after"].flatMap { Int($0.dropFirst(3)) } ?? 0
        let end = min(all.count, start + (request["limit"].flatMap { Int($0) } ?? 100))
        let rows = all[min(start, end)..<end].map(Self.row)
        return .json(["items": .array(rows), "next": end < all.count ? .string("tok\(end)") : .null])
    }
}
