import Columns
import Foundation
import TestSupport
import Tributary

/// A source over ``CountedService``: lists that end at a number of rows or pages which the answers state.
struct CountedSource: RESTSource {
    static let description = SourceDescription(
        type: "Counted", label: "Counted", category: .payments, docs: "https://counted.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "reviews", path: "/reviews", primaryKeys: ["id"], rows: "list",
            paginator: .offset(parameter: "start", total: "total_results"), pageSize: PageSize("max-results", 100)),
        RESTEndpoint(
            "issues", path: "/issues", primaryKeys: ["id"], rows: "data.collection",
            paginator: .pageNumber(parameter: "@page_index", total: "data.@total_size"),
            pageSize: PageSize("@page_size", 100)),
        RESTEndpoint(
            "users", path: "/users", primaryKeys: ["id"], rows: "list",
            paginator: .pageNumber(parameter: "page", totalPages: "n"), pageSize: PageSize("batch", 100)),
        RESTEndpoint(
            "labels", path: "/labels", primaryKeys: ["id"], rows: "list",
            paginator: .offset(parameter: "skip", total: .header("X-Records")), pageSize: PageSize("take", 100),
            isSelectedByDefault: false),
        RESTEndpoint(
            "notes", path: "/notes", primaryKeys: ["id"], rows: "list",
            paginator: .cursor(parameter: "after", from: .header("X-Next-Token")), pageSize: PageSize("take", 100),
            isSelectedByDefault: false),
        RESTEndpoint(
            "members", path: "/members", primaryKeys: ["id"], rows: "items",
            paginator: .offset(parameter: "offset", total: "paging.total"), pageSize: PageSize("limit", 100),
            isSelectedByDefault: false),
        RESTEndpoint(
            "events", path: "/events", primaryKeys: ["id"], rows: "list",
            incremental: [.newestFirst(.integer("id"))], sort: .descending,
            paginator: .cursor(parameter: "from", from: "next"), pageSize: PageSize("take", 100),
            isSelectedByDefault: false),
        RESTEndpoint("missing", path: "/missing", primaryKeys: ["id"], rows: "list", isSelectedByDefault: false),
    ]

    let probe = "/me"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(context, baseURL: "https://counted.example")
    }
}

/// Lists of many rows, and the sizes of pages that were asked for.
final class CountedService: Sendable {
    private let rows: Int
    private let asked = Lock<Set<Int>>([])
    /// What every event says of itself.
    let label = Lock("first")

    init(rows: Int) { self.rows = rows }

    var sizes: Set<Int> { asked.withLock { $0 } }

    var client: any HTTPClient { ScriptedHTTPClient { self.answer($0) } }

    private func answer(_ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        func number(_ name: String, _ otherwise: Int) -> Int { request[name].flatMap { Int($0) } ?? otherwise }
        switch request.path {
        case "/reviews":
            let page = slice(number("start", 0), number("max-results", 25))
            return .json(["list": page, "total_results": Self.number(rows)])
        case "/issues":
            let (size, index) = (number("@page_size", rows), number("@page_index", 1))
            let place = "https://counted.example/issues?@page_size=\(size)&@page_index="
            var links = JSONObject([("self", [["uri": .string(place + "\(index)")]])])
            if index > 1 { links["prev"] = [["uri": .string(place + "\(index - 1)")]] }
            if index * size < rows { links["next"] = [["uri": .string(place + "\(index + 1)")]] }
            return .json([
                "data": [
                    "collection": slice((index - 1) * size, size), "@total_size": Self.number(rows),
                    "@links": .object(links),
                ]
            ])
        case "/users":
            let size = number("batch", 100)
            let pages = (rows + size - 1) / size
            return .json(["list": slice((number("page", 1) - 1) * size, size), "n": Self.number(pages)])
        case "/labels":
            let page = slice(number("skip", 0), number("take", 100))
            return .json(["list": page], headers: [("X-Records", "\(rows)"), ("X-Request-Id", "r1")])
        case "/notes":
            let (start, size) = (request["after"].flatMap { Int($0.dropFirst()) } ?? 0, number("take", 100))
            let next = start + size < rows ? [("X-Next-Token", "t\(start + size)")] : []
            return .json(["list": slice(start, size)], headers: next)
        case "/members":
            let (start, size) = (number("offset", 0), number("limit", 50))
            let url = JSONValue.string("https://counted.example/members?offset=\(start + size)&limit=\(size)")
            let next: JSONValue = ["offset": Self.number(start + size), "limit": Self.number(size), "url": url]
            let paging = JSONObject([
                ("offset", Self.number(start)), ("total", Self.number(rows)),
                ("next", start + size < rows ? next : .null),
            ])
            return .json(["items": slice(start, size), "paging": .object(paging)])
        case "/events":
            let (start, size) = (number("from", 0), number("take", 100))
            let end = min(rows, start + size)
            let label = JSONValue.string(label.withLock { $0 })
            let list = (start..<max(start, end)).map { ["id": Self.number(rows - $0), "label": label] as JSONValue }
            let next: JSONValue = end < rows ? .string("\(end)") : .null
            return .json(["list": .array(list), "total": Self.number(rows), "next": next])
        case "/me": return .json(["ok": true])
        default: return .json(["message": "There is no such list."], status: 404)
        }
    }

    private func slice(_ start: Int, _ size: Int) -> JSONValue {
        asked.withLock { _ = $0.insert(size) }
        let end = min(rows, start + size)
        return .array((min(start, end)..<end).map { ["id": Self.number($0 + 1), "key": .string("k\($0 + 1)")] })
    }

    private static func number(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
}
