import Columns

/// The contents of a JSON file that a user uploads, such as a service account's key.
///
/// ```swift
/// struct ServiceAccount: FormFields {
///     @Input("Project") var projectID: String
///     @Input("Private key", style: .textarea) var privateKey: Secret
/// }
/// @FileUpload("Service account") var account: ServiceAccount      // the listed keys, typed
/// @FileUpload("Settings") var settings: JSONObject                // all keys
/// ```
///
/// Stored as the object, or as the text of the file. Keys of the file that are not listed are left out. The contents of
/// a file whose keys are not listed count as secret as a whole.
@propertyWrapper
public struct FileUpload<Value: Sendable>: Sendable {
    private var storage: FieldStorage<Value>
    let label: String
    let declaredName: String?
    private let caption: String?
    private let maxBytes: Int
    private let codec: FileCodec<Value>

    init(_ label: String, caption: String?, maxBytes: Int, name: String?, codec: FileCodec<Value>) {
        self.label = label
        self.caption = caption
        self.maxBytes = maxBytes
        self.codec = codec
        declaredName = name
        storage = FieldStorage(codec.absent)
    }

    /// The contents of the file. Reading a required one of an empty config stops.
    public var wrappedValue: Value {
        get { storage.required(label) }
        set { storage = FieldStorage(newValue) }
    }
}

extension FileUpload {
    /// The listed keys of a file.
    ///
    /// - Parameter maxBytes: the greatest size of the file's text.
    public init(_ label: String, caption: String? = nil, maxBytes: Int = 64 << 10, name: String? = nil)
    where Value: FormFields {
        self.init(label, caption: caption, maxBytes: maxBytes, name: name, codec: .listed(Value.self))
    }

    /// The listed keys of a file that may be left out.
    public init<Fields: FormFields>(
        _ label: String, caption: String? = nil, maxBytes: Int = 64 << 10, name: String? = nil
    ) where Value == Fields? {
        self.init(
            label, caption: caption, maxBytes: maxBytes, name: name, codec: FileCodec.listed(Fields.self).optional())
    }

    /// All keys of a file.
    public init(_ label: String, caption: String? = nil, maxBytes: Int = 64 << 10, name: String? = nil)
    where Value == JSONObject {
        self.init(label, caption: caption, maxBytes: maxBytes, name: name, codec: .all)
    }

    /// All keys of a file that may be left out.
    public init(_ label: String, caption: String? = nil, maxBytes: Int = 64 << 10, name: String? = nil)
    where Value == JSONObject? {
        self.init(label, caption: caption, maxBytes: maxBytes, name: name, codec: FileCodec<JSONObject>.all.optional())
    }
}

extension FileUpload: ConfigField {
    var isRequired: Bool { codec.absent == nil }
    var secrets: [Secret] { storage.value.map(codec.secrets) ?? [] }

    func claimsInside(_ stored: String) -> Bool { codec.group?.claims(stored) ?? false }

    var jsonSchema: JSONValue {
        var schema = codec.schema
        schema["title"] = .string(label)
        schema["description"] = caption.map { .string($0) }
        return .object(schema)
    }

    func form(name: String) -> FormField {
        var field = FormField(.fileUpload, name: name, label: label, required: isRequired, caption: caption)
        field.fields = codec.group?.form()
        let keys = field.fields.map { FormField.FileFormat.Keys.listed($0.map(\.name)) }
        field.fileFormat = FormField.FileFormat(keys: keys ?? .all, maxBytes: maxBytes)
        return field
    }

    func fill(from stored: JSONValue?, at path: String, into problems: inout [ConfigError.Problem]) {
        guard let stored, !InputText.isAbsent(stored) else {
            if isRequired { problems.append(.init(path, "is required", accepted: "the contents of a JSON file")) }
            return
        }
        if InputText.looksEncrypted(stored) {
            problems.append(.init(path, InputText.encryptedMessage))
        } else if let text = stored.string, text.utf8.count > maxBytes {
            problems.append(.init(path, "is too large a file", accepted: "at most \(maxBytes) bytes"))
        } else if let object = StoredConfig.decoded(stored).object {
            storage.fill(codec.read(object, path, &problems))
        } else {
            problems.append(.init(path, "is not a JSON object", accepted: "the contents of a JSON file"))
        }
    }

    func stored(masking: Bool) -> JSONValue? { storage.value.flatMap { codec.write($0, masking) } }

    func declarationProblems(name: String, siblings: [(name: String, field: any ConfigField)]) -> [String] {
        let limit = maxBytes > 0 ? [] : ["the file upload '\(name)' takes no byte"]
        return limit + (codec.group?.declarationProblems() ?? [])
    }
}

extension FileUpload: CustomStringConvertible, CustomReflectable {
    public var description: String {
        guard let value = storage.value else { return "(empty)" }
        return codec.write(value, true).map { "\($0)" } ?? "nil"
    }
    public var customMirror: Mirror { Mirror(self, children: ["value": description]) }
}

/// How the value of a ``FileUpload`` is read and written.
struct FileCodec<Value: Sendable>: Sendable {
    /// The listed keys; nil takes all.
    let group: FieldGroup?
    /// What an absent file means; nil makes the field required.
    let absent: Value?
    let schema: JSONObject
    let read: @Sendable (JSONObject, String, inout [ConfigError.Problem]) -> Value
    let write: @Sendable (Value, Bool) -> JSONValue?
    let secrets: @Sendable (Value) -> [Secret]

    func optional() -> FileCodec<Value?> {
        FileCodec<Value?>(
            group: group, absent: .some(nil), schema: schema, read: { [read] in read($0, $1, &$2) },
            write: { [write] value, masking in value.flatMap { write($0, masking) } },
            secrets: { [secrets] in $0.map(secrets) ?? [] })
    }
}

extension FileCodec where Value: FormFields {
    static func listed(_ type: Value.Type) -> FileCodec {
        FileCodec(
            group: FieldGroup(Value.self), absent: nil, schema: Value.objectSchema,
            read: { object, path, problems in
                let listed = object.members.filter { Value.claims(WireName.normalised($0.name)) }
                return Value.read(.object(JSONObject(listed.map { ($0.name, $0.value) })), at: path, into: &problems)
            },
            write: { $1 ? $0.masked : $0.stored }, secrets: { $0.secrets })
    }
}

extension FileCodec where Value == JSONObject {
    static var all: FileCodec {
        FileCodec(
            group: nil, absent: nil, schema: JSONObject([("type", "object"), ("writeOnly", true)]),
            read: { object, _, _ in object },
            write: { value, masking in
                masking ? .object(JSONObject(value.names.map { ($0, .string(Secret.mask)) })) : .object(value)
            },
            secrets: { $0.members.compactMap { $0.value.string.map { Secret($0) } } })
    }
}
