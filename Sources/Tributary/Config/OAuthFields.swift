import Columns

/// A kind of OAuth integration, such as `stripe`. Sources add their own as static members.
public struct IntegrationKind: RawRepresentable, Hashable, Sendable {
    /// The name as integrations are stored with.
    public let rawValue: String
    /// A kind by its name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// A kind by its name.
    public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// An account that a user has connected by OAuth: a reference, never the token itself.
public struct OAuthIntegration: Hashable, Sendable {
    /// The number of the stored integration.
    public var id: Int64
    /// The kind that the integration must be of.
    public var kind: IntegrationKind
    /// The scopes that the source needs.
    public var scopes: [String]

    /// A reference to a stored integration.
    public init(id: Int64, kind: IntegrationKind, scopes: [String] = []) {
        self.id = id
        self.kind = kind
        self.scopes = scopes
    }
}

/// What an ``OAuth`` field can hold: an ``OAuthIntegration``, or an optional one.
public protocol OAuthValue: Sendable {
    static func make(_ integration: OAuthIntegration) -> Self
    /// What an absent value means; nil makes the field required.
    static var absent: Self? { get }
    var integration: OAuthIntegration? { get }
}

extension OAuthIntegration: OAuthValue {
    public static func make(_ integration: OAuthIntegration) -> OAuthIntegration { integration }
    public static var absent: OAuthIntegration? { nil }
    public var integration: OAuthIntegration? { self }
}

extension Optional: OAuthValue where Wrapped == OAuthIntegration {
    public static func make(_ integration: OAuthIntegration) -> OAuthIntegration? { integration }
    public static var absent: OAuthIntegration?? { .some(nil) }
    public var integration: OAuthIntegration? { self }
}

/// An account connected by OAuth. Stored as the number of the integration.
///
/// ```swift
/// @OAuth("Account", kind: .harbour, scopes: ["invoices.read"]) var account: OAuthIntegration
/// ```
@propertyWrapper
public struct OAuth<Value: OAuthValue>: Sendable {
    private var storage: FieldStorage<Value>
    let label: String
    let kind: IntegrationKind
    let declaredName: String?
    private let scopes: [String]
    private let caption: String?

    /// - Parameters:
    ///   - kind: the kind of integration that is offered.
    ///   - scopes: what the source needs to be allowed.
    ///   - name: the name on the wire, where it is not the property's in snake case.
    public init(
        _ label: String, kind: IntegrationKind, scopes: [String] = [], caption: String? = nil, name: String? = nil
    ) {
        self.label = label
        self.kind = kind
        self.scopes = scopes
        self.caption = caption
        declaredName = name
        storage = FieldStorage(Value.absent)
    }

    /// The reference. Reading a required one of an empty config stops.
    public var wrappedValue: Value {
        get { storage.required(label) }
        set { storage = FieldStorage(newValue) }
    }
}

extension OAuth: ConfigField {
    var isRequired: Bool { Value.absent == nil }

    var jsonSchema: JSONValue {
        [
            "type": "integer", "minimum": 1, "title": .string(label),
            "description": "The number of the OAuth integration",
        ]
    }

    func form(name: String) -> FormField {
        var field = FormField(.oauth, name: name, label: label, required: isRequired, caption: caption)
        field.kind = kind.rawValue
        if !scopes.isEmpty { field.requiredScopes = scopes.joined(separator: " ") }
        return field
    }

    func fill(from stored: JSONValue?, at path: String, into problems: inout [ConfigError.Problem]) {
        let stored = stored.map { InputText.trimmed($0, keepingBlanks: false) }
        guard let stored, !InputText.isAbsent(stored) else {
            if isRequired { problems.append(.init(path, "is required", accepted: "the number of an integration")) }
            return
        }
        guard let id = Int.read(stored), id > 0 else {
            problems.append(.init(path, "has a value of another kind", accepted: "the number of an integration"))
            return
        }
        storage.fill(.make(OAuthIntegration(id: Int64(id), kind: kind, scopes: scopes)))
    }

    func stored(masking: Bool) -> JSONValue? { storage.value?.integration.map { .number(JSONNumber($0.id)) } }

    func declarationProblems(name: String, siblings: [(name: String, field: any ConfigField)]) -> [String] {
        kind.rawValue.isEmpty ? ["the OAuth field '\(name)' names no kind of integration"] : []
    }
}

extension OAuth: CustomStringConvertible, CustomReflectable {
    public var description: String { storage.value?.integration.map { "integration \($0.id)" } ?? "(empty)" }
    public var customMirror: Mirror { Mirror(self, children: ["value": description]) }
}
