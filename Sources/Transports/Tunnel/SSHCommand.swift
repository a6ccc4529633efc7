import Foundation
import Tributary

/// The arguments of an `ssh` that does nothing but forward one port.
///
/// No configuration file of the user or the machine is read: what is not said here does not happen.
struct SSHCommand: Sendable {
    var server: SSHServer
    /// The checked address that is dialled; the server's name only finds its key.
    var address: String
    var target: NetworkEndpoint
    var localPort: Int
    var keyFile: String?
    var hasSecret: Bool
    var knownHostsFile: String
    var connectTimeout: Duration

    /// The name under which the server's key is kept.
    static func keyName(_ endpoint: NetworkEndpoint) -> String { "[\(endpoint.host.lowercased())]:\(endpoint.port)" }

    var arguments: [String] {
        ["-F", "none", "-N", "-T"] + options.flatMap { ["-o", $0] }
            + ["-L", "127.0.0.1:\(localPort):\(bracketed(target.host)):\(target.port)"]
            + ["-l", server.username, "-p", String(server.endpoint.port), "--", address]
    }

    private var options: [String] { hostKeyOptions + loginOptions + quietOptions }

    private var hostKeyOptions: [String] {
        // A key that was given is the only one; otherwise the first one seen is written down, a changed one refused.
        [
            "StrictHostKeyChecking=\(server.hostKey == nil ? "accept-new" : "yes")",
            "UserKnownHostsFile=\(Self.quoted(knownHostsFile))", "GlobalKnownHostsFile=none",
            "HostKeyAlias=\(Self.keyName(server.endpoint))", "CheckHostIP=no", "UpdateHostKeys=no", "HashKnownHosts=no",
            "VerifyHostKeyDNS=no",
        ]
    }

    private var loginOptions: [String] {
        let common = [
            "BatchMode=\(hasSecret ? "no" : "yes")", "NumberOfPasswordPrompts=1", "IdentityAgent=none",
            "IdentitiesOnly=yes", "GSSAPIAuthentication=no", "HostbasedAuthentication=no",
        ]
        if let keyFile {
            return common + [
                "PreferredAuthentications=publickey", "PasswordAuthentication=no", "KbdInteractiveAuthentication=no",
                "IdentityFile=\(Self.quoted(keyFile))",
            ]
        }
        return common + ["PreferredAuthentications=password,keyboard-interactive", "PubkeyAuthentication=no"]
    }

    private var quietOptions: [String] {
        [
            "ExitOnForwardFailure=yes", "ConnectTimeout=\(max(1, Int(connectTimeout / .seconds(1))))",
            "ConnectionAttempts=1", "ServerAliveInterval=15", "ServerAliveCountMax=4", "TCPKeepAlive=yes",
            "ForwardAgent=no", "ForwardX11=no", "GatewayPorts=no", "PermitLocalCommand=no", "ProxyCommand=none",
            "ControlMaster=no", "ControlPath=none", "Tunnel=no", "EscapeChar=none", "LogLevel=DEBUG2",
        ]
    }

    private func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    /// A path in the form of a configuration value: `%` begins an escape there, blanks end the value.
    private static func quoted(_ path: String) -> String {
        "\"\(path.replacingOccurrences(of: "%", with: "%%"))\""
    }
}
