import Columns

/// An enum whose cases are the choices of a ``Select``; a case may carry the fields that belong to it alone.
///
/// ```swift
/// enum Authentication: SelectValue {
///     case key(KeyFields)
///     case oauth(OAuthFields)
///
///     static let options = [
///         Option("api_key", "API key", Authentication.key),
///         Option("oauth", "OAuth", Authentication.oauth),
///     ]
/// }
/// ```
///
/// The compiler forces every choice to be handled, and the fields of a choice that was not made cannot be read. An enum
/// with raw values and `CaseIterable` needs no `options`.
public protocol SelectValue: Sendable {
    /// The choices in the order of the form.
    static var options: [SelectOption<Self>] { get }
    /// The name of PostHog's converter that stored configs imply; nil for text.
    static var converter: String? { get }
}

extension SelectValue {
    /// The choices of this select, so that a list of them reads `Option("us", "United States", .unitedStates)`.
    public typealias Option = SelectOption<Self>
    public static var converter: String? { nil }
}

extension SelectValue where Self: CaseIterable & RawRepresentable, RawValue == String {
    public static var options: [SelectOption<Self>] {
        allCases.map { SelectOption($0.rawValue, FieldNames.label(of: "\($0)"), $0) }
    }
}

extension SelectValue where Self: CaseIterable & RawRepresentable, RawValue == Int {
    public static var options: [SelectOption<Self>] {
        allCases.map { SelectOption("\($0.rawValue)", FieldNames.label(of: "\($0)"), $0) }
    }
    public static var converter: String? { "str_to_int" }
}

/// One choice of a ``Select``.
public struct SelectOption<Value: Sendable>: Sendable {
    let value: String
    let label: String
    let group: FieldGroup?
    /// The value of the choice; its fields are read from the object.
    let make: @Sendable (JSONObject, String, inout [ConfigError.Problem]) -> Value
    let matches: @Sendable (Value) -> Bool

    /// A choice without fields.
    ///
    /// - Parameters:
    ///   - value: the text on the wire.
    ///   - label: the text in the form.
    public init(_ value: String, _ label: String, _ choice: Value) {
        self.value = value
        self.label = label
        group = nil
        make = { _, _, _ in choice }
        let name = FieldNames.caseName(of: choice)
        matches = { FieldNames.caseName(of: $0) == name }
    }

    /// A choice with fields of its own: `Option("api_key", "API key", Authentication.key)`.
    public init<Fields: FormFields>(
        _ value: String, _ label: String, _ choice: @escaping @Sendable (Fields) -> Value
    ) {
        self.value = value
        self.label = label
        group = FieldGroup(Fields.self)
        make = { choice(Fields.read(.object($0), at: $1, into: &$2)) }
        let name = FieldNames.caseName(of: choice(Fields()))
        matches = { FieldNames.caseName(of: $0) == name }
    }
}

extension SelectOption where Value: FieldValue {
    /// A choice among plain values: `.init(5432, "Standard")`.
    public init(_ choice: Value, _ label: String) {
        self.init(choice.storedValue.flatMap { String.read($0) ?? $0.bool.map { "\($0)" } } ?? "", label, choice)
    }
}

/// A config type inside another, its type erased.
struct FieldGroup: Sendable {
    let form: @Sendable () -> [FormField]
    let schema: @Sendable () -> JSONObject
    let claims: @Sendable (String) -> Bool
    let proposals: @Sendable () -> [String]
    let declarationProblems: @Sendable () -> [String]

    init<Fields: FormFields>(_ type: Fields.Type) {
        form = { Fields.form }
        schema = { Fields.objectSchema }
        claims = { Fields.claims($0) }
        proposals = { Fields().members.flatMap { $0.field.proposals(as: $0.name) } }
        declarationProblems = { Fields.declarationProblems }
    }
}

extension FieldNames {
    /// The name of an enum's case, with or without a payload.
    static func caseName<Value>(of value: Value) -> String {
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .enum ? mirror.children.first?.label ?? "\(value)" : "\(value)"
    }

    /// `readOnly` is "Read only".
    static func label(of caseName: String) -> String {
        let words = WireName.normalised(caseName).split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
