import Columns

/// One value: text, number, truth value, date, address or secret.
///
/// ```swift
/// @Input("Host") var host: String                 // required
/// @Input("Port", rule: .port) var port = 5432     // has a default, so it is not required
/// @Input("Note") var note: String?                // may be left out
/// @Input("Password") var password: Secret         // masked, never echoed
/// ```
@propertyWrapper
public struct Input<Value: FieldValue>: Sendable {
    private var storage: FieldStorage<Value>
    private let initial: Value?
    let label: String
    let declaredName: String?
    private let style: InputStyle
    private let placeholder: String?
    private let caption: String?
    private let rule: FieldRule<Value>?

    /// A field without a default: required, unless its type is optional.
    ///
    /// - Parameters:
    ///   - label: the text beside the field.
    ///   - style: how it is drawn; nil lets the type decide.
    ///   - rule: what the value must be beyond its type.
    ///   - name: the name on the wire, where it is not the property's in snake case.
    public init(
        _ label: String, style: InputStyle? = nil, placeholder: String? = nil, caption: String? = nil,
        rule: FieldRule<Value>? = nil, name: String? = nil
    ) {
        self.init(
            initial: nil, label: label, style: style, placeholder: placeholder, caption: caption, rule: rule, name: name
        )
    }

    /// A field that may be left out, and is held to a rule where it is given.
    ///
    /// - Parameters:
    ///   - label: the text beside the field.
    ///   - style: how it is drawn; nil lets the type decide.
    ///   - rule: what the value must be beyond its type.
    ///   - name: the name on the wire, where it is not the property's in snake case.
    public init<Given: Sendable>(
        _ label: String, style: InputStyle? = nil, placeholder: String? = nil, caption: String? = nil,
        rule: FieldRule<Given>, name: String? = nil
    ) where Value == Given? {
        self.init(
            initial: nil, label: label, style: style, placeholder: placeholder, caption: caption,
            rule: rule.whereGiven, name: name)
    }

    /// A field with a default.
    public init(
        wrappedValue: Value, _ label: String, style: InputStyle? = nil, placeholder: String? = nil,
        caption: String? = nil, rule: FieldRule<Value>? = nil, name: String? = nil
    ) {
        self.init(
            initial: wrappedValue, label: label, style: style, placeholder: placeholder, caption: caption, rule: rule,
            name: name)
    }

    private init(
        initial: Value?, label: String, style: InputStyle?, placeholder: String?, caption: String?,
        rule: FieldRule<Value>?, name: String?
    ) {
        self.initial = initial
        self.label = label
        self.style = style ?? Value.style
        self.placeholder = placeholder
        self.caption = caption
        self.rule = rule
        declaredName = name
        storage = FieldStorage(initial ?? Value.absent)
    }

    /// The value. Reading a required one of an empty config stops.
    public var wrappedValue: Value {
        get { storage.required(label) }
        set { storage = FieldStorage(newValue) }
    }
}

extension Input: ConfigField {
    var isRequired: Bool { initial == nil && Value.absent == nil }

    var secrets: [Secret] { storage.value?.secret.map { [$0] } ?? [] }

    var jsonSchema: JSONValue {
        var schema = Value.schema
        schema["title"] = .string(label)
        schema["description"] = caption.map { .string($0) }
        if !Value.isSecret { schema["default"] = initial?.storedValue }
        return .object(schema)
    }

    func form(name: String) -> FormField {
        var field = FormField(style.fieldType, name: name, label: label, required: isRequired, caption: caption)
        field.placeholder = placeholder
        field.secret = Value.isSecret
        if !Value.isSecret { field.defaultValue = initial?.storedValue.flatMap(FormScalar.init) }
        return field
    }

    func fill(from stored: JSONValue?, at path: String, into problems: inout [ConfigError.Problem]) {
        let stored = stored.map { InputText.trimmed($0, keepingBlanks: style == .textarea) }
        guard let stored, !InputText.isAbsent(stored) else {
            if isRequired { problems.append(.init(path, "is required")) }
            return
        }
        if InputText.looksEncrypted(stored) {
            problems.append(.init(path, InputText.encryptedMessage))
        } else if let value = Value.read(stored) {
            if let rule, !rule.isMet(value) {
                problems.append(.init(path, "has a value that is not accepted", accepted: rule.accepted))
            }
            storage.fill(value)
        } else {
            problems.append(.init(path, "has a value of another kind", accepted: Value.accepted))
        }
    }

    func stored(masking: Bool) -> JSONValue? {
        guard let value = storage.value?.storedValue else { return nil }
        return masking && Value.isSecret ? .string(Secret.mask) : value
    }

    func declarationProblems(name: String, siblings: [(name: String, field: any ConfigField)]) -> [String] {
        FieldNames.soundsSecret(name) && !Value.isSecret && (Value.self == String.self || Value.self == String?.self)
            ? ["'\(name)' sounds like a credential: its type must be Secret"] : []
    }
}

extension Input: CustomStringConvertible, CustomReflectable {
    public var description: String { Value.isSecret ? Secret.mask : storage.value.map { "\($0)" } ?? "(empty)" }
    public var customMirror: Mirror { Mirror(self, children: ["value": description]) }
}

/// Rules for texts that users type.
enum InputText {
    /// What Fernet, the encryption of stored configs elsewhere, puts in front of everything.
    private static let cipherPrefix = "gAAAAA"
    static let encryptedMessage = "still looks encrypted: the stored config was not decrypted"

    static func trimmed(_ stored: JSONValue, keepingBlanks: Bool) -> JSONValue {
        guard let text = stored.string, !keepingBlanks else { return stored }
        return .string(trimmed(text))
    }

    static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }

    /// A field that was left empty counts as one that was left out.
    static func isAbsent(_ stored: JSONValue) -> Bool {
        stored.isNull || stored.string.map { trimmed($0).isEmpty } ?? false
    }

    static func looksEncrypted(_ stored: JSONValue) -> Bool { stored.string?.hasPrefix(cipherPrefix) ?? false }
}

extension FormScalar {
    init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .bool(let value): self = .bool(value)
        case .number(let number):
            if let value = number.int64 { self = .int(value) } else { self = .double(number.double ?? 0) }
        default: return nil
        }
    }
}
