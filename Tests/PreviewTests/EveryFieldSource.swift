import Columns
import Tributary

/// A source whose form has every kind of field, and whose credentials are accepted only when each arrived as typed.
struct EveryFieldSource: Source {
    static let description = SourceDescription(
        type: "EveryField", label: "Every <field>", category: .engineering, docs: "https://every.example/docs",
        caption: "A form with each kind of field.")

    struct ByKey: FormFields {
        @Input("API key") var apiKey: Secret
    }

    struct ByUser: FormFields {
        @Input("User") var user: String
        @Input("Notes", style: .textarea) var notes: String?
    }

    enum Method: SelectValue {
        case key(ByKey)
        case user(ByUser)

        static let options = [Option("key", "API key", Method.key), Option("user", "User", Method.user)]
    }

    struct History: FormFields {
        @Input("Days") var days = 90
    }

    struct ServiceAccount: FormFields {
        @Input("Project") var projectID: String
        @Input("Private key", style: .textarea) var privateKey: Secret
    }

    struct Config: FormFields {
        @Input("Workspace", placeholder: "acme", caption: "The first part of your address") var workspace: String
        @Input("Port") var port = 443
        @Select("Method") var method: Method
        @SwitchGroup("Limit the history") var history: History?
        @OAuth("Account", kind: IntegrationKind("every"), scopes: ["read"]) var account: OAuthIntegration
        @OAuthAccount("Sites", of: "account") var sites: [String]
        @FileUpload("Service account") var service: ServiceAccount
        @FileUpload("Settings") var settings: JSONObject?
        @SSHTunnel var tunnel: Tunnel?

        init() {}
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        var wrong: [String] = []
        func expect(_ isRight: Bool, _ name: String) { if !isRight { wrong.append(name) } }
        expect(config.workspace == "acme", "workspace")
        expect(config.port == 8443, "port")
        if case .user(let user) = config.method {
            expect(user.user == "reader" && user.notes == "line 1\nline 2", "method's fields")
        } else {
            wrong.append("method")
        }
        expect(config.history?.days == 30, "history")
        expect(config.account.id == 7, "account")
        expect(config.sites == ["one", "two"], "sites")
        expect(config.service.projectID == "p1" && config.service.privateKey.revealed == "pk", "service")
        expect(config.settings?["a"]?.int64 == 1, "settings")
        expect(config.tunnel?.server.endpoint.host == "bastion.example", "tunnel")
        if !wrong.isEmpty {
            throw SourceError(.invalidCredentials, "These fields did not arrive: \(wrong.joined(separator: ", ")).")
        }
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        [
            SourceSchema("events", primaryKeys: ["id"], incremental: [.datetime("at")]),
            SourceSchema("broken", primaryKeys: ["id"]),
        ]
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        if inputs.schema == "broken" { throw SourceError(.upstreamFailure, "Reading broken: <b>nothing</b> works.") }
        let rows = (0..<60).map { index in
            JSONObject([
                ("id", .number(JSONNumber(Int64(index)))), ("at", .string("2025-0\(index % 6 + 1)-03T00:00:00Z")),
                ("text", index == 1 ? .null : .string("<script>alert(1)</script> \(index)")),
            ])
        }
        return SourceResponse(
            primaryKeys: ["id"], sortMode: .ascending, isSorted: false, partitioning: .datetime("at", by: .month),
            items: Items { emit in try await emit(.rows(rows)) })
    }
}
