import Tributary

/// Connections that break or say nothing, as the live transport reports them.
extension WireFault {
    /// The connection is reset before the answer's head is complete.
    static let reset = WireFault("a reset connection") { exchange in
        throw SourceError(
            .unreachable,
            "Sending \(exchange.label): the connection broke before the answer's head was complete.",
            recovery: .retry(after: nil))
    }

    /// Nobody listens.
    static let refused = WireFault("a refused connection") { exchange in
        throw SourceError(
            .unreachable, "Sending \(exchange.label): the host does not accept connections on port 443.",
            recovery: .retry(after: nil))
    }

    /// A connection that cannot be made in time.
    static let timeOut = WireFault("a time-out") { exchange in
        try await exchange.clock.sleep(for: .seconds(30))
        throw SourceError(
            .timedOut, "Sending \(exchange.label): no connection within 30 s.", recovery: .retry(after: nil))
    }

    /// The server accepts and never answers: the transport gives up when the request's idle time is over.
    static let stall = WireFault("a server that accepts and never answers") { exchange in
        let patience = exchange.request.options.idleTimeout
        try await exchange.clock.sleep(for: patience)
        throw SourceError(
            .timedOut, "Sending \(exchange.label): no complete answer head came within \(patience).",
            recovery: .retry(after: nil))
    }

    /// A byte a minute: the transport gives up when next to nothing came within the request's idle time.
    static let drip = WireFault("a body that comes a byte a minute") { exchange in
        var response = try await exchange.answer()
        let bytes = try await response.body.collect()
        let sent = Lock(0)
        let patience = max(exchange.request.options.idleTimeout, .seconds(60))
        response.body = HTTPBody {
            try await exchange.clock.sleep(for: .seconds(60))
            let count = sent.withLock {
                $0 += 1
                return $0
            }
            guard .seconds(60) * count < patience, count <= bytes.count else {
                throw SourceError(
                    .timedOut, "Reading the body of \(exchange.label): next to nothing came within \(patience).",
                    recovery: .retry(after: nil))
            }
            return [bytes[count - 1]]
        }
        return response
    }

    /// The connection is reset. For callers that name the index at once.
    static func reset(at index: Int) -> WireFault { reset.at(index) }
}
