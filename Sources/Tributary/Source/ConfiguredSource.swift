import Columns

/// A source bound to the config of one connection.
///
/// Errors that come out of it name the source and the schema, and hold no secret of the config or of an OAuth account.
public struct ConfiguredSource: Sendable {
    public let description: SourceDescription
    /// Errors that no retry can mend.
    public let nonRetryableErrors: [NonRetryableError]
    /// The config as it was understood, with `•••` for each secret.
    public let maskedConfig: JSONValue
    /// The config as it is to be stored: names in their wire form, secrets in clear. Encrypt it.
    package let storedConfig: JSONValue
    private let redactor: Redactor
    private var masksErrors = true
    private let validation: @Sendable (String?, SourceContext) async throws -> Void
    private let listing: @Sendable (SourceContext) async throws -> [SourceSchema]
    private let reading: @Sendable (SourceInputs, SourceContext) async throws -> SourceResponse

    init<S: Source>(_ type: S.Type, stored: JSONValue) throws {
        let config: S.Config
        do {
            config = try S.Config.parse(stored)
        } catch let error as ConfigError {
            throw error.sourceError(for: S.description.label).adding("source \(S.description.type)")
        }
        let source = S()
        description = S.description
        nonRetryableErrors = S.nonRetryableErrors
        maskedConfig = config.masked
        storedConfig = config.stored
        redactor = Redactor(config.secrets)
        validation = { try await source.validateCredentials(config, schema: $0, in: $1) }
        listing = { try await source.schemas(for: config, in: $0) }
        reading = { try await source.read($0, with: config, in: $1) }
    }

    /// The same source, whose errors come as it throws them: the kit judges what a source says of its secrets itself.
    package var withErrorsInClear: ConfiguredSource {
        var copy = self
        copy.masksErrors = false
        return copy
    }

    /// A text with `•••` in place of the config's secrets.
    package func redacted(_ text: String) -> String { redactor.redact(text) }

    /// Proves that the credentials are genuine, and with a schema that its table may be read.
    public func validateCredentials(schema: String? = nil, in context: SourceContext) async throws {
        try await placing(schema, context) { try await validation(schema, context) }
    }

    /// The tables that this connection offers.
    public func schemas(in context: SourceContext) async throws -> [SourceSchema] {
        try await placing(nil, context) { try await listing(context) }
    }

    /// Reads one table. Errors while the items run carry the same places as errors of the call itself.
    public func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        try await placing(inputs.schema, context) {
            var response = try await reading(inputs, context)
            let items = response.items
            response.items = Items { emit in
                try await placing(inputs.schema, context) { try await items.run(into: emit) }
            }
            return response
        }
    }

    /// Runs `body`; an error on its way out gets the places around it and loses whatever is secret.
    private func placing<Result>(
        _ schema: String?, _ context: SourceContext, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch var error as SourceError {
            if masksErrors { error = context.redacting(error, by: redactor) }
            if let schema { error = error.adding(once: "schema \(schema)") }
            throw error.adding(once: "source \(description.type)")
        }
    }
}

extension Sequence where Element == NonRetryableError {
    /// The first entry whose part occurs in the text, without regard to case.
    public func first(matching text: String) -> NonRetryableError? {
        let text = text.lowercased()
        return first { text.contains($0.part.lowercased()) }
    }
}
