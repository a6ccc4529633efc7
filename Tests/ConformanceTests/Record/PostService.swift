import Columns
import Foundation
import TestSupport
import Tributary

/// A source that searches by POST: the page's size, its token and the bound are members of the body.
struct SearchSource: RESTSource {
    static let description = SourceDescription(
        type: "Search", label: "Search", category: .payments, docs: "https://search.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "runs", path: "/runs/search", method: .post, primaryKeys: ["id"], rows: "runs",
            incremental: [
                .datetime("updated_at", parameter: .body("since"), query: ["sort": "updated_at"], sort: .ascending)
            ])
    ]

    let probe = "/version"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://search.example",
            paginator: .cursor(parameter: .body("page_token"), from: "next_page_token"),
            pageSize: PageSize(.body("max_results"), 100))
    }
}

/// A source over GraphQL: two tables of one path, led on by `variables.after`, and a probe that is a query too.
struct GraphSource: RESTSource {
    static let description = SourceDescription(
        type: "Graph", label: "Graph", category: .payments, docs: "https://graph.example/api")

    struct Config: FormFields { init() {} }

    /// Long and with words as people write them: what a redactor takes for somebody's prose.
    private static func query(_ name: String) -> JSONObject {
        let text =
            "query List($first: Int!, $after: String) { \(name)(first: $first, after: $after) { nodes { id title } } }"
        return JSONObject([("query", .string(text)), ("variables", .object(JSONObject()))])
    }

    private static func table(_ name: String) -> RESTEndpoint {
        RESTEndpoint(
            name, path: "/graphql", method: .post, primaryKeys: ["id"], rows: "data.\(name).nodes", body: query(name),
            paginator: .cursor(
                parameter: .body("variables.after"), from: "data.\(name).pageInfo.endCursor",
                hasMore: "data.\(name).pageInfo.hasNextPage"),
            pageSize: PageSize(.body("variables.first"), 100))
    }

    static let endpoints = [table("jobs"), table("assets")]

    let probe = "/graphql"

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = try client(for: config, in: context)
        let body = JSONObject([("query", "{ version }")])
        _ = try await client.send(RESTRequest(.post, "/graphql", body: body))
    }

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://graph.example",
            actions: [ResponseAction([200], field: "errors", .fail("The query was not answered."))])
    }
}

/// What both ask.
enum PostService {
    /// So many objects of each kind.
    static func search(_ count: Int, sizes: Lock<[Int]> = Lock([])) -> any HTTPClient {
        ScriptedHTTPClient { request in
            guard let body = try? JSONValue(parsing: request.body) else { return .json(["version": "2"]) }
            let since = body["since"]?.string ?? ""
            let all = (1...count).filter { moment($0) >= since }
            let size = Int(body["max_results"]?.int64 ?? 100)
            sizes.withLock { $0.append(size) }
            let start = body["page_token"]?.string.flatMap { Int($0.dropFirst(3)) } ?? 0
            let end = min(all.count, start + size)
            var answer = JSONObject([("runs", .array(all[min(start, end)..<end].map { row($0) }))])
            // The last page has no token at all.
            if end < all.count { answer["next_page_token"] = .string("tok\(end)") }
            return .json(.object(answer))
        }
    }

    static func graph(_ count: Int) -> any HTTPClient {
        ScriptedHTTPClient { request in
            guard let body = try? JSONValue(parsing: request.body), let text = body["query"]?.string else {
                return .json(["errors": []])
            }
            if text == "{ version }" { return .json(["data": ["version": "1.2"]]) }
            let name = text.contains("jobs(") ? "jobs" : text.contains("assets(") ? "assets" : nil
            guard let name else { return .json(["errors": [["message": "syntax"]]]) }
            let size = Int(body["variables"]?["first"]?.int64 ?? 100)
            let start = body["variables"]?["after"]?.string.flatMap { Int($0.dropFirst(3)) } ?? 0
            let end = min(count, start + size)
            let rows = (start..<end).map { index -> JSONValue in
                ["id": .string("\(name)-\(index + 1)"), "title": .string("title \(index + 1)")]
            }
            let info: JSONValue = ["hasNextPage": .bool(end < count), "endCursor": .string("cur\(end)")]
            return .json(["data": .object(JSONObject([(name, ["nodes": .array(rows), "pageInfo": info])]))])
        }
    }

    private static func moment(_ id: Int) -> String {
        Date(timeIntervalSince1970: 1_767_225_600 + Double(id) * 3_600).formatted(.iso8601)
    }

    private static func row(_ id: Int) -> JSONValue {
        [
            "id": .number(JSONNumber(Int64(id))), "title": .string("run \(id)"), "updated_at": .string(moment(id)),
        ]
    }
}
