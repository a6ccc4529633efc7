import Columns
import Foundation
import TestSupport
import Tributary

/// A source that searches for the trials of each study by POST: the body names the study, and a condition as text bounds
/// them in time.
struct StudySource: RESTSource {
    static let description = SourceDescription(
        type: "Studies", label: "Studies", category: .payments, docs: "https://studies.example/api")

    struct Config: FormFields { init() {} }

    static let endpoints = [
        RESTEndpoint(
            "studies", path: "/studies/search", method: .post, primaryKeys: ["id"], rows: "studies", body: [:]),
        RESTEndpoint(
            "trials", path: "/trials/search", method: .post, primaryKeys: ["study_id", "id"], rows: "trials",
            rowsMayBeMissing: true, lifting: ["id": "info.id", "at": "info.at"],
            incremental: [
                RESTIncremental(
                    .datetime("at"),
                    start: RESTIncremental.Bound(
                        .body("filter"), format: .epochMilliseconds, template: "info.at >= {value}"))
            ],
            parent: RESTParent("studies", columns: ["id": "study_id"]),
            body: ["study_ids": ["{studies.id}"], "order_by": ["info.at ASC"]]),
    ]

    let probe = "/version"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://studies.example",
            paginator: .cursor(parameter: .body("page_token"), from: "next_page_token"),
            pageSize: PageSize(.body("max_results"), 100))
    }
}

/// Studies with so many trials each. An empty list is left out, as protocol buffers are.
struct StudyService: Sendable {
    let trials: [Int]

    var client: any HTTPClient {
        ScriptedHTTPClient { request in
            guard let body = try? JSONValue(parsing: request.body) else { return .json(["version": "2"]) }
            if request.url.contains("/studies/search") {
                return page("studies", trials.indices.map { ["id": .string("\($0 + 1)"), "kind": "study"] }, body)
            }
            let study = body["study_ids"]?.array?.first?.string.flatMap { Int($0) } ?? 0
            let since = body["filter"]?.string?.split(separator: " ").last.flatMap { Int64($0) } ?? 0
            guard trials.indices.contains(study - 1) else { return .json(["error": "no such study"]) }
            return page("trials", rows(study).filter { $0["info"]?["at"]?.int64 ?? 0 >= since }, body)
        }
    }

    private func rows(_ study: Int) -> [JSONValue] {
        (0..<trials[study - 1]).map { number in
            let at = 1_767_225_600_000 + Int64(study * 10 + number) * 3_600_000
            return [
                "info": ["id": .string("t\(number + 1)"), "at": .number(JSONNumber(at)), "state": "done"],
                "data": ["score": .number(JSONNumber(Int64(number)))],
            ]
        }
    }

    private func page(_ name: String, _ rows: [JSONValue], _ body: JSONValue) -> ScriptedHTTPClient.Answer {
        let size = Int(body["max_results"]?.int64 ?? 100)
        let start = body["page_token"]?.string.flatMap { Int($0.dropFirst(3)) } ?? 0
        let end = min(rows.count, start + size)
        var answer = JSONObject()
        if start < end { answer[name] = .array(Array(rows[start..<end])) }
        if end < rows.count { answer["next_page_token"] = .string("tok\(end)") }
        return .json(.object(answer))
    }
}
