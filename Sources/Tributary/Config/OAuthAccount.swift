import Columns

/// What an ``OAuthAccount`` field can hold: one account, an optional one, or several.
public protocol OAuthAccountValue: Sendable {
    static var isMultiple: Bool { get }
    /// What an absent value means; nil makes the field required.
    static var absent: Self? { get }
    static func make(_ accounts: [String]) -> Self?
    var accounts: [String] { get }
}

extension String: OAuthAccountValue {
    public static var isMultiple: Bool { false }
    public static func make(_ accounts: [String]) -> String? { accounts.count == 1 ? accounts[0] : nil }
    public var accounts: [String] { [self] }
}

extension Optional: OAuthAccountValue where Wrapped == String {
    public static var isMultiple: Bool { false }
    public static func make(_ accounts: [String]) -> String?? { accounts.count == 1 ? .some(accounts[0]) : nil }
    public var accounts: [String] { map { [$0] } ?? [] }
}

extension Array: OAuthAccountValue where Element == String {
    public static var isMultiple: Bool { true }
    public static var absent: [String]? { nil }
    public static func make(_ accounts: [String]) -> [String]? { accounts.isEmpty ? nil : accounts }
    public var accounts: [String] { self }
}

/// One or several of the accounts that an OAuth integration can see.
///
/// ```swift
/// @OAuth("Login", kind: .harbour) var login: OAuthIntegration
/// @OAuthAccount("Shipping line", of: "login") var line: String
/// ```
@propertyWrapper
public struct OAuthAccount<Value: OAuthAccountValue>: Sendable {
    private var storage: FieldStorage<Value>
    let label: String
    let declaredName: String?
    private let integrationField: String
    private let placeholder: String?
    private let caption: String?

    /// - Parameter field: the name on the wire of the ``OAuth`` field that supplies the accounts.
    public init(
        _ label: String, of field: String, placeholder: String? = nil, caption: String? = nil, name: String? = nil
    ) {
        self.label = label
        self.placeholder = placeholder
        self.caption = caption
        integrationField = field
        declaredName = name
        storage = FieldStorage(Value.absent)
    }

    /// The chosen account or accounts. Reading a required one of an empty config stops.
    public var wrappedValue: Value {
        get { storage.required(label) }
        set { storage = FieldStorage(newValue) }
    }
}

extension OAuthAccount: ConfigField {
    var isRequired: Bool { Value.absent == nil }

    private var accepted: String { Value.isMultiple ? "a list of account ids" : "one account id" }

    var jsonSchema: JSONValue {
        Value.isMultiple
            ? ["type": "array", "items": ["type": "string"], "title": .string(label)]
            : ["type": "string", "title": .string(label)]
    }

    func form(name: String) -> FormField {
        var field = FormField(.oauthAccount, name: name, label: label, required: isRequired, caption: caption)
        field.integrationField = integrationField
        field.placeholder = placeholder
        field.multiple = Value.isMultiple ? true : nil
        return field
    }

    func fill(from stored: JSONValue?, at path: String, into problems: inout [ConfigError.Problem]) {
        guard let stored, !InputText.isAbsent(stored), stored != [] else {
            if isRequired { problems.append(.init(path, "is required", accepted: accepted)) }
            return
        }
        let texts = (stored.array ?? [stored]).map { String.read($0).map(InputText.trimmed) }
        let accounts = texts.compactMap { $0 }.filter { !$0.isEmpty }
        guard accounts.count == texts.count, let value = Value.make(accounts) else {
            problems.append(.init(path, "has a value of another kind", accepted: accepted))
            return
        }
        storage.fill(value)
    }

    func stored(masking: Bool) -> JSONValue? {
        guard let value = storage.value, !value.accounts.isEmpty else { return nil }
        return Value.isMultiple ? .array(value.accounts.map { .string($0) }) : .string(value.accounts[0])
    }

    func declarationProblems(name: String, siblings: [(name: String, field: any ConfigField)]) -> [String] {
        let names = siblings.filter { $0.field is any OAuthMarker }.map(\.name)
        if names.contains(integrationField) { return [] }
        return ["'\(name)' takes its accounts from '\(integrationField)', which is no OAuth field beside it"]
    }
}

/// Tells the OAuth fields among others, whatever their value type.
protocol OAuthMarker: ConfigField {
    var kind: IntegrationKind { get }
}

extension OAuth: OAuthMarker {}

extension OAuthAccount: CustomStringConvertible, CustomReflectable {
    public var description: String { storage.value?.accounts.joined(separator: ", ") ?? "(empty)" }
    public var customMirror: Mirror { Mirror(self, children: ["value": description]) }
}
