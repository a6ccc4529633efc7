/// A whole form as a front end draws it: who the source is, and its fields in the order of declaration.
///
/// Encoded with the key names of PostHog's `SourceConfig`.
public struct SourceForm: Hashable, Sendable, Codable {
    /// The source's type.
    public var name: String
    /// The text that a user sees.
    public var label: String
    /// The group of the catalogue.
    public var category: SourceCategory
    /// A sentence above or below, such as which permissions are needed.
    public var caption: String?
    /// The vendor's documentation; https.
    public var docsUrl: String
    /// Where the icon is, relative to the catalogue's resources.
    public var iconPath: String
    /// Words by which a user may look for it.
    public var keywords: [String]
    /// How finished the source is.
    public var releaseStatus: ReleaseStatus
    /// In the order of declaration.
    public var fields: [FormField]

    /// The form of a source.
    public init(_ description: SourceDescription, fields: [FormField]) {
        name = description.type
        label = description.label
        category = description.category
        caption = description.caption
        docsUrl = description.docs
        iconPath = "Icons/\(description.icon).svg"
        keywords = description.keywords
        releaseStatus = description.status
        self.fields = fields
    }
}

/// One field of a form. Which of the optional members are there depends on `type`.
public struct FormField: Hashable, Sendable, Codable {
    /// What a front end draws.
    public enum FieldType: String, Hashable, Sendable, Codable, CaseIterable {
        case text, email, search, url, password, time, number, textarea
        case switchGroup = "switch-group"
        case select
        case oauth
        case oauthAccount = "oauth-account-select"
        case fileUpload = "file-upload"
        case sshTunnel = "ssh-tunnel"
    }

    /// One choice of a select.
    public struct Option: Hashable, Sendable, Codable {
        public var label: String
        /// The text on the wire.
        public var value: String
        /// The fields that belong to this choice alone.
        public var fields: [FormField]?

        /// A choice, with the fields that belong to it.
        public init(label: String, value: String, fields: [FormField]? = nil) {
            self.label = label
            self.value = value
            self.fields = fields
        }
    }

    /// What is taken from an uploaded file.
    public struct FileFormat: Hashable, Sendable, Codable {
        /// The ending of the file's name.
        public var format = ".json"
        /// What is taken from the file.
        public var keys: Keys
        /// The greatest size that is read.
        public var maxBytes: Int

        /// All keys of the file (`*`), or those listed.
        public enum Keys: Hashable, Sendable, Codable {
            case all
            case listed([String])
        }
    }

    /// What a front end draws.
    public var type: FieldType
    /// The name on the wire.
    public var name: String
    public var label: String
    /// Whether a config without it is refused.
    public var required: Bool?
    /// An example that is shown while the field is empty.
    public var placeholder: String?
    public var caption: String?
    /// Inputs: whether the value is left out of every answer. Independent of how it is drawn.
    public var secret: Bool?
    /// Inputs and selects: the value that is taken when none is given.
    public var defaultValue: FormScalar?
    /// Selects.
    public var options: [Option]?
    /// Selects: how stored texts become typed values, by the name of PostHog's converter.
    public var converter: String?
    /// Selects and OAuth accounts: whether several may be chosen.
    public var multiple: Bool?
    /// Switch groups: whether it is on at first.
    public var `default`: FormScalar?
    /// Switch groups: the fields inside; file uploads: the listed keys with their labels.
    public var fields: [FormField]?
    /// OAuth: the kind of integration, and its scopes, separated by blanks.
    public var kind: String?
    /// OAuth: the scopes that are needed, separated by blanks.
    public var requiredScopes: String?
    /// OAuth accounts: the field that supplies the list.
    public var integrationField: String?
    /// OAuth accounts: the kind of the integration that supplies the list.
    public var integrationKind: String?
    /// File uploads: what is taken from the file.
    public var fileFormat: FileFormat?
    /// SSH tunnels: whether TLS inside the tunnel can be demanded.
    public var supportsRequireTls: Bool?

    /// A field of a type; what only some types have is set afterwards.
    public init(_ type: FieldType, name: String, label: String, required: Bool? = nil, caption: String? = nil) {
        self.type = type
        self.name = name
        self.label = label
        self.required = required
        self.caption = caption
    }
}

/// A scalar in a form: a default as text, number or truth value.
public enum FormScalar: Hashable, Sendable {
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)
}

extension FormScalar: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .bool(let value): try container.encode(value)
        }
    }
}

extension FormField.FileFormat.Keys {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let keys = try? container.decode([String].self) {
            self = .listed(keys)
        } else {
            self = .all
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .all: try container.encode("*")
        case .listed(let keys): try container.encode(keys)
        }
    }
}
