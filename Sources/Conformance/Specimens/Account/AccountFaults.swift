import Columns
import Tributary

/// Tokens that are kept too long.
extension AccountFault {
    static let tokens = [
        AccountFault("token-captured-once", "Reads the access token once, at the start of a read.", .field) {
            $0.authorization = { config, context in
                .bearer(try await context.tokens.accessToken(for: config.account, in: context))
            }
        },
        AccountFault(
            "token-expires-inside-backoff", "Looks at the token's expiry before a request, and not after a wait.",
            .field
        ) {
            $0.authorization = { _, _ in .none }
            $0.context = { context, config in
                context.http = CheckedTokenClient(context: context, account: config.account, lastsAcross401: false)
            }
        },
        AccountFault(
            "refused-new-token-ends-the-list",
            "Takes the refusal of a token that was just refreshed for an empty list.",
            .kit
        ) {
            $0.actions = [.ignore(401)]
        },
        AccountFault("refresh-token-used-twice", "Lets two reads refresh one account at the same time.", .kit) {
            $0.authorization = { _, _ in .none }
            $0.context = { context, config in
                // A provider of its own for each read knows nothing of the others.
                context.tokens = OAuthTokenProvider()
                context.http = CheckedTokenClient(context: context, account: config.account, lastsAcross401: true)
            }
        },
    ]

    /// Addresses that answers name, taken as they come.
    static let links = [
        AccountFault("next-link-to-foreign-host", "Follows next links wherever they lead, with the token.", .field) {
            $0.response = { response, inputs, config, context in
                guard inputs.schema == "projects" else { return }
                response.items = .naive(config, context, bound: inputs.watermark.last)
            }
        },
        AccountFault(
            "next-link-of-another-form-ends-the-list", "Knows a next link by the base URL, and takes others for none.",
            .kit
        ) {
            $0.response = { response, inputs, config, context in
                guard inputs.schema == "projects" else { return }
                response.items = .naive(config, context, bound: inputs.watermark.last) {
                    $0.hasPrefix(AccountSource.baseURL)
                }
            }
        },
        AccountFault("id-changes-request-path", "Puts ids of projects into paths as they are.", .field) {
            $0.response = { response, inputs, config, context in
                guard inputs.schema == "tasks" else { return }
                let client = try await AccountSource().client(config, context)
                response.items = Items { emit in
                    for try await project in client.rows("/v1/workspaces/\(config.workspace)/projects", at: "data") {
                        let id = try project.string("id")
                        try await emit.rows(of: "/v1/projects/\(id)/tasks", project: id, config, context)
                    }
                }
            }
        },
        AccountFault("config-value-pasted-into-the-path", "Puts the workspace into paths as it is.", .kit) {
            $0.encode = { $0 }
        },
    ]
}

/// Where reads begin, and where they go on.
extension AccountFault {
    static let places = [
        AccountFault("form-start-before-watermark", "Begins each increment at the start that the form names.", .kit) {
            $0.begin = { inputs, start in inputs.watermark = Watermark(last: start) }
        },
        AccountFault("parents-counted-in-the-position", "Keeps how many projects are done, and not which.", .kit) {
            $0.response = { response, inputs, config, context in
                guard inputs.schema == "tasks" else { return }
                let client = try await AccountSource().client(config, context)
                let done = inputs.resumeToken?.value["done"]?.int64 ?? 0
                response.items = Items { emit in
                    var index: Int64 = 0
                    let workspace = PercentEncoding.encode(config.workspace)
                    for try await project in client.rows("/v1/workspaces/\(workspace)/projects", at: "data") {
                        index += 1
                        if index <= done { continue }
                        let id = try project.string("id")
                        let path = "/v1/projects/\(PercentEncoding.encode(id))/tasks"
                        try await emit.rows(of: path, project: id, config, context)
                        try await emit.position(ResumeToken(["done": .number(JSONNumber(index))]))
                    }
                }
            }
        },
    ]
}

/// Adds a token to each request, as the provider gives it at that moment.
private struct CheckedTokenClient: HTTPClient {
    let context: SourceContext
    let account: OAuthIntegration
    let lastsAcross401: Bool

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let token = try await context.tokens.accessToken(for: account, in: context)
        var request = request
        request.headers.set("Authorization", prefix: "Bearer ", secret: token)
        let response = try await context.http.send(request)
        guard response.status == 401, lastsAcross401 else { return response }
        let next = try await context.tokens.accessToken(for: account, insteadOf: token, in: context)
        request.headers.set("Authorization", prefix: "Bearer ", secret: next)
        return try await context.http.send(request)
    }
}

extension Items {
    /// The projects, along whatever links come, or those that are followed.
    fileprivate static func naive(
        _ config: AccountSource.Config, _ context: SourceContext, bound: CursorValue?,
        following: @escaping @Sendable (String) -> Bool = { _ in true }
    ) -> Items {
        Items { emit in
            let since = bound.map { "&since=" + PercentEncoding.encode($0.storedText) } ?? ""
            var url: String? = "\(AccountSource.baseURL)/v1/workspaces/\(config.workspace)/projects?limit=50" + since
            while let next = url {
                let page = try await context.page(next, config)
                try await emit(.rows(page["data"]?.array?.compactMap(\.object) ?? []))
                url = page.path("links.next")?.string.flatMap { following($0) ? $0 : nil }
            }
        }
    }
}

extension Emitter {
    fileprivate func rows(
        of path: String, project: String, _ config: AccountSource.Config, _ context: SourceContext
    ) async throws {
        let page = try await context.page(AccountSource.baseURL + path + "?limit=50", config)
        let rows = page["data"]?.array?.compactMap(\.object) ?? []
        try await self(
            .rows(
                rows.map { row in
                    var row = row
                    row["project_id"] = .string(project)
                    return row
                }))
    }
}

extension SourceContext {
    fileprivate func page(_ url: String, _ config: AccountSource.Config) async throws -> JSONValue {
        var request = HTTPRequest(.get, url)
        let token = try await tokens.accessToken(for: config.account, in: self)
        request.headers.set("Authorization", prefix: "Bearer ", secret: token)
        let response = try await http.send(request)
        guard response.status == 200 else {
            throw SourceError(.upstreamFailure, "Reading projects or tasks: status \(response.status) came.")
        }
        return try JSONValue(parsing: try await response.body.collect())
    }
}
