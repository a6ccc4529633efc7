import Columns

/// A group of fields that can be switched off: nil is off.
///
/// ```swift
/// @SwitchGroup("Limit history") var history: History?
/// ```
///
/// Stored as `{"enabled": true, "days": 30}`. A group with fields but without `enabled` counts as on.
@propertyWrapper
public struct SwitchGroup<Fields: FormFields>: Sendable {
    private var storage: FieldStorage<Fields?>
    let label: String
    let declaredName: String?
    private let caption: String?

    /// A group that is off unless the config turns it on.
    public init(_ label: String, caption: String? = nil, name: String? = nil) {
        self.label = label
        self.caption = caption
        declaredName = name
        storage = FieldStorage(.some(nil))
    }

    /// The fields of the group; nil when it is off.
    public var wrappedValue: Fields? {
        get { storage.value ?? nil }
        set { storage = FieldStorage(newValue) }
    }
}

extension SwitchGroup: ConfigField {
    var isRequired: Bool { false }
    var secrets: [Secret] { wrappedValue?.secrets ?? [] }
    var allowsBareNames: Bool { true }
    var scalarName: String { "enabled" }

    func claimsInside(_ stored: String) -> Bool { stored == "enabled" || Fields.claims(stored) }

    func claims(_ stored: String, as name: String) -> Bool {
        if stored == name { return true }
        return StoredConfig.inner(stored, of: name).map(claimsInside) ?? false
    }

    func proposals(as name: String) -> [String] { [name] + FieldGroup(Fields.self).proposals() }

    var jsonSchema: JSONValue {
        var schema = Fields.objectSchema
        var properties = JSONObject([("enabled", ["type": "boolean", "default": false])])
        for member in schema["properties"]?.object?.members ?? [] { properties[member.name] = member.value }
        schema["title"] = .string(label)
        schema["description"] = caption.map { .string($0) }
        schema["properties"] = .object(properties)
        let required = schema["required"]
        schema["required"] = nil
        guard let required else { return .object(schema) }
        schema["if"] = ["properties": ["enabled": ["const": true]], "required": ["enabled"]]
        schema["then"] = ["required": required]
        return .object(schema)
    }

    func form(name: String) -> FormField {
        var field = FormField(.switchGroup, name: name, label: label, caption: caption)
        field.default = .bool(false)
        field.fields = Fields.form
        return field
    }

    func fill(from stored: JSONValue?, at path: String, into problems: inout [ConfigError.Problem]) {
        guard let stored, !InputText.isAbsent(stored) else { return }
        var object = stored.object ?? JSONObject([("enabled", stored)])
        let given = object["enabled"]
        object["enabled"] = nil
        guard let isOn = given.map({ Bool.read($0) }) ?? !object.isEmpty else {
            problems.append(.init("\(path).enabled", "has a value of another kind", accepted: Bool.accepted))
            return
        }
        if isOn { storage.fill(Fields.read(.object(object), at: path, into: &problems)) }
    }

    func stored(masking: Bool) -> JSONValue? {
        guard let fields = wrappedValue else { return ["enabled": false] }
        var object = JSONObject([("enabled", true)])
        for member in (masking ? fields.masked : fields.stored).object?.members ?? [] {
            object[member.name] = member.value
        }
        return .object(object)
    }

    func declarationProblems(name: String, siblings: [(name: String, field: any ConfigField)]) -> [String] {
        Fields.declarationProblems
    }
}

extension SwitchGroup: CustomStringConvertible, CustomReflectable {
    public var description: String { wrappedValue.map { "\($0)" } ?? "off" }
    public var customMirror: Mirror { Mirror(self, children: ["value": description]) }
}
