import Columns
import Tributary

@testable import Cassettes

/// An upstream made of a closure; keeps the URLs that were asked for.
final class StubHTTPClient: HTTPClient {
    private let answer: @Sendable (HTTPRequest) throws -> HTTPResponse
    private let asked = Lock<[String]>([])

    init(_ answer: @escaping @Sendable (HTTPRequest) throws -> HTTPResponse) { self.answer = answer }

    var urls: [String] { asked.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        asked.withLock { $0.append(request.shownURL) }
        return try answer(request)
    }
}

extension HTTPResponse {
    static func json(_ value: JSONValue, status: Int = 200, headers: [(String, String)] = []) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: HTTPHeaders([("content-type", "application/json")] + headers),
            url: "https://x.example/",
            body: HTTPBody(value.serialized()))
    }
}

extension HTTPRequest {
    /// The plain value of a parameter.
    func parameter(_ name: String) -> String? {
        let url = try? CanonicalURL(RequestKey.url(of: self))
        return url?.query.first { String(decoding: $0.name, as: UTF8.self) == name }?.value
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// A list as Stripe gives it: newest first, bounds on `created`, pages by `starting_after`.
final class ModelList: HTTPClient {
    private let rows: Lock<[(id: String, created: Int64)]>

    init(_ rows: [(id: String, created: Int64)]) { self.rows = Lock(rows) }

    /// Adds rows; lists show the newest first, of one second the one that came last.
    func add(_ more: [(id: String, created: Int64)]) { rows.withLock { $0 += more } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var list = rows.withLock { $0 }.reversed().enumerated()
            .sorted { ($1.element.created, $0.offset) < ($0.element.created, $1.offset) }.map(\.element)
        if let bound = request.parameter("created[gte]").flatMap({ Int64($0) }) {
            list.removeAll { $0.created < bound }
        }
        if let bound = request.parameter("created[lte]").flatMap({ Int64($0) }) {
            list.removeAll { $0.created > bound }
        }
        if let after = request.parameter("starting_after") {
            guard let index = list.firstIndex(where: { $0.id == after }) else {
                return .json(
                    ["error": ["message": .string("No such charge: '\(after)'"), "param": "starting_after"]],
                    status: 400)
            }
            list.removeSubrange(...index)
        }
        let size = request.parameter("limit").flatMap { Int($0) } ?? 10
        let data = list.prefix(size).map {
            JSONValue.object(JSONObject([("id", .string($0.id)), ("created", .number(JSONNumber($0.created)))]))
        }
        return .json(["object": "list", "data": .array(data), "has_more": .bool(list.count > size)])
    }
}
