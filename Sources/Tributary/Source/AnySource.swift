import Columns

/// A source whose config type is not known: what the registry, the CLI and the conformance kit work with.
public struct AnySource: Sendable {
    public let description: SourceDescription
    /// The name of the Swift type, for messages to its author.
    public let swiftType: String
    /// The form that a user fills in.
    public let form: SourceForm
    /// The config as JSON Schema, draft 2020-12.
    public let jsonSchema: JSONValue
    /// Errors that no retry can mend.
    public let nonRetryableErrors: [NonRetryableError]
    /// What is wrong with the declaration of the config and of the endpoints, such as a select without options or a
    /// parent that is not there; empty when nothing is.
    public let declarationProblems: [String]
    /// The ways in which some table of the source can be kept in step. A source whose tables are known only after
    /// connecting, such as a database, offers each of them.
    public let syncTypes: [SyncType]
    private let makeConfigured: @Sendable (JSONValue) throws -> ConfiguredSource

    /// Erases the config type of a source.
    public init<S: Source>(_ type: S.Type) {
        description = S.description
        swiftType = String(reflecting: type)
        form = SourceForm(S.description, fields: S.Config.form)
        jsonSchema = S.Config.jsonSchema(title: S.description.label)
        nonRetryableErrors = S.nonRetryableErrors
        let endpoints = (type as? any RESTSource.Type)?.endpoints ?? []
        declarationProblems = S.Config.declarationProblems + RESTEndpoint.declarationProblems(endpoints)
        let offered = Set(endpoints.flatMap(\.schema.syncTypes))
        syncTypes = endpoints.isEmpty ? SyncType.allCases : SyncType.allCases.filter(offered.contains)
        makeConfigured = { try ConfiguredSource(S.self, stored: $0) }
    }

    /// Reads a stored config and binds the source to it, without any traffic.
    ///
    /// - Throws: `SourceError` of kind `invalidConfig` whose `underlying` is the ``ConfigError`` with all problems.
    public func configure(_ stored: JSONValue) throws -> ConfiguredSource { try makeConfigured(stored) }
}
