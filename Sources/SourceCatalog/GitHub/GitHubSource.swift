import Columns
import Tributary

/// GitHub's REST API (https://docs.github.com/en/rest): issues, pull requests, commits, workflow runs and more of one or
/// several repositories. Each repository has its own tables, called `owner/name.table`.
public struct GitHubSource: RESTSource {
    public static let description = SourceDescription(
        type: "GitHub", label: "GitHub", category: .engineering, docs: "https://docs.github.com/en/rest",
        keywords: ["git", "issues", "pull requests", "commits", "actions", "stars"], status: .beta,
        caption: "The token needs read access to the repositories' contents, issues, pull requests and actions; teams "
            + "need the permission to read an organisation's members.",
        listsSchemasWithoutCredentials: true)

    public static let nonRetryableErrors = [
        NonRetryableError("Bad credentials", message: "GitHub does not know this token. Enter a valid one.")
    ]

    /// What a user fills in.
    public struct Config: FormFields {
        @Select("Authentication") public var authMethod: AuthMethod
        @Input(
            "Repositories", placeholder: "owner/name, owner/other",
            caption: "One or more, as owner/name, separated by commas.")
        public var repositories: GitHubRepositories

        public init() {}
    }

    /// How the source shows who it is.
    public enum AuthMethod: SelectValue {
        case oauth(OAuthFields)
        case token(TokenFields)

        public static let options = [
            Option("oauth", "OAuth", AuthMethod.oauth),
            Option("pat", "Personal access token", AuthMethod.token),
        ]
    }

    /// An account connected by OAuth.
    public struct OAuthFields: FormFields {
        @OAuth("GitHub account", kind: .github, scopes: ["repo", "read:org"])
        public var githubIntegrationID: OAuthIntegration

        public init() {}
    }

    /// A personal access token, classic or fine-grained.
    public struct TokenFields: FormFields {
        @Input("Personal access token", placeholder: "github_pat_…") public var personalAccessToken: Secret

        public init() {}
    }

    /// Never asked for: repositories are looked at instead, which works for every kind of token.
    public var probe: String { "/rate_limit" }

    public init() {}

    public static let endpoints: [RESTEndpoint] = []

    public func endpoints(for config: Config) -> [RESTEndpoint] {
        config.repositories.names.flatMap(Self.endpoints(of:))
    }

    public func client(for config: Config, in context: SourceContext) -> RESTClient {
        let authorization: Authorization =
            switch config.authMethod {
            case .oauth(let fields): .oauth(fields.githubIntegrationID)
            case .token(let fields): .bearer(fields.personalAccessToken)
            }
        var context = context
        context.http = GitHubLimits(base: context.http, clock: context.clock)
        return RESTClient(
            context, baseURL: "https://api.github.com", authorization: authorization, paginator: .linkHeader,
            pageSize: PageSize("per_page", 100),
            headers: ["Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"],
            actions: [ResponseAction([429], .retry)])
    }

    public func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        endpoints(for: config).map { endpoint in
            var schema = endpoint.schema
            // Bounds are whole seconds and include themselves, and lists without one hold older rows on their last page:
            // a merge takes such a row once, an append would take it again.
            schema.supportsAppend = false
            return schema
        }
    }

    /// Looks at each repository, or at the first page of one table.
    public func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = client(for: config, in: context)
        if let schema { return try await client.probe(schema, from: endpoints(for: config)) }
        for name in config.repositories.names {
            do {
                _ = try await client.get("/repos/\(name)")
            } catch let error as SourceError where error.kind == .notFound {
                throw SourceError(
                    .permissionDenied, "Looking at the repository \(name): GitHub shows none of this name.",
                    advice: "Check the spelling, and that the token may read it: GitHub hides what it may not.")
            }
        }
    }
}

extension IntegrationKind {
    /// An account connected to GitHub.
    public static let github = IntegrationKind(rawValue: "github")
}
