import Columns
import Tributary

/// What the engine needs of a source that is bound to a config. ``ConfiguredSource`` is one; tests script their own.
public protocol TableReader: Sendable {
    /// The type of the source, for messages.
    var sourceType: String { get }
    var nonRetryableErrors: [NonRetryableError] { get }
    /// What makes two configs different reads: the config without its secrets.
    var identity: JSONValue { get }

    func schemas(in context: SourceContext) async throws -> [SourceSchema]
    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse
}

extension ConfiguredSource: TableReader {
    public var sourceType: String { description.type }
    public var identity: JSONValue { maskedConfig }
}
