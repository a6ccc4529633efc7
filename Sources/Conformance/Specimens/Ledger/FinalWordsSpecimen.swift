import Tributary

/// The ledger, with a part of a message that is in too many of them.
struct FinalWordsSpecimen: Source {
    typealias Config = LedgerSource.Config

    static let description = LedgerSource.description
    static let nonRetryableErrors = [NonRetryableError("limit", message: "The plan allows no more rows. Upgrade it.")]

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        try await LedgerSource().validateCredentials(config, schema: schema, in: context)
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        try await LedgerSource().schemas(for: config, in: context)
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        try await LedgerSource().read(inputs, with: config, in: context)
    }
}
