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
        RESTEndpoint(
            "edits", path: "/edits", primaryKeys: ["id"], rows: "list", lifting: ["stamp": "meta.stamp"],
            incremental: [.newestFirst(.integer("stamp"), query: ["order": "-stamp,id"])], sort: .descending,
            paginator: .offset(parameter: "skip", total: "total"), pageSize: PageSize("take", 100),
            isSelectedByDefault: false),
        RESTEndpoint(
            "tags", path: "/labels", primaryKeys: ["id", "tag"], rows: "list", paginator: .singlePage,
            isSelectedByDefault: false),
        RESTEndpoint("missing", path: "/missing", primaryKeys: ["id"], rows: "list", isSelectedByDefault: false),
    ]

    let probe = "/me"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(context, baseURL: "https://counted.example")
    }

    /// Tags are no list of the API: two rows are made of each label.
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        guard inputs.schema == "tags" else {
            return try client(for: config, in: context).response(to: inputs, from: Self.endpoints)
        }
        return SourceResponse(
            primaryKeys: ["id", "tag"],
            items: Items { emit in
                let answer = try await context.http.send(HTTPRequest(.get, "https://counted.example/labels?take=3"))
                let labels = try JSONValue(parsing: try await answer.body.collect())["list"]?.array ?? []
                let rows = labels.flatMap { label in
                    ["a", "b"].map { tag in ["id": label["id"] ?? .null, "tag": .string(tag)] as JSONValue }
                }
                let page: JSONValue = ["list": .array(rows)]
                try await emit(.json(JSONItem(page: page.serialized(), rows: "list")))
            })
    }
}

/// Lists of many rows, and the sizes of pages that were asked for.
final class CountedService: Sendable {
    private let rows: Int
    private let asked = Lock<Set<Int>>([])
    /// What every event says of itself; the oldest edit is made anew with another one.
    let label = Lock("first")
    /// Whether the last page of members lacks what describes the next one, instead of a null.
    private let leavesOutEnds: Bool

    init(rows: Int, leavesOutEnds: Bool = false) {
        self.rows = rows
        self.leavesOutEnds = leavesOutEnds
    }

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
            var paging = JSONObject([("offset", Self.number(start)), ("total", Self.number(rows))])
            let isLast = start + size >= rows
            if !isLast || !leavesOutEnds { paging["next"] = isLast ? .null : next }
            return .json(["items": slice(start, size), "paging": .object(paging)])
        case "/events":
            let (start, size) = (number("from", 0), number("take", 100))
            let end = min(rows, start + size)
            let label = JSONValue.string(label.withLock { $0 })
            let list = (start..<max(start, end)).map { ["id": Self.number(rows - $0), "label": label] as JSONValue }
            let next: JSONValue = end < rows ? .string("\(end)") : .null
            return .json(["list": .array(list), "total": Self.number(rows), "next": next])
        case "/edits":
            let (start, size) = (number("skip", 0), number("take", 100))
            var stamps = (1...rows).map { (id: $0, stamp: 10 * $0) }
            if label.withLock({ $0 }) != "first" { stamps[0].stamp = 10 * rows + 5 }
            let sorted = stamps.sorted { ($1.stamp, $0.id) < ($0.stamp, $1.id) }.dropFirst(start).prefix(size)
            let list = sorted.map { row -> JSONValue in
                ["id": Self.number(row.id), "meta": ["stamp": Self.number(row.stamp)]]
            }
            return .json(["list": .array(list), "total": Self.number(rows)])
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
