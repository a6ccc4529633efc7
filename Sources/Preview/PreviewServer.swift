import FlyingFox
import FlyingSocks
import Foundation

import class Tributary.Lock
import struct Tributary.SourceError

/// Serves the preview of one source to one browser on this machine.
///
/// It listens on 127.0.0.1 alone. The address that it gives out holds a token that works once and is exchanged for a
/// cookie; every other request must carry the cookie, and name this host, so that neither another user's program nor a
/// page of another site (by a name that it makes point here) can use it.
public final class PreviewServer: Sendable {
    /// What the author opens: `http://127.0.0.1:PORT/start?token=…`.
    public let address: URL
    private let server: HTTPServer
    private let task: Task<Void, any Error>

    /// Starts the server and waits until it listens.
    ///
    /// - Parameter port: 0 takes a free one.
    /// - Throws: `SourceError` of kind `invalidConfig` when the port is taken, or not this user's to listen on.
    public init(_ session: PreviewSession, port: UInt16 = 0) async throws {
        let gate = PreviewGate()
        let routes = PreviewRoutes(session: session)
        let handler = ClosureHTTPHandler { request in
            switch await gate.admit(request) {
            case .refused(let answer): return answer
            case .admitted: return await routes.answer(request)
            }
        }
        let server = HTTPServer(
            address: try .inet(ip4: "127.0.0.1", port: port), timeout: 120, logger: .disabled, handler: handler)
        self.server = server
        let failure = Lock<(any Error)?>(nil)
        task = Task {
            do { try await server.run() } catch {
                failure.withLock { $0 = error }
                throw error
            }
        }
        // A server that cannot listen says so at once, and only here.
        while await !server.isListening {
            if let error = failure.withLock({ $0 }) {
                throw SourceError(
                    .invalidConfig, "Listening on 127.0.0.1:\(port): \(error.localizedDescription)",
                    advice: "Choose another --port, or none.")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        guard case .ip4(_, let port) = await server.listeningAddress,
            let url = URL(string: "http://127.0.0.1:\(port)/start?token=\(gate.token)")
        else { throw SourceError(.unreachable, "Listening on 127.0.0.1: the server has no address.") }
        await gate.listen(on: port)
        address = url
    }

    deinit { task.cancel() }

    /// Serves until the task is cancelled.
    public func serve() async throws {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
        try Task.checkCancellation()
    }

    /// Stops listening.
    public func stop() async { await server.stop() }
}

/// Lets in the one browser that opened the given address.
actor PreviewGate {
    /// What becomes of a request.
    enum Decision {
        case admitted
        case refused(HTTPResponse)
    }

    /// In the address that is given out; works once.
    nonisolated let token = PreviewGate.random()
    private let cookie = PreviewGate.random()
    private var isUsed = false
    private var hosts: Set<String> = []

    func listen(on port: UInt16) { hosts = ["127.0.0.1:\(port)", "localhost:\(port)"] }

    func admit(_ request: HTTPRequest) -> Decision {
        guard let host = request.headers[.host], hosts.contains(host) else {
            return refuse("This preview answers at the address that it printed, and at no other name.")
        }
        if let origin = request.headers[HTTPHeader("Origin")], !hosts.contains(where: { origin == "http://\($0)" }) {
            return refuse("A page of another site cannot use this preview.")
        }
        if request.path == "/start" { return start(request) }
        let cookies = (request.headers[HTTPHeader("Cookie")] ?? "").split(separator: ";").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard cookies.contains("tributary_preview=\(cookie)") else {
            return refuse("Open the address that 'tributary preview' printed; start it again for a new one.")
        }
        return .admitted
    }

    private func start(_ request: HTTPRequest) -> Decision {
        let given = request.query.first { $0.name == "token" }?.value
        guard given == token, !isUsed else {
            return refuse("This address has been used. Start 'tributary preview' again for a new one.")
        }
        isUsed = true
        let fields: [HTTPHeader: String] = [
            HTTPHeader("Location"): "/",
            HTTPHeader("Set-Cookie"): "tributary_preview=\(cookie); Path=/; HttpOnly; SameSite=Strict",
            HTTPHeader("Cache-Control"): "no-store",
        ]
        return .refused(HTTPResponse(statusCode: .found, headers: HTTPHeaders(fields)))
    }

    private func refuse(_ text: String) -> Decision {
        .refused(
            HTTPResponse(
                statusCode: .forbidden, headers: HTTPHeaders([.contentType: "text/plain; charset=utf-8"]),
                body: Data(text.utf8)))
    }

    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
    }
}
