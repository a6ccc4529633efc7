import Columns
import Foundation
import Tributary

/// A small correct source behind OAuth, wrong in one way where its config says so.
///
/// `projects` come oldest change first, page by page along links in the body; `tasks` are asked for once for each project.
struct AccountSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen with an account", category: .engineering,
        docs: "https://specimen.example/docs")
    static let domain = "account.example"
    static let baseURL = "https://api.\(domain)"

    struct Config: FormFields {
        @OAuth("Account", kind: .specimen, scopes: ["read"]) var account: OAuthIntegration
        /// Becomes a part of paths.
        @Input("Workspace") var workspace: String
        /// Becomes a label of the host.
        @Input("Region", rule: .hostLabel) var region: String
        /// Where first increments begin.
        @Input("Start") var start: Date?
        /// The fault to be shown, by its name; none is the clean twin.
        @Input("Fault") var fault: String?

        init() {}

        var bend: AccountBend { AccountFault.bend(fault) }
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = try await client(config, context)
        if let schema { return try await client.probe(schema, from: endpoints(config)) }
        _ = try await client.get("/v1/me")
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        endpoints(config).map(\.schema)
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        let bend = config.bend
        var (context, inputs) = (context, inputs)
        try await bend.context(&context, config)
        if let start = config.start { bend.begin(&inputs, .timestamp(Int64(start.timeIntervalSince1970) * 1_000_000)) }
        var response = try await client(config, context).response(to: inputs, from: endpoints(config))
        try await bend.response(&response, inputs, config, context)
        return response
    }

    func client(_ config: Config, _ context: SourceContext) async throws -> RESTClient {
        let authorization = try await config.bend.authorization(config, context)
        return RESTClient(
            context, baseURL: "https://\(config.region).\(Self.domain)", authorization: authorization,
            paginator: .nextURL(from: "links.next"), pageSize: PageSize("limit", 50), actions: config.bend.actions)
    }

    private func endpoints(_ config: Config) -> [RESTEndpoint] {
        let workspace = config.bend.encode(config.workspace)
        let projects = RESTEndpoint(
            "projects", path: "/v1/workspaces/\(workspace)/projects", primaryKeys: ["id"], rows: "data",
            incremental: [.datetime("updated_at", parameter: "since")], sort: .ascending, partitioning: .md5())
        let tasks = RESTEndpoint(
            "tasks", path: "/v1/projects/{projects.id}/tasks", primaryKeys: ["project_id", "id"], rows: "data",
            sort: .unsorted, partitioning: .md5(), parent: RESTParent("projects", columns: ["id": "project_id"]),
            actions: [.ignore(404)])
        return [projects, tasks]
    }
}

extension IntegrationKind {
    /// The made-up vendor of the specimens.
    static let specimen = IntegrationKind(rawValue: "specimen")
}

/// What a fault bends in the account; by default nothing.
struct AccountBend: SpecimenBend {
    typealias Config = AccountSource.Config

    var context: @Sendable (inout SourceContext, Config) async throws -> Void = { _, _ in }
    var authorization: @Sendable (Config, SourceContext) async throws -> Authorization = { config, _ in
        .oauth(config.account)
    }
    /// Special answers of the client.
    var actions: [ResponseAction] = []
    /// What becomes of the start that the form names.
    var begin: @Sendable (inout SourceInputs, _ start: CursorValue) -> Void = { inputs, start in
        inputs.historyStart = inputs.historyStart ?? start
    }
    /// How the workspace gets into a path.
    var encode: @Sendable (String) -> String = { PercentEncoding.encode($0) }
    var response: @Sendable (inout SourceResponse, SourceInputs, Config, SourceContext) async throws -> Void = {
        _, _, _, _ in
    }
    var fixture: @Sendable (inout SpecimenFixture) -> Void = { _ in }
    var stack: @Sendable (@escaping HTTPStack) -> HTTPStack = { $0 }
    var runtime = LabRuntime()
}

/// A seeded fault of the account.
struct AccountFault: SpecimenFault {
    let fault: SeededFault
    let bend: AccountBend

    static let all: [AccountFault] = [tokens, links, places].flatMap { $0 }
}

extension Specimen {
    /// Projects along links and their tasks, behind an OAuth account.
    static let account = Specimen(
        "account", faults: AccountFault.all.map(\.fault),
        source: { _ in AnySource(AccountSource.self) },
        fixture: { fault in
            var fixture = AccountFixture.clean
            AccountFault.bend(fault?.name).fixture(&fixture)
            return fixture
        },
        stack: { AccountFault.bend($0?.name).stack($1) },
        runtime: { AccountFault.bend($0?.name).runtime })
}
