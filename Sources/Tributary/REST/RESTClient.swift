import Columns

/// A client for one upstream with one way of showing who it is: base URL, authorization, and what its lists share.
///
/// Every request goes to the base URL's origin; links to another one are refused. Errors quote the upstream's own words,
/// with the client's secrets masked.
public struct RESTClient: Sendable {
    let context: SourceContext
    let baseURL: String
    let authorization: Authorization
    let paginator: Paginator
    let pageSize: PageSize?
    let query: [QueryItem]
    let headers: HTTPHeaders
    let actions: [ResponseAction]
    let otherOrigins: [String]
    let followsRedirects: Bool
    private let redactor: Redactor

    /// - Parameters:
    ///   - context: what the source was handed.
    ///   - baseURL: paths of endpoints are appended to it.
    ///   - paginator: how lists are cut into pages, unless an endpoint says otherwise.
    ///   - pageSize: how many rows a page is asked to have, unless an endpoint says otherwise.
    ///   - query: parameters of every first request, such as a version; a next link has its own.
    ///   - headers: header fields of every request.
    ///   - actions: special answers, looked at after those of the endpoint.
    ///   - otherOrigins: further origins, as `https://files.example.com`, that requests and links may go to.
    ///   - followsRedirects: false for a host that a user supplies.
    public init(
        _ context: SourceContext, baseURL: String, authorization: Authorization = .none,
        paginator: Paginator = .singlePage, pageSize: PageSize? = nil,
        query: KeyValuePairs<String, String> = [:], headers: KeyValuePairs<String, String> = [:],
        actions: [ResponseAction] = [], otherOrigins: [String] = [], followsRedirects: Bool = true
    ) {
        self.context = context
        self.baseURL = baseURL
        self.authorization = authorization
        self.paginator = paginator
        self.pageSize = pageSize
        self.query = query.map { QueryItem($0.key, $0.value) }
        var fields = HTTPHeaders([("Accept", "application/json")])
        for (name, value) in headers { fields[name] = value }
        self.headers = fields
        self.actions = actions
        self.otherOrigins = otherOrigins
        self.followsRedirects = followsRedirects
        redactor = Redactor(authorization.secrets)
    }

    /// Gets a path under the base URL.
    ///
    /// - Throws: `SourceError` for every status of 300 and above, and for a body that is not JSON.
    public func get(_ path: String, query: KeyValuePairs<String, String> = [:]) async throws -> JSONValue {
        try await send(RESTRequest(.get, path, query: query.map { QueryItem($0.key, $0.value) }))
    }

    /// Sends a request and returns its JSON; null for an empty body.
    public func send(_ request: RESTRequest) async throws -> JSONValue {
        let answer = try await exchange(request, for: Purpose())
        guard let answer, !answer.document.bytes.isEmpty else { return .null }
        do {
            return try JSONValue(parsing: answer.document.bytes)
        } catch {
            throw redacting(RESTErrors.notJSON(answer, error, reading: nil))
        }
    }

    /// The rows of a list, page by page as they are asked for. For lists of tables and the like: the data path is the
    /// endpoint table.
    ///
    /// - Parameters:
    ///   - path: under the base URL.
    ///   - selector: the path of the rows in a page; empty when a page is the array.
    public func rows(
        _ path: String, at selector: String = "", query: KeyValuePairs<String, String> = [:]
    ) -> RESTRows {
        let endpoint = RESTEndpoint(path, path: path, primaryKeys: [], rows: selector, query: query)
        return RESTRows(list: RESTList(client: self, endpoint: endpoint))
    }
}

/// What an exchange is about, for rules and messages.
struct Purpose: Sendable {
    /// The table that is read.
    var table: String?
    var actions: [ResponseAction] = []
    /// Whether the request asks for a page behind the first.
    var isWithinWalk = false
}

// Sending.
extension RESTClient {
    /// Tries of an answer that an action says to retry.
    private static let attempts = 4

    /// An error without the secrets that requests carry.
    func redacting(_ error: SourceError) -> SourceError { context.redacting(error, by: redactor) }

    /// Sends a request and judges the answer's status; nil when an action says that there is nothing.
    func exchange(_ request: RESTRequest, for purpose: Purpose) async throws -> RESTAnswer? {
        do {
            return try await judgedAnswer(to: request, purpose)
        } catch let error as SourceError {
            throw redacting(error)
        }
    }

    private func judgedAnswer(to request: RESTRequest, _ purpose: Purpose) async throws -> RESTAnswer? {
        var refusedToken: Secret?
        var attempt = 1
        while true {
            let token = try await token(insteadOf: refusedToken)
            var sent = try transportRequest(request, token: token)
            sent.options.unretriedStatuses = Set((purpose.actions + actions).flatMap(\.finalStatuses))
            let answer = try await answer(to: sent)
            if answer.status == 401, let token, refusedToken == nil {
                refusedToken = token
                continue
            }
            guard let action = action(for: answer, purpose) else {
                if (200..<300).contains(answer.status) { return answer }
                throw RESTErrors.error(
                    for: answer, reading: purpose.table, isWithinWalk: purpose.isWithinWalk, now: context.clock.now)
            }
            switch action.outcome {
            case .ignore: return nil
            case .fail(let message, let kind): throw SourceError(kind, message)
            case .expireResumeToken:
                throw SourceError(
                    .resumeTokenExpired,
                    "\(RESTErrors.subject(purpose.table)): the upstream no longer knows the position.")
            case .retry:
                try await pause(after: answer, attempt, purpose)
                attempt += 1
            }
        }
    }

    private func action(for answer: RESTAnswer, _ purpose: Purpose) -> ResponseAction? {
        (purpose.actions + actions).first { $0.matches(answer) }
    }

    private func pause(after answer: RESTAnswer, _ attempt: Int, _ purpose: Purpose) async throws {
        let asked = answer.headers.retryAfter(now: context.clock.now)
        let wait = asked ?? .seconds(1 << (attempt - 1))
        guard attempt < Self.attempts, wait <= .seconds(60) else {
            let quote = RESTErrors.words(of: answer).map { ": “\($0)”" } ?? ""
            var error = SourceError(
                .upstreamFailure,
                "\(RESTErrors.subject(purpose.table)): the upstream asked \(attempt) times to try again later\(quote).",
                recovery: .retry(after: asked))
            error.wasRetried = true
            throw error
        }
        try await context.clock.sleep(for: wait)
    }

    private func token(insteadOf refused: Secret?) async throws -> Secret? {
        guard case .oauth(let integration) = authorization.kind else { return nil }
        return try await context.tokens.accessToken(for: integration, insteadOf: refused, in: context)
    }

    private func answer(to request: HTTPRequest) async throws -> RESTAnswer {
        let response = try await context.http.send(request)
        let bytes = try await response.body.collect()
        return RESTAnswer(
            status: response.status, headers: response.headers, url: response.url, document: JSONDocument(bytes))
    }

    /// The request as the transport takes it.
    func transportRequest(_ request: RESTRequest, token: Secret?) throws -> HTTPRequest {
        let url = try target(of: request.path)
        var headers = headers
        for field in request.headers.fields {
            headers.remove(field.name)
            switch field.value {
            case .plain(let value): headers.add(field.name, value)
            case .secret(let prefix, let secret): headers.set(field.name, prefix: prefix, secret: secret)
            }
        }
        var sent = HTTPRequest(request.method, url.text, query: request.query, headers: headers)
        if let body = request.body {
            sent.headers["Content-Type"] = sent.headers["Content-Type"] ?? "application/json"
            sent.body = JSONValue.object(body).serialized()
        }
        sent.options.isIdempotent = request.method == .post ? true : nil
        sent.options.followsRedirects = followsRedirects
        sent.page = request.page
        authorization.apply(to: &sent, token: token)
        return sent
    }
}

// Where requests go.
extension RESTClient {
    /// The URL of a path under the base, or of an absolute URL that the client may ask.
    func target(of path: String) throws -> URLParts {
        guard var base = URLParts(baseURL), base.query == nil else {
            throw SourceError(
                .invalidConfig, "Building a request: the base URL is not a plain http or https address.",
                advice: "Check the part of the address that comes from the config.")
        }
        if path.containsASCII("://") { return try checked(path, base) }
        let stem = base.path.hasSuffix("/") ? String(base.path.dropLast()) : base.path
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let tail = parts.first.map(String.init) ?? ""
        base.path = tail.isEmpty ? base.path : stem + (tail.hasPrefix("/") ? tail : "/\(tail)")
        base.query = parts.count > 1 ? String(parts[1]) : nil
        return try checked(base.text, base)
    }

    private func checked(_ text: String, _ base: URLParts) throws -> URLParts {
        guard let url = URLParts(text) else {
            throw SourceError(.unexpectedAnswer, "Building a request: a link or path is not a valid http address.")
        }
        let others = otherOrigins.compactMap { URLParts($0)?.origin }
        guard url.origin == base.origin || others.contains(url.origin) else {
            throw SourceError(
                .addressRefused,
                "Following a link: it leads from \(base.origin) to \(url.origin), and credentials never go to another origin.",
                advice: "If the upstream really uses both, the source has to name them.")
        }
        return url
    }

    /// A link of a page as an absolute URL that may be kept in a resume token.
    func finish(link reference: String, on page: String) throws -> String {
        guard let base = URLParts(page) ?? URLParts(baseURL), var url = base.resolving(reference) else {
            throw SourceError(
                .unexpectedAnswer, "Following a link: the upstream's next link is not a valid http address.")
        }
        url.removeParameters(authorization.secretParameters)
        return try target(of: url.text).text
    }
}
