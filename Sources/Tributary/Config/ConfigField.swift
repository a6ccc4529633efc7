import Columns

/// What every field wrapper can do; ``FormFields`` finds the wrappers of a config by it.
protocol ConfigField: Sendable {
    /// The name on the wire, where it is not the property's.
    var declaredName: String? { get }
    var label: String { get }
    /// Whether a config without it is refused.
    var isRequired: Bool { get }
    var jsonSchema: JSONValue { get }
    /// The secrets of the present value.
    var secrets: [Secret] { get }

    func form(name: String) -> FormField
    /// Takes the value of a stored config; nil when it has none.
    func fill(from stored: JSONValue?, at path: String, into problems: inout [ConfigError.Problem])
    /// The present value in its stored form; nil when it is absent.
    func stored(masking: Bool) -> JSONValue?
    /// Whether a stored name is this field's own or the flat name of a field inside it.
    func claims(_ stored: String, as name: String) -> Bool
    /// Whether the fields inside may be given without the prefix of this field.
    var allowsBareNames: Bool { get }
    /// Whether a name without prefix belongs to a field inside.
    func claimsInside(_ stored: String) -> Bool
    /// What a plain value means that stands in place of the group: its `selection`, or whether it is `enabled`.
    var scalarName: String { get }
    /// Names that a message may propose.
    func proposals(as name: String) -> [String]
    /// What the author got wrong about this field.
    func declarationProblems(name: String, siblings: [(name: String, field: any ConfigField)]) -> [String]
}

extension ConfigField {
    var secrets: [Secret] { [] }
    var allowsBareNames: Bool { false }
    var scalarName: String { "selection" }

    func claimsInside(_ stored: String) -> Bool { false }

    func claims(_ stored: String, as name: String) -> Bool {
        if stored == name { return true }
        return StoredConfig.inner(stored, of: name).map(claimsInside) ?? false
    }

    func proposals(as name: String) -> [String] { [name] }

    func declarationProblems(name: String, siblings: [(name: String, field: any ConfigField)]) -> [String] { [] }
}

/// The storage of a wrapper.
///
/// A box behind a lock, so that ``FormFields/parse(_:)`` can fill a config in place while the compiler proves that the
/// config may cross threads. A setter makes a new box, so that copies of a config stay independent.
struct FieldStorage<Value: Sendable>: Sendable {
    private var box: Lock<Value?>

    init(_ value: Value?) { box = Lock(value) }

    var value: Value? { box.withLock { $0 } }

    /// Fills the box that all copies made so far share: only while a config is being parsed.
    func fill(_ value: Value) { box.withLock { $0 = value } }

    /// The value; an empty config has none.
    func required(_ label: String) -> Value {
        guard let value else {
            preconditionFailure("The field '\(label)' was read from an empty config; make configs with parse(_:).")
        }
        return value
    }
}

/// One level of a stored config, with flat names put where they belong.
struct StoredConfig {
    /// By the name of the field on this level.
    private(set) var values: [String: JSONValue] = [:]
    /// Names that no field claims, as they were spelt.
    private(set) var unknown: [String] = []
    let knownNames: [String]

    init(_ object: JSONObject, members: [(name: String, field: any ConfigField)]) {
        knownNames = members.flatMap { $0.field.proposals(as: $0.name) }
        var inner: [String: JSONObject] = [:]
        for (spelt, value) in object.members {
            let name = WireName.normalised(spelt)
            if let member = members.first(where: { WireName.normalised($0.name) == name }) {
                values[member.name] = value
            } else if let place = Self.place(of: name, among: members) {
                inner[place.member, default: JSONObject()][place.name] = value
            } else {
                unknown.append(spelt)
            }
        }
        for member in members {
            guard let flat = inner[member.name] else { continue }
            values[member.name] = Self.merged(values[member.name], flat, marker: member.field.scalarName)
        }
    }

    /// The group that a flat name belongs to, and the rest of the name.
    private static func place(
        of name: String, among members: [(name: String, field: any ConfigField)]
    ) -> (member: String, name: String)? {
        for member in members {
            if let rest = inner(name, of: member.name), member.field.claimsInside(rest) { return (member.name, rest) }
        }
        let bare = members.filter { $0.field.allowsBareNames && $0.field.claimsInside(name) }
        return bare.count == 1 ? (bare[0].name, name) : nil
    }

    /// `days` for `history_days` or `history.days` of `history`.
    static func inner(_ stored: String, of name: String) -> String? {
        let name = WireName.normalised(name)
        guard stored.hasPrefix(name) else { return nil }
        let rest = stored.dropFirst(name.count)
        guard let first = rest.first, first == "_" || first == ".", rest.count > 1 else { return nil }
        return String(rest.dropFirst())
    }

    /// Flat members over nested ones; a plain text beside flat members is the selection of a select.
    private static func merged(_ nested: JSONValue?, _ flat: JSONObject, marker: String) -> JSONValue {
        var object: JSONObject
        switch nested {
        case .object(let members): object = members
        case nil, .null: object = JSONObject()
        case .some(let scalar): object = JSONObject([(marker, scalar)])
        }
        for (name, value) in flat.members { object[name] = value }
        return .object(object)
    }

    /// The value itself, or what a JSON text holds: old rows were encoded twice.
    static func decoded(_ stored: JSONValue) -> JSONValue {
        guard let text = stored.string, let value = try? JSONValue(parsing: text) else { return stored }
        return value
    }
}
