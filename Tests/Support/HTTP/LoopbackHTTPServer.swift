import FlyingFox
import FlyingSocks
import Foundation
import Tributary

/// A real HTTP/1.1 server on 127.0.0.1 for tests: a closure answers, and every request is kept.
public final class LoopbackHTTPServer: Sendable {
    /// A request as the server got it.
    public struct Request: Sendable {
        public var method: String
        /// Without the query.
        public var path: String
        public var query: [(name: String, value: String)]
        /// Names in lower case; several values of one field are joined by commas.
        public var headers: [String: String]
        public var body: [UInt8]
        /// Address and port of the peer: one for each connection.
        public var peer: String

        /// The first value of a query item.
        public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
    }

    /// What the server answers.
    public struct Answer: Sendable {
        public var status: Int
        public var headers: [(String, String)]
        public var body: [UInt8]
        /// How long the server thinks before it answers.
        public var delay: Duration?

        public init(_ status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = [], delay: Duration? = nil) {
            (self.status, self.headers, self.body, self.delay) = (status, headers, body, delay)
        }

        /// Text, with status 200.
        public static func text(_ text: String) -> Answer { Answer(body: Array(text.utf8)) }

        /// JSON text, with status 200 unless another is given.
        public static func json(_ text: String, status: Int = 200) -> Answer {
            Answer(status, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
        }

        /// A redirect.
        public static func redirect(_ status: Int = 302, to location: String) -> Answer {
            Answer(status, headers: [("Location", location)])
        }

        /// Status 429; `retryAfter` is the field's value: seconds or a date.
        public static func rateLimited(retryAfter: String?) -> Answer {
            Answer(429, headers: retryAfter.map { [("Retry-After", $0)] } ?? [])
        }

        /// The same answer after a pause.
        public func after(_ delay: Duration) -> Answer {
            var copy = self
            copy.delay = delay
            return copy
        }
    }

    /// The port it listens on.
    public let port: Int
    private let server: HTTPServer
    private let task: Task<Void, any Error>
    private let log = Lock<[Request]>([])

    /// Starts the server and waits until it listens.
    public init(_ answer: @escaping @Sendable (Request) async throws -> Answer) async throws {
        let log = log
        let handler = ClosureHTTPHandler { request in
            let request = try await Request(request)
            log.withLock { $0.append(request) }
            return try await answer(request).response()
        }
        let server = HTTPServer(
            address: try .inet(ip4: "127.0.0.1", port: 0), timeout: 600, logger: .disabled, handler: handler)
        self.server = server
        task = Task { try await server.run() }
        try await server.waitUntilListening(timeout: 30)
        guard case .ip4(_, let port) = await server.listeningAddress else {
            throw ServerProcess.Failure(description: "Listening on 127.0.0.1: the server has no address.")
        }
        self.port = Int(port)
    }

    deinit { task.cancel() }

    /// `http://127.0.0.1:port`.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// What has come so far, in order.
    public var requests: [Request] { log.withLock { $0 } }

    /// How many connections have brought requests.
    public var connectionCount: Int { Set(requests.map(\.peer)).count }

    /// Ends the server.
    public func stop() async { await server.stop() }
}

extension LoopbackHTTPServer.Request {
    fileprivate init(_ request: FlyingFox.HTTPRequest) async throws {
        method = request.method.rawValue
        path = request.path
        query = request.query.map { ($0.name, $0.value) }
        headers = [:]
        for key in request.headers.keys {
            headers[key.rawValue.lowercased()] = request.headers.values(for: key).joined(separator: ", ")
        }
        body = Array(try await request.bodyData)
        peer = request.remoteAddress.map { "\($0)" } ?? ""
    }
}

extension LoopbackHTTPServer.Answer {
    fileprivate func response() async throws -> FlyingFox.HTTPResponse {
        if let delay { try await Task.sleep(for: delay) }
        var fields = FlyingFox.HTTPHeaders()
        for (name, value) in headers { fields.addValue(value, for: HTTPHeader(name)) }
        return HTTPResponse(statusCode: HTTPStatusCode(status, phrase: "-"), headers: fields, body: Data(body))
    }
}
