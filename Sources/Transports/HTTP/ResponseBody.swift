import Tributary

/// The reading end of a transfer. When nobody holds it any more, the rest of the body is not fetched.
final class ResponseBody: Sendable {
    private let transfer: CurlTransfer
    private let session: CurlSession
    private let inflater: Lock<BodyInflater?>

    init(_ transfer: CurlTransfer, _ session: CurlSession, inflater: BodyInflater?) {
        self.transfer = transfer
        self.session = session
        self.inflater = Lock(inflater)
    }

    deinit { if !transfer.hasEnded { session.loop.post(.cancel(transfer)) } }

    /// The next bytes, inflated; nil at the end.
    func next() async throws -> [UInt8]? {
        try Task.checkCancellation()
        while true {
            if let piece = try inflate({ try $0.next() }) { return piece }
            let wire = try await withTaskCancellationHandler {
                try await transfer.nextBytes { session.loop.post(.resume(transfer)) }
            } onCancel: {
                session.loop.post(.cancel(transfer))
            }
            guard let wire else {
                _ = try inflate { try $0.finish() }
                return nil
            }
            let isCompressed = inflater.withLock { inflater in
                inflater?.feed(wire)
                return inflater != nil
            }
            if !isCompressed { return wire }
        }
    }

    private func inflate<Piece>(_ body: (BodyInflater) throws -> Piece?) throws -> Piece? {
        do {
            return try inflater.withLock { try $0.flatMap(body) }
        } catch let problem as BodyInflater.Problem {
            session.loop.post(.cancel(transfer))
            throw problem.error(of: transfer.request, transfer.settings)
        }
    }
}
