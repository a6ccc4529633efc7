import Columns
import Foundation
import TestSupport
import Tributary

/// A source over ``DeskService``: conditions as text in one parameter, two columns to order by, and a password that is a
/// word.
struct DeskSource: RESTSource {
    static let description = SourceDescription(
        type: "Desk", label: "Desk", category: .payments, docs: "https://desk.example/api")

    struct Config: FormFields {
        @Input("User") var user: String
        @Input("Password") var password: Secret
        @Input("Leaves out what collides") var isClean = true
    }

    static let endpoints = [
        RESTEndpoint(
            "tickets", path: "/tickets", primaryKeys: ["id"], rows: "items",
            incremental: [
                RESTIncremental(
                    .datetime("Changed"),
                    start: RESTIncremental.Bound("query", template: "Changed >= '{value:yyyy-MM-dd HH:mm:ss} UTC'"))
            ], query: ["query": "id > 0", "orderby": "Changed", "orderby": "id", "fields": "Changed,Subject,Type"])
    ]

    /// In an order of its own, and with fewer members.
    let probe = "/tickets?query=id%20%3E%200&per_page=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://desk.example", authorization: .basic(config.user, config.password),
            paginator: .nextURL(from: "next_page"), pageSize: PageSize("per_page", 100))
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        var response = try client(for: config, in: context).response(to: inputs, from: Self.endpoints)
        guard config.isClean else { return response }
        response.items = response.items.mapRows { row in
            var row = row
            row["type"] = nil
            return row
        }
        return response
    }
}

/// The same service, with a condition in JSON that it does not heed.
struct PeopleSource: RESTSource {
    static let description = SourceDescription(
        type: "Desk", label: "Desk", category: .payments, docs: "https://desk.example/api")
    typealias Config = DeskSource.Config

    static let endpoints = [
        RESTEndpoint(
            "people", path: "/people", primaryKeys: ["id"], rows: "items",
            incremental: [
                RESTIncremental(
                    .datetime("Changed"),
                    start: RESTIncremental.Bound(
                        "query", format: .iso8601Seconds,
                        template: #"[{"field":"Changed","operator":">=","value":"{value}"}]"#))
            ], query: ["query": #"[{"field":"id","operator":">","value":0}]"#])
    ]

    let probe = "/people?per_page=1"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        try DeskSource().client(for: config, in: context)
    }
}

/// An API as that of Request Tracker: members in another order with each answer, links, in a header and in the body, that
/// spell a blank as a plus, members that differ by case, the members alone that were asked for.
final class DeskService: Sendable {
    private let tickets: Lock<[(id: Int, changed: Int, subject: String)]>
    private let isShuffled = Lock(false)

    init(tickets count: Int) {
        tickets = Lock((1...count).map { (id: $0, changed: $0 / 2 * 60, subject: "ticket \($0)") })
    }

    /// Changes a ticket, and adds one.
    func change() {
        tickets.withLock { tickets in
            let last = tickets.map(\.changed).max() ?? 0
            tickets[2].changed = last + 60
            tickets[2].subject = "changed"
            tickets.append((id: tickets.count + 1, changed: last + 120, subject: "new"))
        }
    }

    /// Gives members in the other order from now on.
    func shuffle() { isShuffled.withLock { $0.toggle() } }

    var client: any HTTPClient { ScriptedHTTPClient { self.answer($0) } }

    private func answer(_ request: RecordedRequest) -> ScriptedHTTPClient.Answer {
        guard request.headers["authorization"]?.contains("cm9vdDpwYXNzd29yZA==") == true else {
            return .json(["message": "Unauthorized"], status: 401)
        }
        let query = request["query"]?.replacing("+", with: " ") ?? ""
        var found = tickets.withLock { $0 }
        if let bound = query.firstMatch(of: /^Changed >= '(.*) UTC'$/) {
            let moment = TimestampParser.microseconds(String(bound.1)) ?? 0
            found = found.filter { TimestampParser.microseconds(Self.moment($0.changed)) ?? 0 >= moment }
        } else if request.path == "/tickets", query != "id > 0" {
            return .json(["message": "No such query"], status: 400)
        }
        let order = request.parameters.filter { $0.name == "orderby" }.map(\.value)
        if order == ["Changed", "id"] { found.sort { ($0.changed, $0.id) < ($1.changed, $1.id) } }
        let size = request["per_page"].flatMap { Int($0) } ?? 20
        let page = request["page"].flatMap { Int($0) } ?? 1
        let start = min(found.count, (page - 1) * size)
        let rows = found[start..<min(found.count, start + size)]
        let isReversed = request.index.isMultiple(of: 2) != isShuffled.withLock { $0 }
        var headers: [(String, String)] = []
        var answer: JSONObject = [
            "items": .array(rows.map { row($0, request["fields"] ?? "", isReversed: isReversed) }),
            "total": Self.number(found.count), "page": Self.number(page), "per_page": Self.number(size),
        ]
        if start + size < found.count {
            let rest = request.parameters.filter { $0.name != "page" } + [(name: "page", value: "\(page + 1)")]
            let text = rest.map {
                "\($0.name)=\(PercentEncoding.encode($0.value.replacing("+", with: " ")).replacing("%20", with: "+"))"
            }
            let url = "https://desk.example\(request.path)?\(text.joined(separator: "&"))"
            answer["next_page"] = .string(url)
            headers = [("Link", "<\(url)>; rel=\"next\"")]
        }
        return .json(.object(answer), headers: headers)
    }

    private func row(
        _ ticket: (id: Int, changed: Int, subject: String), _ fields: String, isReversed: Bool
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", Self.number(ticket.id)), ("Changed", .string(Self.moment(ticket.changed))), ("type", "ticket"),
        ]
        if fields.contains("Subject") { members.append(("Subject", .string(ticket.subject))) }
        if fields.contains("Type") {
            members.append(("Type", .string(ticket.id.isMultiple(of: 3) ? "incident" : "wish")))
        }
        return .object(JSONObject(isReversed ? members.reversed() : members))
    }

    private static func moment(_ seconds: Int) -> String {
        CursorValue.timestamp(1_767_225_600_000_000 + Int64(seconds) * 1_000_000).storedText
    }

    private static func number(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
}
