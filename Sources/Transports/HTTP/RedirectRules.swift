import Tributary

/// Where a redirect leads, and what of a request may go there (RFC 9110, section 15.4).
enum RedirectRules {
    /// Fields that say nothing about who asks, and so may go to another origin. Any other field may hold a key.
    private static let harmlessFields: Set<String> = [
        "accept", "accept-language", "accept-encoding", "content-type", "user-agent", "range", "if-none-match",
        "if-modified-since",
    ]

    /// Sends a request and follows the redirects that come, as far as the rules and the settings allow.
    ///
    /// - Parameter exchange: sends one request and does not follow.
    static func following(
        _ request: HTTPRequest, _ settings: HTTPConfiguration,
        exchange: (HTTPRequest, WireRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let secrets = secrets(of: request)
        var current = request
        for _ in 0...settings.maxRedirects {
            try Task.checkCancellation()
            let sent = try WireRequest(current, userAgent: settings.userAgent)
            let response = try await exchange(current, sent)
            guard request.options.followsRedirects, isRedirect(response.status),
                let location = response.headers["Location"]
            else { return response }
            current = try next(
                after: current, sent: sent, status: response.status, location: location, secrets: secrets)
            await drain(response.body)
        }
        throw SourceError(
            .unexpectedAnswer,
            "Sending \(request.method.rawValue) \(try WireRequest(request, userAgent: "").shownURL): "
                + "more than \(settings.maxRedirects) redirects, one after another.")
    }

    /// A redirect's short body is read to its end, so that the connection can be used again.
    private static func drain(_ body: HTTPBody) async {
        var count = 0
        while count < 64 << 10, let chunk = try? await body.chunk() { count += chunk.count }
    }

    static func isRedirect(_ status: Int) -> Bool { [301, 302, 303, 307, 308].contains(status) }

    /// The request that follows a redirect.
    ///
    /// - Parameters:
    ///   - request: What was redirected.
    ///   - sent: The same in the words of the wire.
    ///   - location: The value of the field `Location`.
    ///   - secrets: What the first request of the chain held, in header fields and query.
    /// - Throws: `SourceError` of kind `unexpectedAnswer` when the way leads to another scheme, or would carry a secret
    ///   or a body to another origin.
    static func next(
        after request: HTTPRequest, sent: WireRequest, status: Int, location: String, secrets: [Secret]
    ) throws -> HTTPRequest {
        let target: CurlURL
        do {
            target = try CurlURL(location, relativeTo: sent.url)
        } catch {
            throw refusal(sent, "the place it redirects to cannot be used, \(error.reason)")
        }
        var next = request
        next.url = target.text
        next.query = []
        if becomesGet(request.method, status) {
            next.method = .get
            next.body = nil
            for name in ["Content-Type", "Content-Encoding", "Content-Language"] { next.headers.remove(name) }
        }
        guard target.origin != sent.url.origin else { return next }
        try checkLeak(of: secrets, into: target, sent)
        guard next.body == nil else {
            throw refusal(sent, "it redirects the request's body to another origin, \(target.masked)")
        }
        for field in request.headers.fields where !harmlessFields.contains(field.name.lowercased()) {
            next.headers.remove(field.name)
        }
        for field in request.headers.fields {
            if case .secret = field.value { next.headers.remove(field.name) }
        }
        return next
    }

    /// The secrets in a request's header fields and query.
    static func secrets(of request: HTTPRequest) -> [Secret] {
        (request.headers.fields.map(\.value) + request.query.map(\.value)).compactMap { value in
            if case .secret(_, let secret) = value { secret } else { nil }
        }
    }

    private static func becomesGet(_ method: HTTPMethod, _ status: Int) -> Bool {
        status == 303 ? method != .head : (status == 301 || status == 302) && method == .post
    }

    /// A server that copies our query into the new place would pass on a key that stands in it.
    private static func checkLeak(of secrets: [Secret], into target: CurlURL, _ sent: WireRequest) throws {
        for text in secrets.map(\.revealed) where !text.isEmpty {
            if target.text.contains(text) || target.text.contains(WireRequest.encode(text)) {
                throw refusal(sent, "it redirects to another origin, \(target.origin), with a secret in the URL")
            }
        }
    }

    private static func refusal(_ sent: WireRequest, _ what: String) -> SourceError {
        SourceError(
            .unexpectedAnswer, "Following the redirect of \(sent.label): \(what).",
            advice: "Use the address that the upstream documents, without a redirect.")
    }
}
