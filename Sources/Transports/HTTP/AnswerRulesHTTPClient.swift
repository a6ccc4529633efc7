import Tributary

/// What the live client does with answers above libcurl, over any wire: it follows redirects by its rules, holds bodies
/// to their announced length and to their limits, and inflates them.
struct AnswerRulesHTTPClient: HTTPClient {
    private let wire: any HTTPClient
    private let settings: HTTPConfiguration

    /// - Parameter wire: gives each answer as it came: one hop, the body still coded.
    init(_ wire: any HTTPClient, settings: HTTPConfiguration = HTTPConfiguration()) {
        self.wire = wire
        self.settings = settings
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await RedirectRules.following(request, settings) { hop, sent in
            var single = hop
            single.options.followsRedirects = false
            var response = try await wire.send(single)
            response.url = sent.publicURL
            if sent.method != .head { response.body = try body(of: response, to: sent) }
            return response
        }
    }

    private func body(of response: HTTPResponse, to request: WireRequest) throws -> HTTPBody {
        let length = response.headers["Content-Length"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
        let inflater = try BodyInflater.make(for: response.headers, of: request, settings)
        if inflater == nil, let length, length > request.options.maxBodyBytes { throw BodyLimit.error(request) }
        let ruled = RuledBody(response.body, of: request, length: length, inflater: inflater, settings)
        return HTTPBody { try await ruled.next() }
    }
}

/// A body that is held to its length and limit, and inflated, as it is read.
final class RuledBody: Sendable {
    private struct State: Sendable {
        var received = 0
        var inflater: BodyInflater?
    }

    private let wire: HTTPBody
    private let request: WireRequest
    private let length: Int?
    private let settings: HTTPConfiguration
    private let state: Lock<State>

    init(
        _ wire: HTTPBody, of request: WireRequest, length: Int?, inflater: BodyInflater?, _ settings: HTTPConfiguration
    ) {
        self.wire = wire
        self.request = request
        self.length = length
        self.settings = settings
        state = Lock(State(inflater: inflater))
    }

    /// The next bytes, inflated; nil at the end.
    func next() async throws -> [UInt8]? {
        while true {
            try Task.checkCancellation()
            if let piece = try inflate({ try $0.next() }) { return piece }
            guard let bytes = try await pull() else {
                _ = try inflate { try $0.finish() }
                return nil
            }
            let isCompressed = state.withLock { state in
                state.inflater?.feed(bytes)
                return state.inflater != nil
            }
            if !isCompressed { return bytes }
        }
    }

    /// The next bytes of the wire, up to the announced length.
    private func pull() async throws -> [UInt8]? {
        let before = state.withLock { $0.received }
        if let length, before >= length { return nil }
        guard var bytes = try await wire.chunk() else {
            guard let length, before < length else { return nil }
            throw SourceError(
                .unreachable,
                "Reading the body of \(request.label): the connection broke after \(before) bytes of the body, before its end.",
                recovery: .retry(after: nil))
        }
        if let length, before + bytes.count > length { bytes.removeLast(before + bytes.count - length) }
        guard before + bytes.count <= request.options.maxBodyBytes else { throw BodyLimit.error(request) }
        state.withLock { $0.received += bytes.count }
        return bytes
    }

    private func inflate<Piece>(_ body: (BodyInflater) throws -> Piece?) throws -> Piece? {
        do {
            return try state.withLock { try $0.inflater.flatMap(body) }
        } catch let problem as BodyInflater.Problem {
            throw problem.error(of: request, settings)
        }
    }
}
