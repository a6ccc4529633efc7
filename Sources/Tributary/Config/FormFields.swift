import Columns

/// A typed config whose one declaration gives values, parsing, the form and its JSON Schema.
///
/// Every stored property carries a field wrapper (``Input``, ``Select``, ``SwitchGroup``, ``OAuth``, ``OAuthAccount``,
/// ``FileUpload``, ``SSHTunnel``):
///
/// ```swift
/// struct Config: FormFields {
///     @Input("Workspace", placeholder: "acme") var workspace: String
///     @Input("API key") var apiKey: Secret
///     @Input("Days") var days = 90
/// }
/// ```
///
/// A field's name on the wire is the property's in snake case (`api_key`), unless the wrapper's `name:` says otherwise.
/// `init()` makes an empty config, to be filled by ``parse(_:)``; reading a required value of an empty one is a
/// programmer's error and stops.
public protocol FormFields: Sendable {
    init()
}

extension FormFields {
    /// The config of a stored object, or of a JSON text that holds one.
    ///
    /// Groups may be nested (`{"history": {"days": 30}}`) or flat (`{"history_days": 30}`, `{"history.days": 30}`);
    /// names may be written with hyphens or in camel case. Blanks around texts are trimmed.
    ///
    /// - Throws: ``ConfigError`` with every problem, not just the first.
    public static func parse(_ stored: JSONValue) throws -> Self {
        var problems: [ConfigError.Problem] = []
        let config = read(StoredConfig.decoded(stored), at: "", into: &problems)
        if !problems.isEmpty { throw ConfigError(problems) }
        return config
    }

    /// The fields of the form, in the order of declaration.
    public static var form: [FormField] {
        let members = Self().members
        return members.map { member in
            var field = member.field.form(name: member.name)
            let login = members.first { $0.name == field.integrationField }?.field as? any OAuthMarker
            field.integrationKind = login?.kind.rawValue
            return field
        }
    }

    /// The config as JSON Schema, draft 2020-12. Secrets are `writeOnly`.
    public static var jsonSchema: JSONValue { jsonSchema(title: nil) }

    static func jsonSchema(title: String?) -> JSONValue {
        var schema = JSONObject([("$schema", "https://json-schema.org/draft/2020-12/schema")])
        schema["title"] = title.map { .string($0) }
        for member in objectSchema.members { schema[member.name] = member.value }
        return .object(schema)
    }

    /// The config with `•••` for each secret, in its stored form.
    public var masked: JSONValue { .object(describe { $0.stored(masking: true) }) }

    /// The config as it is to be stored, secrets in clear.
    package var stored: JSONValue { .object(describe { $0.stored(masking: false) }) }

    /// Every secret in the config, for a ``Redactor``.
    public var secrets: [Secret] { members.flatMap { $0.field.secrets } }
}

// What the wrappers share.
extension FormFields {
    /// The decorated properties with their names on the wire.
    var members: [(name: String, field: any ConfigField)] {
        Mirror(reflecting: self).children.compactMap { child in
            guard let label = child.label, let field = child.value as? any ConfigField else { return nil }
            return (
                field.declaredName ?? WireName.normalised(label.hasPrefix("_") ? String(label.dropFirst()) : label),
                field
            )
        }
    }

    /// Fills an empty config from a stored value, noting what is wrong.
    static func read(_ stored: JSONValue, at path: String, into problems: inout [ConfigError.Problem]) -> Self {
        let config = Self()
        guard let object = stored.object else {
            problems.append(.init(path, "is not an object", accepted: "named fields"))
            return config
        }
        let members = config.members
        let level = StoredConfig(object, members: members)
        for member in members {
            member.field.fill(
                from: level.values[member.name], at: path.isEmpty ? member.name : "\(path).\(member.name)",
                into: &problems)
        }
        for name in level.unknown {
            problems.append(.unknown(name, in: path, among: level.knownNames))
        }
        return config
    }

    /// Whether a stored name belongs to this form, be it the name of a field or the flat name of a nested one.
    static func claims(_ name: String) -> Bool {
        Self().members.contains { $0.field.claims(name, as: $0.name) }
    }

    static var objectSchema: JSONObject {
        let members = Self().members
        var schema = JSONObject([("type", "object")])
        schema["properties"] = .object(JSONObject(members.map { ($0.name, $0.field.jsonSchema) }))
        let required = members.filter { $0.field.isRequired }.map { JSONValue.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["additionalProperties"] = false
        return schema
    }

    private func describe(_ value: (any ConfigField) -> JSONValue?) -> JSONObject {
        var object = JSONObject()
        for member in members { object[member.name] = value(member.field) }
        return object
    }
}
