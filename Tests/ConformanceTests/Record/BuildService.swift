import Columns
import Foundation
import TestSupport
import Tributary

/// A source over GraphQL as build servers have it: the last row's key leads on, newest first; times are seconds with a
/// fraction; the steps of a build are asked for by a variable.
struct BuildSource: RESTSource {
    static let description = SourceDescription(
        type: "Builds", label: "Builds", category: .payments, docs: "https://builds.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "builds", path: "/graphql", method: .post, primaryKeys: ["id"], rows: "data.builds.results",
            incremental: [
                .datetime(
                    "updateTime", parameter: .body("variables.filter.updatedAfter"), format: .epochSeconds,
                    isInclusive: false)
            ],
            sort: .unsorted,
            body: [
                "query": """
                query ($cursor: String, $limit: Int, $filter: Filter) {
                  builds(cursor: $cursor, limit: $limit, filter: $filter) { results { id creationTime updateTime state } }
                }
                """
            ],
            paginator: .lastRow("id", parameter: .body("variables.cursor")),
            pageSize: PageSize(.body("variables.limit"), 100),
            columnHints: ["creationTime": .float64], defaultLookback: .seconds(3_600)),
        RESTEndpoint(
            "steps", path: "/graphql", method: .post, primaryKeys: ["build", "name"], rows: "data.build.steps",
            parent: RESTParent("builds", columns: ["id": "build"]),
            body: [
                "query": "query ($build: ID!) { build(id: $build) { steps { name state } } }",
                "variables": ["build": "{builds.id}"],
            ]),
    ]

    let probe = "/graphql"

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let body = JSONObject([("query", "{ version }")])
        _ = try await client(for: config, in: context).send(RESTRequest(.post, "/graphql", body: body))
    }

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://builds.example",
            actions: [ResponseAction([200], field: "errors", .fail("The query was not answered."))])
    }
}

enum BuildService {
    /// So many builds, an hour apart, the newest first; their ids look like JSON.
    static func client(_ count: Int) -> any HTTPClient {
        ScriptedHTTPClient { request in
            guard let body = try? JSONValue(parsing: request.body), let text = body["query"]?.string else {
                return .json(["errors": ["no query"]])
            }
            if text == "{ version }" { return .json(["data": ["version": "1.13"]]) }
            let variables = body["variables"] ?? [:]
            if let build = variables["build"]?.string {
                let number = (1...count).first { id($0) == build } ?? 0
                let steps = (0..<number % 3).map { ["name": .string("step \($0)"), "state": "done"] as JSONValue }
                return .json(["data": ["build": ["steps": .array(steps)]]])
            }
            let after = variables["filter"]?["updatedAfter"]?.double ?? 0
            let all = (1...count).reversed().filter { seconds($0) + 60 > after }
            let start =
                variables["cursor"]?.string.flatMap { key in all.firstIndex { id($0) == key } }.map { $0 + 1 } ?? 0
            let end = min(all.count, start + Int(variables["limit"]?.int64 ?? 100))
            return .json(["data": ["builds": ["results": .array(all[start..<end].map(row))]]])
        }
    }

    private static func id(_ number: Int) -> String { "[\"build-\(number)\"]" }

    private static func seconds(_ number: Int) -> Double { 1_767_225_600.123456 + Double(number) * 3_600 }

    private static func row(_ number: Int) -> JSONValue {
        [
            "id": .string(id(number)), "state": "done", "creationTime": time(seconds(number)),
            "updateTime": time(seconds(number) + 60.25),
        ]
    }

    private static func time(_ seconds: Double) -> JSONValue {
        .number(JSONNumber(text: String(format: "%.6f", seconds)))
    }
}
