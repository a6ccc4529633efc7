import Columns
import Tributary

/// Notes each request that a source makes, secrets masked, and what came of it.
struct WatchedHTTPClient: HTTPClient {
    let base: any HTTPClient
    let log: RequestLog
    /// Masks the secrets of the config in a text.
    let redact: @Sendable (String) -> String

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = log.began("\(request.method.rawValue) \(Self.text(request))\(body(of: request))")
        do {
            let response = try await base.send(request)
            log.ended(number, "\(response.status)")
            return response
        } catch {
            log.ended(number, (error as? SourceError)?.message ?? "\(error)")
            throw error
        }
    }

    /// A JSON body on one line, long texts cut: the requests of GraphQL and of searches differ in nothing else.
    private func body(of request: HTTPRequest) -> String {
        guard let bytes = request.body, bytes.count <= 1 << 16, let value = try? JSONValue(parsing: bytes) else {
            return ""
        }
        let text = shortened(value).text
        return " " + (text.count > 400 ? text.prefix(399) + "…" : text)
    }

    private func shortened(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text):
            let line = redact(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return .string(line.count > 60 ? line.prefix(59) + "…" : line)
        case .array(let items): return .array(items.map(shortened))
        case .object(let object): return .object(JSONObject(object.members.map { ($0.name, shortened($0.value)) }))
        default: return value
        }
    }

    private static func text(_ request: HTTPRequest) -> String {
        let query = request.query.map { item in
            switch item.value {
            case .plain(let text): "\(item.name)=\(text)"
            case .secret(let prefix, _): "\(item.name)=\(prefix)\(Secret.mask)"
            }
        }.joined(separator: "&")
        if query.isEmpty { return request.url }
        return request.url + (request.url.contains("?") ? "&" : "?") + query
    }
}

/// The requests of a sample, the first ones kept.
final class RequestLog: Sendable {
    private struct State {
        var count = 0
        var kept: [(request: String, answer: String)] = []
    }

    private static let limit = 200
    private let state = Lock(State())

    func began(_ request: String) -> Int {
        state.withLock { state in
            state.count += 1
            if state.kept.count < Self.limit { state.kept.append((request, "")) }
            return state.count - 1
        }
    }

    func ended(_ number: Int, _ answer: String) {
        state.withLock { if $0.kept.indices.contains(number) { $0.kept[number].answer = answer } }
    }

    var json: JSONValue {
        let (count, kept) = state.withLock { ($0.count, $0.kept) }
        let lines = kept.map { JSONValue.array([.string($0.request), .string($0.answer)]) }
        return ["count": PreviewText.number(count), "lines": .array(lines)]
    }
}
