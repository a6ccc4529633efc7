import Tributary

struct HarbourSource: RESTSource {
    static let description = SourceDescription(
        type: "Harbour", label: "Harbour", category: .payments,
        docs: "https://docs.harbour.example/api", keywords: ["berths", "invoices"])

    struct Config: FormFields {
        @Input("Workspace", placeholder: "acme", rule: .hostLabel) var workspace: String
        @Select("Authentication") var authentication: Authentication
        @SwitchGroup("Limit history") var history: History?
    }

    enum Authentication: SelectValue {
        case key(KeyFields)
        case oauth(OAuthFields)

        static let options = [
            Option("api_key", "API key", Authentication.key),
            Option("oauth", "OAuth", Authentication.oauth),
        ]
    }

    struct KeyFields: FormFields { @Input("API key") var apiKey: Secret }
    struct OAuthFields: FormFields { @OAuth("Account", kind: .harbour) var account: OAuthIntegration }
    struct History: FormFields { @Input("Days") var days = 90 }

    static let endpoints = [
        RESTEndpoint("berths", path: "/berths", primaryKeys: ["id"], rows: "data"),
        RESTEndpoint(
            "invoices", path: "/invoices", primaryKeys: ["id"], rows: "data",
            incremental: [.datetime("updated_at", parameter: "updated_since")],
            partitioning: .datetime("created_at", by: .month)),
        RESTEndpoint(
            "invoice_lines", path: "/invoices/{invoices.id}/lines",
            primaryKeys: ["invoice_id", "id"], rows: "data",
            parent: .init("invoices", columns: ["id": "invoice_id"])),
    ]

    let probe = "/me"

    func client(for config: Config, in context: SourceContext) -> RESTClient {
        let authorization: Authorization =
            switch config.authentication {
            case .key(let fields): .bearer(fields.apiKey)
            case .oauth(let fields): .oauth(fields.account)
            }
        return RESTClient(
            context, baseURL: "https://\(config.workspace).harbour.example/v2",
            authorization: authorization, paginator: .cursor(parameter: "after", from: "meta.next"))
    }
}

extension IntegrationKind { static let harbour = IntegrationKind("harbour") }
