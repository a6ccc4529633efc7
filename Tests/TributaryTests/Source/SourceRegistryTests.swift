import TestSupport
import Testing
import Tributary

private struct PlainSource: Source {
    struct Config: FormFields { @Input("Key") var key: Secret }
    static let description = SourceDescription(
        type: "Plain", label: "Plain", category: .crm, docs: "https://plain.example")
    static let nonRetryableErrors = [NonRetryableError("Account Closed", message: "The account is closed.")]
    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        throw SourceError(.invalidCredentials, "Asking: the key \(config.key.revealed) is wrong.")
    }
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] { [] }
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        throw CancellationError()
    }
}

private struct OtherPlainSource: Source {
    struct Config: FormFields {}
    static let description = SourceDescription(
        type: "plain", label: "Other", category: .crm, docs: "https://plain.example")
    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {}
    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] { [] }
    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        SourceResponse(items: Items { _ in })
    }
}

@Suite("SourceRegistry")
struct SourceRegistryTests {
    private let registry = SourceRegistry([HarbourSource.self, PlainSource.self])

    @Test("keeps the order of its list")
    func order() {
        #expect(registry.types == ["Harbour", "Plain"])
        #expect(SourceRegistry([]).adding(PlainSource.self).adding(HarbourSource.self).types == ["Plain", "Harbour"])
    }

    @Test("finds a source by its type, in any case")
    func lookUp() throws {
        #expect(try registry.source("Harbour").description.label == "Harbour")
        #expect(try registry.source("plain").description.type == "Plain")
        try registry.validate()
    }

    @Test(
        "an unknown type is an error with the nearest one",
        arguments: [
            ("Harbor", "Did you mean 'Harbour'?"), ("bour", "Did you mean 'Harbour'?"),
            ("Zzzzzz", "There are: Harbour, Plain."),
        ])
    func unknown(_ type: String, _ advice: String) {
        let error = #expect(throws: SourceError.self) { try registry.source(type) }
        #expect(error?.kind == .unknownSource)
        #expect(error?.advice == advice)
    }

    @Test("two sources of one type are an error that names both Swift types")
    func duplicates() {
        let registry = registry.adding(OtherPlainSource.self)
        let error = #expect(throws: SourceError.self) { try registry.validate() }
        #expect(error?.kind == .duplicateSource)
        #expect(error?.message.contains("PlainSource") == true && error?.message.contains("OtherPlainSource") == true)
        #expect(throws: SourceError.self) { try registry.source("Plain") }
        #expect(throws: Never.self) { try registry.source("Harbour") }
    }

    @Test("a config with problems is one error that lists them all and names the source")
    func badConfig() throws {
        let error = #expect(throws: SourceError.self) { try registry.source("Harbour").configure(["workspac": "a/b"]) }
        #expect(error?.kind == .invalidConfig)
        #expect(error?.trail == ["source Harbour"])
        let problems = try #require(error?.underlying as? ConfigError).problems
        #expect(problems.map(\.path) == ["workspace", "authentication", "workspac"])
        #expect(error?.message.contains("did you mean 'workspace'?") == true)
        #expect(error?.message.contains("a/b") == false)
    }

    @Test("errors name the source and hide the secrets of the config, and cancellation passes as it is")
    func places() async throws {
        let source = try registry.source("Plain").configure(["key": "topsecret"])
        let error = await #expect(throws: SourceError.self) {
            try await source.validateCredentials(schema: "deals", in: .testing())
        }
        #expect(error?.trail == ["schema deals", "source Plain"])
        #expect(error?.message == "Asking: the key ••• is wrong.")
        await #expect(throws: CancellationError.self) {
            try await source.read(SourceInputs(schema: "deals"), in: .testing())
        }
        #expect(source.maskedConfig == ["key": "•••"])
        #expect(
            source.nonRetryableErrors.first(matching: "Sorry: account closed today")?.message
                == "The account is closed.")
        #expect(source.nonRetryableErrors.first(matching: "fine") == nil)
    }

    @Test("the form says who the source is")
    func form() throws {
        let form = try registry.source("Harbour").form
        #expect(
            form.name == "Harbour" && form.iconPath == "Icons/harbour.svg"
                && form.docsUrl == "https://docs.harbour.example/api")
        #expect(form.fields.map(\.name) == ["workspace", "authentication", "history"])
    }
}
