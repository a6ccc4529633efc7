import Columns
import Foundation
import TestSupport
import Tributary

/// A source over lists that take an open span of time as one parameter, as the OGC's API for features has it.
struct SpanSource: RESTSource {
    static let description = SourceDescription(
        type: "Span", label: "Span", category: .engineering, docs: "https://span.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "buoys", path: "/buoys/items", primaryKeys: ["id"], rows: "features",
            lifting: ["updated": "properties.updated"],
            incremental: [
                RESTIncremental(
                    .datetime("updated"), start: RESTIncremental.Bound("datetime", template: "{value}/.."))
            ], query: ["sortby": "+updated"])
    ]

    let probe = "/me"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://span.example", paginator: .offset(total: "numberMatched"),
            pageSize: PageSize("limit", 100))
    }
}

/// A list of a few rows, oldest first, which states under a name of its own how many there are.
struct SpanService: Sendable {
    let rows: Int

    var client: any HTTPClient {
        ScriptedHTTPClient { request in
            if request.path == "/me" { return .json(["id": 1]) }
            let since = request["datetime"].map { $0.replacing("/..", with: "") } ?? ""
            let all = (1...rows).map { ($0, "2026-03-0\($0)T06:00:00Z") }.filter { $0.1 >= since }
            let (start, size) = (Int(request["offset"] ?? "") ?? 0, Int(request["limit"] ?? "") ?? 10)
            let features = all.dropFirst(start).prefix(size).map { id, moment -> JSONValue in
                ["id": .string("buoy-\(id)"), "properties": ["updated": .string(moment)]]
            }
            return .json([
                "type": "FeatureCollection", "features": .array(Array(features)),
                "numberMatched": .number(JSONNumber(Int64(all.count))), "numberReturned": 5,
            ])
        }
    }
}
