import Columns
import Foundation
import TestSupport
import Tributary

/// A source over lists that are asked for by a number of rows to skip, with a condition as the value of the field's own
/// parameter, as Redmine has it.
struct EchoSource: RESTSource {
    static let description = SourceDescription(
        type: "Echo", label: "Echo", category: .payments, docs: "https://echo.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "issues", path: "/issues", primaryKeys: ["id"], rows: "issues",
            incremental: [
                RESTIncremental(
                    .datetime("updated_on"), start: RESTIncremental.Bound("updated_on", template: ">={value}"))
            ], query: ["sort": "updated_on"]),
        RESTEndpoint("hours", path: "/hours", primaryKeys: ["id"], rows: "hours"),
        RESTEndpoint(
            "lost", path: "/hours", primaryKeys: ["id"], rows: "hours",
            paginator: .cursor(parameter: "after", from: "meta.next"), isSelectedByDefault: false),
    ]

    let probe = "/me"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://echo.example", paginator: .offset(total: "total_count"),
            pageSize: PageSize("limit", 100))
    }
}

/// Lists whose pages say again where they begin and how many rows were asked for.
struct EchoService: Sendable {
    var client: any HTTPClient {
        ScriptedHTTPClient { request in
            switch request.path {
            case "/me": return .json(["id": 1])
            case "/issues":
                let since = request["updated_on"].map { String($0.dropFirst(2)) } ?? ""
                return page(request, "issues", (1...24).filter { moment($0) >= since })
            default: return page(request, "hours", Array((1...20).reversed()))
            }
        }
    }

    private func moment(_ id: Int) -> String { "2026-02-\(id < 10 ? "0" : "")\(id)T09:30:00Z" }

    private func page(_ request: RecordedRequest, _ name: String, _ ids: [Int]) -> ScriptedHTTPClient.Answer {
        let (start, size) = (Int(request["offset"] ?? "") ?? 0, Int(request["limit"] ?? "") ?? 25)
        let rows = ids.dropFirst(start).prefix(size).map { id -> JSONValue in
            ["id": number(id), "updated_on": .string(moment(id)), "state": "open"]
        }
        return .json([
            name: .array(Array(rows)), "total_count": number(ids.count), "offset": number(start),
            "limit": number(size),
        ])
    }

    private func number(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
}
