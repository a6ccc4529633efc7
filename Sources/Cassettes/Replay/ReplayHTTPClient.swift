import Columns
import Foundation
import Tributary

/// Answers exactly what one state of a scenario recorded, and nothing else.
///
/// It never reaches the network. A request that was not recorded fails with the nearest recorded ones beside it; the
/// failure is kept as well, so ``finish(schemas:syncType:leaving:)`` reports it even if the source swallowed it. Time
/// does not pass. The client may be used from several tasks at once.
public final class ReplayHTTPClient: HTTPClient {
    /// The scenario and state for messages, such as `stripe/billing at t1`.
    public let place: String
    private let recording: RecordedState
    private let book: Lock<ReplayBook>

    /// Opens the recorded HTTP of one state.
    ///
    /// - Parameter place: the scenario and state for messages.
    init(_ recording: RecordedState, place: String) {
        self.place = place
        self.recording = recording
        book = Lock(
            ReplayBook(exchanges: recording.exchanges.map(\.exchange), keys: recording.keys, rules: recording.rules))
    }

    /// Serves the recorded answer; follows recorded redirects if the request says so, without carrying credentials to
    /// another origin.
    ///
    /// - Throws: `SourceError` of kind `unmatchedRequest`, or the transport's failure that was recorded.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        var hop = request
        for _ in 0..<10 {
            let response = try answer(to: hop)
            guard request.options.followsRedirects, let next = Redirect(response, to: hop)?.request else {
                return response
            }
            hop = next
        }
        throw SourceError(.unexpectedAnswer, "Replaying \(shown(request)): more than 10 redirects came.")
    }

    /// Exchanges that nobody asked for.
    ///
    /// - Parameters:
    ///   - schemas: the schemas that were read; nil means all.
    ///   - syncType: how they were read; nil means in every way.
    public func unused(schemas: Set<String>? = nil, syncType: SyncType? = nil) -> [String] {
        book.withLock { book in
            zip(book.exchanges, book.served).compactMap { exchange, served in
                let wasRead = schemas.map { !$0.isDisjoint(with: exchange.schemas) } ?? true
                let isOfRun = syncType.map { exchange.syncTypes.isEmpty || exchange.syncTypes.contains($0) } ?? true
                return served == 0 && wasRead && isOfRun && !exchange.isOptional ? exchange.id : nil
            }
        }
    }

    /// Ends the replay: proves that every request was recorded and every recorded one asked for.
    ///
    /// - Parameters:
    ///   - schemas: the schemas that were read; nil means all.
    ///   - syncType: how they were read; nil means in every way.
    ///   - leaving: ids of exchanges that may stay, for a run that was cut short on purpose.
    /// - Throws: the first `unmatchedRequest`, or a `SourceError` of kind `unusedExchanges` that lists them.
    public func finish(
        schemas: Set<String>? = nil, syncType: SyncType? = nil, leaving: Set<String> = []
    ) throws {
        if let miss = book.withLock({ $0.miss }) { throw miss }
        let unused = unused(schemas: schemas, syncType: syncType).filter { !leaving.contains($0) }
        guard !unused.isEmpty else { return }
        let shown =
            unused.prefix(10).joined(separator: ", ") + (unused.count > 10 ? " and \(unused.count - 10) more" : "")
        throw SourceError(
            .unusedExchanges, "Ending the replay of \(place): nobody asked for \(shown).",
            advice: "The source stopped early, or the recording holds more than the run needs.")
    }

    /// How many requests were answered so far.
    public var requestCount: Int { book.withLock { $0.served.reduce(0, +) } }

    private func answer(to request: HTTPRequest) throws -> HTTPResponse {
        let key: RequestKey
        do {
            key = try RequestKey(request, rules: recording.rules)
        } catch let problem as CanonicalURL.Problem {
            throw SourceError(.unmatchedRequest, "Replaying \(shown(request)): \(problem.text).")
        }
        switch book.withLock({ $0.serve(key) }) {
        case .success(let index): return try response(of: recording.exchanges[index], to: request)
        case .failure(let error): throw keep(missed(request, key: key, why: error.miss))
        }
    }

    private func response(of recorded: RecordedExchange, to request: HTTPRequest) throws -> HTTPResponse {
        let (exchange, bytes) = (recorded.exchange, recorded.body)
        if let failure = exchange.response.failure, exchange.response.status == 0 {
            let timedOut = failure.code == "CURLE_OPERATION_TIMEDOUT"
            throw SourceError(
                timedOut ? .timedOut : .unreachable, "Sending \(shown(request)): \(failure.message).",
                recovery: .retry(after: nil))
        }
        guard bytes.count <= request.options.maxBodyBytes else {
            throw SourceError(
                .limitExceeded,
                "Reading the answer to \(shown(request)): it has \(bytes.count) bytes, more than the limit of \(request.options.maxBodyBytes)."
            )
        }
        // The stored body is decoded, and may have been laid out anew for readers.
        let dropped: Set<String> = ["content-length", "transfer-encoding", "content-encoding"]
        var headers = HTTPHeaders(exchange.response.headers.filter { !dropped.contains($0.name.lowercased()) })
        headers["content-length"] = String(bytes.count)
        return HTTPResponse(
            status: exchange.response.status, headers: headers, url: RequestKey.url(of: request), body: HTTPBody(bytes))
    }

    private func keep(_ miss: SourceError) -> SourceError {
        book.withLock { $0.miss = $0.miss ?? miss }
        return miss
    }

    private func missed(_ request: HTTPRequest, key: RequestKey, why: ReplayBook.Miss) -> SourceError {
        let bytes = FileManager.default.contents(atPath: recording.index.path).map { [UInt8]($0) } ?? []
        let report = MissReport(request: request, key: key, file: recording.index.lastPathComponent, har: bytes)
        return SourceError(
            .unmatchedRequest,
            "Replaying \(shown(request)) in \(place): "
                + book.withLock { report.text(why, exchanges: $0.exchanges, keys: $0.keys) },
            advice: "Compare the source's request with the recording; a new request needs a new recording.")
    }

    private func shown(_ request: HTTPRequest) -> String {
        "\(request.method.rawValue) \(request.shownURL)"
    }
}

extension HTTPRequest {
    /// The URL for messages: query values that are secret are masked.
    var shownURL: String {
        var copy = self
        copy.query = query.map { item in
            if case .secret = item.value { QueryItem(item.name, Secret.mask) } else { item }
        }
        return RequestKey.url(of: copy)
    }
}
