import Columns
import Foundation
import TestSupport
import Tributary

/// A source over ``TokenService``, with no fields: its lists are public.
struct TokenSource: RESTSource {
    static let description = SourceDescription(
        type: "Tokens", label: "Tokens", category: .payments, docs: "https://tokens.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "things", path: "/things", primaryKeys: ["id"], rows: "data",
            incremental: [
                .datetime(
                    "changed", parameter: "min_changed", format: .epochMilliseconds, query: ["_sort": "changed"])
            ])
    ]

    let probe = "/things?_limit=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://tokens.example", paginator: .nextURL(header: "Next-Page"),
            pageSize: PageSize("_limit", 100))
    }
}

/// The same, with full refreshes in the order of increments: the probe's row, the newest, is on a page that is cut.
struct OrderedTokenSource: RESTSource {
    static let description = SourceDescription(
        type: "Tokens", label: "Tokens", category: .payments, docs: "https://tokens.example/api")
    typealias Config = TokenSource.Config

    static let endpoints = [
        RESTEndpoint(
            "things", path: "/things", primaryKeys: ["id"], rows: "data",
            incremental: [.datetime("changed", parameter: "min_changed", format: .epochMilliseconds)],
            query: ["_sort": "changed"])
    ]

    let probe = "/things?_limit=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        try TokenSource().client(for: config, in: context)
    }
}

/// The same behind an account that a user has connected.
struct AccountTokenSource: RESTSource {
    static let description = SourceDescription(
        type: "Tokens", label: "Tokens", category: .payments, docs: "https://tokens.example/api")

    struct Config: FormFields {
        @OAuth("Account", kind: IntegrationKind("tokens")) var account: OAuthIntegration
    }

    static var endpoints: [RESTEndpoint] { TokenSource.endpoints }

    let probe = "/things?_limit=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://tokens.example", authorization: .oauth(config.account),
            paginator: .nextURL(header: "Next-Page"), pageSize: PageSize("_limit", 100))
    }
}

/// The same, with its times declared as counters: what an author may take them for.
struct CountedTokenSource: RESTSource {
    static let description = SourceDescription(
        type: "Tokens", label: "Tokens", category: .payments, docs: "https://tokens.example/api")
    typealias Config = TokenSource.Config

    static let endpoints = [
        RESTEndpoint(
            "things", path: "/things", primaryKeys: ["id"], rows: "data",
            incremental: [.integer("changed", parameter: "min_changed", query: ["_sort": "changed"])])
    ]

    let probe = "/things?_limit=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        try TokenSource().client(for: config, in: context)
    }
}

/// The same API by offsets.
struct OffsetSource: RESTSource {
    static let description = SourceDescription(
        type: "Tokens", label: "Tokens", category: .payments, docs: "https://tokens.example/api")
    typealias Config = TokenSource.Config

    static let endpoints = [RESTEndpoint("things", path: "/things", primaryKeys: ["id"], rows: "data")]

    let probe = "/things?_limit=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://tokens.example", paginator: .offset(), pageSize: PageSize("_limit", 100))
    }
}

/// An API as Kinto's: the next page's URL in a header of its own, with a token that each answer draws anew, times in
/// milliseconds, newest first unless asked otherwise.
final class TokenService: Sendable {
    private struct State {
        var things: [(id: Int, changed: Int64)] = []
        /// Where a page begins, by the tokens that were given out.
        var starts: [String: Int] = [:]
    }

    private let state = Lock(State())

    init(things count: Int) { add(count) }

    /// More things, each a second younger than the one before.
    func add(_ count: Int) {
        state.withLock { state in
            for _ in 0..<count {
                let id = state.things.count + 1
                state.things.append((id, 1_767_225_600_000 + Int64(id) * 1_000))
            }
        }
    }

    var client: any HTTPClient { ScriptedHTTPClient { self.answer($0) } }

    private func answer(_ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        state.withLock { state in
            let bound = request["min_changed"].flatMap { Int64($0) } ?? 0
            var things = state.things.filter { $0.changed >= bound }
            if request["_sort"] == nil { things.reverse() }
            let start = request["_token"].flatMap { state.starts[$0] } ?? 0
            let end = min(things.count, start + (request["_limit"].flatMap { Int($0) } ?? 100))
            var headers: [(String, String)] = []
            if end < things.count {
                let token = "t\(state.starts.count + 1)"
                state.starts[token] = end
                let query = request.parameters.filter { $0.name != "_token" } + [(name: "_token", value: token)]
                let text = query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
                headers = [("Next-Page", "https://tokens.example\(request.path)?\(text)")]
            }
            let rows = things[min(start, end)..<end].map { thing -> JSONValue in
                [
                    "id": .number(JSONNumber(Int64(thing.id))), "changed": .number(JSONNumber(thing.changed)),
                    "title": .string("thing \(thing.id)"),
                ]
            }
            return .json(["data": .array(rows)], headers: headers)
        }
    }
}
