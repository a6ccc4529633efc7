import Columns
import Tributary

/// Wrong in its form: two fields of one name.
struct TwinFieldSpecimen: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "https://specimen.example/docs")

    struct Config: FormFields {
        @Input("API key") var apiKey: Secret
        @Input("Region", name: "place") var region: String?
        @Input("City", name: "place") var city: String?

        init() {}
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {}
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] { [] }
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        SourceResponse(items: Items { _ in })
    }
}

/// Wrong in its form: a key that is shown.
struct ClearKeySpecimen: Source {
    static let description = TwinFieldSpecimen.description

    struct Config: FormFields {
        @Input("API key") var apiKey: String

        init() {}
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {}
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] { [] }
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        SourceResponse(items: Items { _ in })
    }
}

/// Wrong in its form: certificates are not checked unless somebody asks for it.
struct UncheckedSpecimen: Source {
    static let description = TwinFieldSpecimen.description

    struct Config: FormFields {
        @Input("API key") var apiKey: Secret
        @Select("Check certificates", name: "verify_certificates") var verifyCertificates = Checking.off

        init() {}
    }

    enum Checking: String, SelectValue, CaseIterable {
        case on
        case off
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {}
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] { [] }
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        SourceResponse(items: Items { _ in })
    }
}

/// Wrong in its description: a link in clear.
struct ClearLinkSpecimen: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen", category: .engineering, docs: "http://specimen.example/docs")

    struct Config: FormFields {
        @Input("API key") var apiKey: Secret

        init() {}
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {}
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] { [] }
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        SourceResponse(items: Items { _ in })
    }
}

/// Wrong on its page, which does not name the scope.
struct ScopedSpecimen: Source {
    static let description = TwinFieldSpecimen.description

    struct Config: FormFields {
        @OAuth("Account", kind: IntegrationKind(rawValue: "specimen"), scopes: ["notes.read"]) var account:
            OAuthIntegration

        init() {}
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {}
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] { [] }
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        SourceResponse(items: Items { _ in })
    }
}
