import Columns

/// The config of an SSH tunnel, as the ``SSHTunnel`` field holds it.
public struct Tunnel: Hashable, Sendable {
    /// How to reach and prove the SSH server.
    public var server: SSHServer
    /// Whether the connection inside the tunnel must be encrypted as well.
    public var requiresTLS: Bool

    /// A tunnel through a server.
    public init(server: SSHServer, requiresTLS: Bool = false) {
        self.server = server
        self.requiresTLS = requiresTLS
    }
}

/// An SSH tunnel to a database, as one field with a form of its own; nil is no tunnel.
///
/// ```swift
/// @SSHTunnel(requireTLS: true) var sshTunnel: Tunnel?
/// ```
///
/// Stored as `{"enabled": true, "host": …, "port": 22, "auth": {"selection": "password" | "keypair", "username": …, …},
/// "require_tls": {"enabled": true}}`.
@propertyWrapper
public struct SSHTunnel: Sendable {
    private var storage: FieldStorage<Tunnel?>
    let label: String
    let declaredName: String?
    private let offersTLS: Bool
    private let caption: String?

    /// - Parameter requireTLS: whether the form offers to demand TLS inside the tunnel.
    public init(
        _ label: String = "Use an SSH tunnel", requireTLS: Bool = false, caption: String? = nil, name: String? = nil
    ) {
        self.label = label
        self.caption = caption
        offersTLS = requireTLS
        declaredName = name
        storage = FieldStorage(.some(nil))
    }

    /// The tunnel; nil when there is none.
    public var wrappedValue: Tunnel? {
        get { storage.value ?? nil }
        set { storage = FieldStorage(newValue) }
    }
}

/// The form inside an ``SSHTunnel``.
struct TunnelFields: FormFields {
    @Input("Tunnel host", rule: .host) var host: String
    @Input("Tunnel port", rule: .port) var port = 22
    @Select("Authentication") var auth: Authentication
    @Input(
        "Host key", placeholder: "ssh-ed25519 AAAA…",
        caption: "The server's public key; empty trusts the first one seen")
    var hostKey: String?
    @SwitchGroup("Require TLS through the tunnel") var requireTLS: NoFields?

    enum Authentication: SelectValue {
        case password(PasswordFields)
        case keyPair(KeyFields)

        static let options = [
            Option("password", "Password", Authentication.password),
            Option("keypair", "Key pair", Authentication.keyPair),
        ]
    }

    struct PasswordFields: FormFields {
        @Input("Tunnel user") var username: String
        @Input("Tunnel password") var password: Secret
    }

    struct KeyFields: FormFields {
        @Input("Tunnel user") var username: String
        @Input("Private key", style: .textarea) var privateKey: Secret
        @Input("Passphrase") var passphrase: Secret?
    }

    struct NoFields: FormFields {}
}

extension TunnelFields {
    var tunnel: Tunnel {
        let user: String
        let authentication: SSHServer.Authentication
        switch auth {
        case .password(let fields):
            user = fields.username
            authentication = .password(fields.password)
        case .keyPair(let fields):
            user = fields.username
            authentication = .keyPair(privateKey: fields.privateKey, passphrase: fields.passphrase)
        }
        let server = SSHServer(
            endpoint: NetworkEndpoint(host: host, port: port), username: user, authentication: authentication,
            hostKey: hostKey)
        return Tunnel(server: server, requiresTLS: requireTLS != nil)
    }

    /// The form's values for a tunnel, to store and to show it.
    init(_ tunnel: Tunnel) {
        self.init()
        host = tunnel.server.endpoint.host
        port = tunnel.server.endpoint.port
        hostKey = tunnel.server.hostKey
        requireTLS = tunnel.requiresTLS ? NoFields() : nil
        switch tunnel.server.authentication {
        case .password(let password):
            var fields = PasswordFields()
            fields.username = tunnel.server.username
            fields.password = password
            auth = .password(fields)
        case .keyPair(let privateKey, let passphrase):
            var fields = KeyFields()
            fields.username = tunnel.server.username
            fields.privateKey = privateKey
            fields.passphrase = passphrase
            auth = .keyPair(fields)
        }
    }
}

extension SSHTunnel: ConfigField {
    private static let group = SwitchGroup<TunnelFields>("")

    var isRequired: Bool { false }
    var scalarName: String { "enabled" }
    var secrets: [Secret] { wrappedValue.map { TunnelFields($0).secrets } ?? [] }

    func claimsInside(_ stored: String) -> Bool { Self.group.claimsInside(stored) }

    func proposals(as name: String) -> [String] { [name] + TunnelFields().members.map { "\(name)_\($0.name)" } }

    var jsonSchema: JSONValue {
        var schema = Self.group.jsonSchema.object ?? JSONObject()
        schema["title"] = .string(label)
        schema["description"] = caption.map { .string($0) }
        return .object(schema)
    }

    func form(name: String) -> FormField {
        var field = FormField(.sshTunnel, name: name, label: label, caption: caption)
        field.supportsRequireTls = offersTLS
        field.fields = TunnelFields.form.filter { offersTLS || $0.name != "require_tls" }
        return field
    }

    func fill(from stored: JSONValue?, at path: String, into problems: inout [ConfigError.Problem]) {
        let group = SwitchGroup<TunnelFields>(label)
        let before = problems.count
        group.fill(from: stored, at: path, into: &problems)
        if problems.count == before, let fields = group.wrappedValue { storage.fill(fields.tunnel) }
    }

    func stored(masking: Bool) -> JSONValue? {
        var group = SwitchGroup<TunnelFields>(label)
        group.wrappedValue = wrappedValue.map { TunnelFields($0) }
        return group.stored(masking: masking)
    }
}

extension SSHTunnel: CustomStringConvertible, CustomReflectable {
    public var description: String {
        wrappedValue.map { "through \($0.server.endpoint.host):\($0.server.endpoint.port)" } ?? "off"
    }
    public var customMirror: Mirror { Mirror(self, children: ["value": description]) }
}
