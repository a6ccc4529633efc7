import Columns
import Foundation
import TestSupport
import Tributary

/// A source over ``GazetteService``: posts by a strict bound, and the revisions of each, which carry no key of their post.
struct GazetteSource: RESTSource {
    static let description = SourceDescription(
        type: "Gazette", label: "Gazette", category: .payments, docs: "https://gazette.example/api")

    struct Config: FormFields {
        @Input("Order") var order = "modified"
        @Input("Bounds are strict") var isStrict = true
    }

    static let endpoints: [RESTEndpoint] = GazetteSource.endpoints(isStrict: true, order: "modified")

    let probe = "/me"

    static func endpoints(isStrict: Bool, order: String) -> [RESTEndpoint] {
        [
            RESTEndpoint(
                "posts", path: "/posts", primaryKeys: ["id"], rows: "",
                incremental: [.datetime("modified_gmt", parameter: "modified_after", isInclusive: !isStrict)],
                sort: order == "modified" ? .ascending : .unsorted, query: ["orderby": order, "order": "asc"]),
            RESTEndpoint(
                "revisions", path: "/posts/{posts.id}/revisions", primaryKeys: ["_posts_id", "id"], rows: "",
                parent: "posts", actions: [.ignore(404)]),
        ]
    }

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://gazette.example", paginator: .linkHeader, pageSize: PageSize("per_page", 100))
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        try client(for: config, in: context).response(
            to: inputs, from: Self.endpoints(isStrict: config.isStrict, order: config.order))
    }
}

/// Posts of which two each share the time of their change, by pages with a Link field and counters in the header, as
/// WordPress has them.
final class GazetteService: Sendable {
    private struct Post: Sendable {
        var id: Int
        var day: Int
    }

    private let posts: Lock<[Post]>
    /// Gives posts of one time in another order with each page, as a database may.
    private let isFickle: Bool

    init(posts count: Int, isFickle: Bool = false) {
        posts = Lock((1...count).map { Post(id: $0, day: ($0 + 1) / 2) })
        self.isFickle = isFickle
    }

    /// Adds a post that is newer than all others.
    func add() {
        posts.withLock { posts in
            posts.append(Post(id: posts.count + 1, day: (posts.map(\.day).max() ?? 0) + 1))
        }
    }

    var client: any HTTPClient { ScriptedHTTPClient { self.answer($0) } }

    private func answer(_ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        if request.path == "/me" { return .json(["id": 1]) }
        let parts = request.path.split(separator: "/")
        guard parts.first == "posts" else { return .json(["message": "There is no such list."], status: 404) }
        if parts.count == 3, let id = Int(parts[1]) {
            return page(request, (0..<id % 3).map { ["id": Self.number($0 + 1), "text": .string("draft \($0)")] })
        }
        var found = posts.withLock { $0 }.filter { post in
            request["modified_after"].map { Self.moment(post.day) > String($0.prefix(19)) } ?? true
        }
        if request["orderby"] == "modified" {
            let page = request["page"].flatMap { Int($0) } ?? 1
            let sign = isFickle && page.isMultiple(of: 2) ? -1 : 1
            found.sort { ($0.day, sign * $0.id) < ($1.day, sign * $1.id) }
        }
        return page(
            request,
            found.map { post in
                [
                    "id": Self.number(post.id), "modified": .string(Self.moment(post.day)),
                    "modified_gmt": .string(Self.moment(post.day)), "state": "open",
                ]
            })
    }

    private func page(_ request: RecordedRequest, _ rows: [JSONValue]) -> ScriptedHTTPClient.Answer {
        let size = request["per_page"].flatMap { Int($0) } ?? 10
        let number = request["page"].flatMap { Int($0) } ?? 1
        let pages = (rows.count + size - 1) / size
        var headers = [("X-WP-Total", "\(rows.count)"), ("X-WP-TotalPages", "\(pages)")]
        if number < pages {
            let query = request.parameters.filter { $0.name != "page" } + [("page", "\(number + 1)")]
            let text = query.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
            headers.append(("Link", "<https://gazette.example\(request.path)?\(text)>; rel=\"next\""))
        }
        let start = min(rows.count, (number - 1) * size)
        return .json(.array(Array(rows[start..<min(rows.count, start + size)])), headers: headers)
    }

    private static func moment(_ day: Int) -> String {
        let text = day < 29 ? "2026-02-\(day < 10 ? "0" : "")\(day)" : "2026-03-\(day - 28 < 10 ? "0" : "")\(day - 28)"
        return text + "T10:00:00"
    }

    private static func number(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
}
