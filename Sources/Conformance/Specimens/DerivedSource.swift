import Tributary

/// A source that is another one but for what it says itself.
protocol DerivedSource: Source where Config == Original.Config {
    associatedtype Original: Source
}

extension DerivedSource {
    static var description: SourceDescription { Original.description }

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        try await Original().validateCredentials(config, schema: schema, in: context)
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        try await Original().schemas(for: config, in: context)
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        try await Original().read(inputs, with: config, in: context)
    }
}
