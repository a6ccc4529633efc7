import Columns
import Tributary

/// An HTTP client without a network: a closure answers, and every request is recorded.
public final class ScriptedHTTPClient: HTTPClient {
    /// An answer of the script.
    public struct Answer: Sendable {
        public var status: Int
        public var headers: [(String, String)]
        public var body: String

        public init(_ status: Int = 200, _ body: String = "", headers: [(String, String)] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        /// An answer of JSON.
        public static func json(_ value: JSONValue, status: Int = 200, headers: [(String, String)] = []) -> Answer {
            Answer(status, value.text, headers: [("Content-Type", "application/json")] + headers)
        }
    }

    private let script: @Sendable (RecordedRequest) throws -> Answer
    private let recorded = Lock<[RecordedRequest]>([])

    /// - Parameter script: called for each request, in the order in which they come.
    public init(_ script: @escaping @Sendable (RecordedRequest) throws -> Answer) { self.script = script }

    /// A client that answers from a list, and with its last answer from then on.
    public convenience init(_ answers: Answer...) {
        self.init { answers[min($0.index, answers.count - 1)] }
    }

    /// What was asked, in order.
    public var requests: [RecordedRequest] { recorded.withLock { $0 } }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let seen = recorded.withLock { all in
            all.append(RecordedRequest(request, index: all.count))
            return all[all.count - 1]
        }
        let answer = try script(seen)
        return HTTPResponse(
            status: answer.status, headers: HTTPHeaders(answer.headers), url: seen.url,
            body: HTTPBody(Array(answer.body.utf8)))
    }
}

/// A request as it would have gone over the wire, secrets included.
public struct RecordedRequest: Sendable {
    public let method: HTTPMethod
    /// With the whole query.
    public let url: String
    public let headers: [String: String]
    public let body: [UInt8]
    /// How many requests came before.
    public let index: Int
    public let options: HTTPRequest.Options

    init(_ request: HTTPRequest, index: Int) {
        let items = request.query.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value.text) }
        let separator = request.url.contains("?") ? "&" : "?"
        url = items.isEmpty ? request.url : request.url + separator + items.joined(separator: "&")
        method = request.method
        headers = Dictionary(
            request.headers.fields.map { ($0.name.lowercased(), $0.value.text) }, uniquingKeysWith: { $0 + ", " + $1 })
        body = request.body ?? []
        options = request.options
        self.index = index
    }

    /// The path, percent-encoded as it was sent.
    public var path: String { URLParts(url)?.path ?? "" }

    /// The parameters in order, decoded.
    public var parameters: [(name: String, value: String)] {
        (URLParts(url)?.query ?? "").split(separator: "&").map { part in
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (PercentEncoding.decode(pieces[0]), pieces.count > 1 ? PercentEncoding.decode(pieces[1]) : "")
        }
    }

    /// The last value of a parameter; nil when it was not sent.
    public subscript(parameter: String) -> String? { parameters.last { $0.name == parameter }?.value }

    /// The JSON body.
    public var json: JSONValue? { try? JSONValue(parsing: body) }
}

extension HTTPHeaders.Value {
    fileprivate var text: String {
        switch self {
        case .plain(let text): text
        case .secret(let prefix, let secret): prefix + secret.revealed
        }
    }
}
