import Columns

/// A configured source of one user.
///
/// The config holds secrets in clear: it lives in memory only, and is encrypted wherever it is stored. Its description
/// shows the name and the type alone.
public struct Connection: Sendable {
    /// The name that the user gave, unique in a state store; also the folder in the lake.
    public var name: String
    /// The type of the source, such as `Stripe`.
    public var sourceType: String
    /// The config as the source's form takes it.
    public var config: JSONValue

    public init(name: String, sourceType: String, config: JSONValue) {
        self.name = name
        self.sourceType = sourceType
        self.config = config
    }
}

extension Connection: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(name) (\(sourceType))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["name": name, "sourceType": sourceType]) }
}

/// What a list of connections shows.
public struct ConnectionInfo: Hashable, Sendable, Codable {
    public var name: String
    public var sourceType: String
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var createdAt: Int64
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var updatedAt: Int64
}
