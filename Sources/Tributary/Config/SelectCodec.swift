import Columns

/// How the value of a ``Select`` is read and written: for one choice, an optional one, or several.
struct SelectCodec<Value: Sendable>: Sendable {
    /// What a form and its checks need of an option, whatever its type.
    struct Choice: Sendable {
        let value: String
        let label: String
        let group: FieldGroup?
    }

    let options: [Choice]
    let converter: String?
    let isMultiple: Bool
    /// What an absent value means; nil makes the choice required.
    let absent: Value?
    let schema: JSONObject
    /// Reads a stored value; the third argument is the selection that holds when none is given.
    let read: @Sendable (JSONValue, String, String?, inout [ConfigError.Problem]) -> Value?
    /// The stored form, with secrets masked if asked.
    let write: @Sendable (Value, Bool) -> JSONValue?
    let selection: @Sendable (Value) -> String?
    let secrets: @Sendable (Value) -> [Secret]

    var accepted: String { options.map(\.value).joined(separator: ", ") }

    /// Whether one of the options has a field of this name.
    func claims(_ name: String) -> Bool { options.contains { $0.group?.claims(name) ?? false } }
}

extension SelectCodec {
    /// One choice, required.
    init(_ choices: [SelectOption<Value>], converter: String?) {
        let reader = SelectReader(options: choices)
        options = choices.map { Choice(value: $0.value, label: $0.label, group: $0.group) }
        self.converter = converter
        isMultiple = false
        absent = nil
        schema = reader.schema
        read = { reader.read($0, at: $1, initially: $2, into: &$3) }
        write = { reader.write($0, masking: $1) }
        selection = { reader.option(of: $0)?.value }
        secrets = { SelectReader.fields(of: $0)?.secrets ?? [] }
    }

    /// The same choice, or none.
    func optional() -> SelectCodec<Value?> {
        SelectCodec<Value?>(
            options: options.map { .init(value: $0.value, label: $0.label, group: $0.group) },
            converter: converter == "str_to_int" ? "str_to_optional_int" : converter, isMultiple: false,
            absent: .some(nil), schema: schema, read: { [read] in read($0, $1, $2, &$3).map { .some($0) } },
            write: { [write] value, masking in value.flatMap { write($0, masking) } },
            selection: { [selection] in $0.flatMap(selection) }, secrets: { [secrets] in $0.map(secrets) ?? [] })
    }

    /// Any number of the same choices: an array, or texts separated by commas.
    func several() -> SelectCodec<[Value]> {
        SelectCodec<[Value]>(
            options: options.map { .init(value: $0.value, label: $0.label, group: $0.group) }, converter: nil,
            isMultiple: true, absent: [],
            schema: JSONObject([("type", "array"), ("items", .object(schema)), ("uniqueItems", true)]),
            read: { [read] stored, path, _, problems in
                let texts = stored.string?.split(separator: ",").map { JSONValue.string(InputText.trimmed(String($0))) }
                return (stored.array ?? texts ?? [stored]).compactMap { read($0, path, nil, &problems) }
            },
            write: { [write] values, masking in .array(values.compactMap { write($0, masking) }) },
            selection: { _ in nil }, secrets: { [secrets] in $0.flatMap(secrets) })
    }
}

/// Reads and writes one choice.
struct SelectReader<Value: Sendable>: Sendable {
    let options: [SelectOption<Value>]

    private var accepted: String { options.map(\.value).joined(separator: ", ") }

    /// Takes `"api_key"` or `{"selection": "api_key", …}`.
    func read(
        _ stored: JSONValue, at path: String, initially: String?, into problems: inout [ConfigError.Problem]
    ) -> Value? {
        var object = stored.object ?? JSONObject()
        let hasFields = options.contains { $0.group != nil }
        let given = stored.object == nil ? stored : object["selection"]
        if hasFields { object["selection"] = nil }
        guard let chosen = selection(given, object, initially) else {
            let place = hasFields && stored.object != nil ? "\(path).selection" : path
            problems.append(.init(place, given == nil ? "is required" : "is none of the options", accepted: accepted))
            // Of members that belong to no option the choice cannot be told: a slip of the pen, most likely.
            if given == nil { note(unknown: object, at: path, into: &problems) }
            return nil
        }
        note(unknown: object, at: path, into: &problems)
        return chosen.make(fields(object, of: chosen), path, &problems)
    }

    /// The option that a text names; without one the default, or the only option that has all fields given.
    private func selection(_ given: JSONValue?, _ object: JSONObject, _ initially: String?) -> SelectOption<Value>? {
        if let given, !InputText.isAbsent(given) {
            guard let text = String.read(given) ?? given.bool.map({ "\($0)" }) else { return nil }
            let name = InputText.trimmed(text).lowercased()
            return options.first { $0.value.lowercased() == name }
        }
        if let initially { return options.first { $0.value == initially } }
        let fitting = options.filter { option in
            !object.isEmpty && object.names.allSatisfy { option.group?.claims(WireName.normalised($0)) ?? false }
        }
        return fitting.count == 1 ? fitting[0] : nil
    }

    /// The members that belong to the option; those of other options are stored side by side and skipped.
    private func fields(_ object: JSONObject, of option: SelectOption<Value>) -> JSONObject {
        JSONObject(
            object.members.filter { option.group?.claims(WireName.normalised($0.name)) ?? false }.map { ($0, $1) })
    }

    private func note(unknown object: JSONObject, at path: String, into problems: inout [ConfigError.Problem]) {
        for name in object.names
        where !options.contains(where: { $0.group?.claims(WireName.normalised(name)) ?? false }) {
            let known = options.flatMap { $0.group?.proposals() ?? [] }
            problems.append(.unknown(name, in: path, among: known))
        }
    }

    func option(of value: Value) -> SelectOption<Value>? { options.first { $0.matches(value) } }

    func write(_ value: Value, masking: Bool) -> JSONValue? {
        guard let option = option(of: value) else { return nil }
        guard options.contains(where: { $0.group != nil }) else { return .string(option.value) }
        var object = JSONObject([("selection", .string(option.value))])
        if let fields = Self.fields(of: value) {
            for member in (masking ? fields.masked : fields.stored).object?.members ?? [] {
                object[member.name] = member.value
            }
        }
        return .object(object)
    }

    /// The fields that the case of an enum carries.
    static func fields(of value: Value) -> (any FormFields)? {
        Mirror(reflecting: value).children.first?.value as? any FormFields
    }

    var schema: JSONObject {
        guard options.contains(where: { $0.group != nil }) else {
            return JSONObject([("enum", .array(options.map { .string($0.value) }))])
        }
        return JSONObject([("oneOf", .array(options.map { .object(Self.schema(of: $0)) }))])
    }

    private static func schema(of option: SelectOption<Value>) -> JSONObject {
        var schema = option.group?.schema() ?? JSONObject([("type", "object"), ("additionalProperties", false)])
        var properties = JSONObject([("selection", ["const": .string(option.value)])])
        for member in schema["properties"]?.object?.members ?? [] { properties[member.name] = member.value }
        schema["title"] = .string(option.label)
        schema["properties"] = .object(properties)
        schema["required"] = .array([.string("selection")] + (schema["required"]?.array ?? []))
        return schema
    }
}
