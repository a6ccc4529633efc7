import Columns

/// A choice among options; several where the type is an array.
///
/// ```swift
/// @Select("Authentication") var authentication: Authentication    // an enum, see SelectValue
/// @Select("Region") var region = Region.europe                    // with a default
/// @Select("Kinds") var kinds: [Kind]                              // several; may be left out
/// @Select("Port", options: [.init(5432, "Standard"), .init(6432, "Pooled")]) var port: Int
/// ```
///
/// A choice with fields is stored as `{"selection": "api_key", "api_key": "…"}`.
@propertyWrapper
public struct Select<Value: Sendable>: Sendable {
    private var storage: FieldStorage<Value>
    private let initial: Value?
    let label: String
    let declaredName: String?
    private let caption: String?
    private let codec: SelectCodec<Value>

    init(_ initial: Value?, _ label: String, caption: String?, name: String?, codec: SelectCodec<Value>) {
        self.initial = initial
        self.label = label
        self.caption = caption
        self.codec = codec
        declaredName = name
        storage = FieldStorage(initial ?? codec.absent)
    }

    /// The choice. Reading a required one of an empty config stops.
    public var wrappedValue: Value {
        get { storage.required(label) }
        set { storage = FieldStorage(newValue) }
    }
}

extension Select where Value: SelectValue {
    /// A required choice.
    public init(_ label: String, caption: String? = nil, name: String? = nil) {
        self.init(
            nil, label, caption: caption, name: name, codec: SelectCodec(Value.options, converter: Value.converter))
    }

    /// A choice with a default.
    public init(wrappedValue: Value, _ label: String, caption: String? = nil, name: String? = nil) {
        self.init(
            wrappedValue, label, caption: caption, name: name,
            codec: SelectCodec(Value.options, converter: Value.converter))
    }
}

extension Select {
    /// A choice that may be left out.
    public init<Choice: SelectValue>(_ label: String, caption: String? = nil, name: String? = nil)
    where Value == Choice? {
        self.init(
            nil, label, caption: caption, name: name,
            codec: SelectCodec(Choice.options, converter: Choice.converter).optional())
    }

    /// Any number of choices, without fields of their own.
    public init<Choice: SelectValue>(_ label: String, caption: String? = nil, name: String? = nil)
    where Value == [Choice] {
        self.init(
            nil, label, caption: caption, name: name, codec: SelectCodec(Choice.options, converter: nil).several())
    }

    /// A required choice among plain values.
    public init(_ label: String, options: [SelectOption<Value>], caption: String? = nil, name: String? = nil)
    where Value: FieldValue {
        let codec = SelectCodec(options, converter: FieldNames.converter(of: Value.self))
        self.init(nil, label, caption: caption, name: name, codec: codec)
    }

    /// A choice among plain values with a default.
    public init(
        wrappedValue: Value, _ label: String, options: [SelectOption<Value>], caption: String? = nil,
        name: String? = nil
    ) where Value: FieldValue {
        let codec = SelectCodec(options, converter: FieldNames.converter(of: Value.self))
        self.init(wrappedValue, label, caption: caption, name: name, codec: codec)
    }

    /// A choice among plain values that may be left out.
    public init<Choice: FieldValue>(
        _ label: String, options: [SelectOption<Choice>], caption: String? = nil, name: String? = nil
    ) where Value == Choice? {
        let converter = FieldNames.converter(of: Value.self)
        self.init(
            nil, label, caption: caption, name: name, codec: SelectCodec(options, converter: converter).optional())
    }
}

extension Select: ConfigField {
    var isRequired: Bool { initial == nil && codec.absent == nil }
    var secrets: [Secret] { storage.value.map(codec.secrets) ?? [] }
    var allowsBareNames: Bool { true }

    func claimsInside(_ stored: String) -> Bool {
        codec.options.contains { $0.group != nil } && (stored == "selection" || codec.claims(stored))
    }

    func proposals(as name: String) -> [String] { [name] + codec.options.flatMap { $0.group?.proposals() ?? [] } }

    var jsonSchema: JSONValue {
        var schema = codec.schema
        schema["title"] = .string(label)
        schema["description"] = caption.map { .string($0) }
        schema["default"] = initial.flatMap { codec.write($0, true) }
        return .object(schema)
    }

    func form(name: String) -> FormField {
        var field = FormField(.select, name: name, label: label, required: isRequired, caption: caption)
        field.options = codec.options.map { option in
            FormField.Option(label: option.label, value: option.value, fields: option.group.map { $0.form() })
        }
        field.converter = codec.converter
        field.multiple = codec.isMultiple ? true : nil
        field.defaultValue = initial.flatMap(codec.selection).map { .string($0) }
        return field
    }

    func fill(from stored: JSONValue?, at path: String, into problems: inout [ConfigError.Problem]) {
        guard let stored, !InputText.isAbsent(stored) else {
            if isRequired { problems.append(.init(path, "is required", accepted: codec.accepted)) }
            return
        }
        let value = codec.read(stored, path, initial.flatMap(codec.selection), &problems)
        if let value { storage.fill(value) }
    }

    func stored(masking: Bool) -> JSONValue? { storage.value.flatMap { codec.write($0, masking) } }

    func declarationProblems(name: String, siblings: [(name: String, field: any ConfigField)]) -> [String] {
        var problems: [String] = []
        if codec.options.isEmpty { problems.append("the select '\(name)' has no options") }
        var seen: Set<String> = []
        for option in codec.options {
            if !seen.insert(option.value).inserted {
                problems.append("the select '\(name)' has two options '\(option.value)'")
            }
            if option.label.isEmpty { problems.append("the option '\(option.value)' of '\(name)' has no label") }
            problems += option.group?.declarationProblems() ?? []
        }
        if codec.isMultiple, codec.options.contains(where: { $0.group != nil }) {
            problems.append("the select '\(name)' takes several options, so none may have fields")
        }
        return problems
    }
}

extension Select: CustomStringConvertible, CustomReflectable {
    public var description: String {
        guard let value = storage.value else { return "(empty)" }
        return codec.write(value, true).map { "\($0)" } ?? "nil"
    }
    public var customMirror: Mirror { Mirror(self, children: ["value": description]) }
}

extension FieldNames {
    /// The converter that PostHog's forms name for a type.
    static func converter(of type: Any.Type) -> String? {
        switch type {
        case is Int.Type: "str_to_int"
        case is Int?.Type: "str_to_optional_int"
        case is Bool.Type: "str_to_bool"
        default: nil
        }
    }
}
