/// An end of a TCP connection: a host (name or address) and a port.
public struct NetworkEndpoint: Hashable, Sendable {
    /// A name or an address.
    public var host: String
    /// 1 to 65535.
    public var port: Int

    /// A host and a port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// How to reach and prove an SSH server.
public struct SSHServer: Sendable, Hashable {
    /// How the user logs in.
    public enum Authentication: Sendable, Hashable {
        case password(Secret)
        /// A private key in OpenSSH or PEM text, with its passphrase if it has one.
        case keyPair(privateKey: Secret, passphrase: Secret?)
    }

    /// Where the SSH server listens.
    public var endpoint: NetworkEndpoint
    /// Whom to log in as.
    public var username: String
    /// How to log in.
    public var authentication: Authentication
    /// The server's public key as a line of known_hosts gives it (`ssh-ed25519 AAAA…`); nil trusts the first one seen
    /// and holds the server to it from then on.
    public var hostKey: String?
    /// The checked address to dial instead of resolving the host again.
    public var address: String?

    /// A server; without a host key the first one seen is trusted and kept to.
    public init(
        endpoint: NetworkEndpoint, username: String, authentication: Authentication, hostKey: String? = nil,
        address: String? = nil
    ) {
        self.address = address
        self.endpoint = endpoint
        self.username = username
        self.authentication = authentication
        self.hostKey = hostKey
    }
}

/// An open tunnel: connections to `local` come out at the target.
public protocol OpenTunnel: Sendable {
    /// A loopback end to dial.
    var local: NetworkEndpoint { get }
    /// Closes the tunnel; closing twice is harmless.
    func close() async
}

/// Opens SSH tunnels.
public protocol TunnelOpener: Sendable {
    /// Opens a tunnel through `server` to `target`, whose name is resolved on the far side.
    ///
    /// - Throws: `SourceError`: `unreachable`, `addressRefused`, `invalidCredentials`, or `permissionDenied` when the
    ///   server's host key is not the expected one.
    func open(through server: SSHServer, to target: NetworkEndpoint) async throws -> any OpenTunnel
}
