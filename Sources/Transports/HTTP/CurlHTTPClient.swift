import CCurl
import Tributary

/// Keeps the loop's thread as long as a client or a body needs it.
final class CurlSession: Sendable {
    let loop: CurlLoop

    init(_ settings: HTTPConfiguration) { loop = CurlLoop(settings) }

    deinit { loop.stop() }
}

/// The live HTTP client: libcurl on a thread of its own, with connections that are reused, HTTP/2 where the server offers
/// it, and bodies that flow only as fast as they are read.
///
/// Each client asks one policy, at the time of connecting, about every address it is about to dial, and keeps its own pool
/// of connections, so that no request can take a connection which another policy has allowed. It neither retries nor
/// limits rates: ``RetryingHTTPClient`` and ``RateLimitedHTTPClient`` do, and ``LiveHTTP`` puts them together.
///
/// Cost: a thread per client; up to `highWaterMark` bytes for each body that is being read, and 256 KiB more when it is
/// compressed.
public final class CurlHTTPClient: HTTPClient {
    private let session: CurlSession
    private let policy: AddressPolicy
    private let settings: HTTPConfiguration

    /// Makes a client, which starts its thread.
    public init(policy: AddressPolicy, settings: HTTPConfiguration = HTTPConfiguration()) {
        self.policy = policy
        self.settings = settings
        session = CurlSession(settings)
    }

    /// Shares a session, and so its connections, with another client. Only for the proof that the policy still holds then.
    init(policy: AddressPolicy, settings: HTTPConfiguration, session: CurlSession) {
        self.policy = policy
        self.settings = settings
        self.session = session
    }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await RedirectRules.following(request, settings) { _, sent in try await exchange(sent) }
    }

    private func exchange(_ request: WireRequest) async throws -> HTTPResponse {
        let transfer = CurlTransfer(request, settings: settings, policy: policy)
        let loop = session.loop
        let head = try await withTaskCancellationHandler {
            try await transfer.head { loop.post(.start(transfer)) }
        } onCancel: {
            loop.post(.cancel(transfer))
        }
        let body = ResponseBody(transfer, session, inflater: try inflater(for: head, of: request))
        return HTTPResponse(
            status: head.status, headers: head.headers, url: request.publicURL, body: HTTPBody { try await body.next() }
        )
    }

    private func inflater(for head: ResponseHead, of request: WireRequest) throws -> BodyInflater? {
        try BodyInflater.make(for: head.headers, of: request, settings)
    }
}
