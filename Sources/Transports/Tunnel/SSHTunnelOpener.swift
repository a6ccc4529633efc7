import Foundation
import Tributary

/// Opens tunnels with OpenSSH's client, which every system keeps patched.
///
/// The server's host is checked by the address policy, and the checked address is dialled. Its key must be the configured
/// one; without one, the first key seen is written to a file, and held to from then on. Secrets reach `ssh` through
/// private files and a pipe that are gone once it has logged in: never through arguments or the environment.
///
/// Cost: a process and a thread for each open tunnel. The process ends with the tunnel, or with this process.
public struct SSHTunnelOpener: TunnelOpener {
    private let hosts: HostValidator
    private let knownHosts: URL
    private let executable: String
    private let timeout: Duration

    /// - Parameters:
    ///   - hosts: Checks and resolves the tunnel's host.
    ///   - knownHosts: The file of keys that were seen, in the form of OpenSSH's known_hosts. It and its folder are made
    ///     when they are missing.
    ///   - executable: OpenSSH's client; by default the one in the search path.
    ///   - timeout: For connecting, logging in and reaching the target, together.
    public init(
        hosts: HostValidator, knownHosts: URL, executable: String? = nil, timeout: Duration = .seconds(30)
    ) {
        self.hosts = hosts
        self.knownHosts = knownHosts
        self.executable = executable ?? Self.find("ssh")
        self.timeout = timeout
    }

    public func open(through server: SSHServer, to target: NetworkEndpoint) async throws -> any OpenTunnel {
        try check(server, target)
        let address = try await hosts.resolve(server.address ?? server.endpoint.host).preferred
        let workplace = try SSHWorkplace(server.authentication)
        defer { workplace.remove() }
        let knownHostsFile = try prepareKnownHosts(server, workplace)
        for attempt in 1... {
            guard let port = LoopbackConnection.freePort() else {
                throw SourceError(
                    .unreachable, "Opening an SSH tunnel: no local port is free.", recovery: .retry(after: nil))
            }
            let command = SSHCommand(
                server: server, address: address, target: target, localPort: port, keyFile: workplace.keyFile,
                hasSecret: workplace.hasSecret, knownHostsFile: knownHostsFile, connectTimeout: timeout)
            let (child, outcome) = try await start(command, workplace)
            if case .forwards = outcome { return SSHTunnel(port: port, child: child) }
            await child.stopAndWait()
            guard SSHFailure.isPortTaken(outcome), attempt < 3 else {
                throw SSHFailure(server: server, target: target).error(outcome)
            }
        }
        preconditionFailure("the loop above ends by itself")
    }

    private func start(
        _ command: SSHCommand, _ workplace: SSHWorkplace
    ) async throws -> (ChildProcess, SSHStartup.Outcome) {
        let startup = SSHStartup(port: command.localPort)
        // Messages in English, whose words SSHFailure knows.
        let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"].merging(workplace.environment) { $1 }
        let child = ChildProcess(executable, command.arguments, environment: environment) { startup.note($0) }
        do {
            return (child, try await startup.outcome(within: timeout))
        } catch {
            await child.stopAndWait()
            throw error
        }
    }

    /// Words with a meaning for `ssh` must not come in through a name.
    private func check(_ server: SSHServer, _ target: NetworkEndpoint) throws {
        if let problem = HostName.problem(with: target.host) {
            throw Self.invalid("the target's host '\(target.host)' \(problem)")
        }
        for port in [server.endpoint.port, target.port] where !(1...65_535).contains(port) {
            throw Self.invalid("\(port) is no port; one is between 1 and 65535")
        }
        let isClean = server.username.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
        guard isClean, !server.username.isEmpty, !server.username.hasPrefix("-") else {
            throw Self.invalid("the user name is empty, or holds blanks or control characters, or begins with '-'")
        }
    }

    private static func invalid(_ what: String) -> SourceError {
        SourceError(.invalidConfig, "Opening an SSH tunnel: \(what).")
    }

    /// The file that `ssh` compares the server's key with.
    private func prepareKnownHosts(_ server: SSHServer, _ workplace: SSHWorkplace) throws -> String {
        guard let hostKey = server.hostKey else {
            try? FileManager.default.createDirectory(
                at: knownHosts.deletingLastPathComponent(), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            return knownHosts.path
        }
        let words = hostKey.split(whereSeparator: \.isWhitespace).map(String.init)
        // A whole line of known_hosts is taken as well: the key begins at the name of its type.
        guard
            let index = words.firstIndex(where: {
                $0.hasPrefix("ssh-") || $0.hasPrefix("ecdsa-") || $0.hasPrefix("sk-")
            }),
            index + 1 < words.count
        else {
            throw Self.invalid("the host key is not of the form 'ssh-ed25519 AAAA…'")
        }
        try workplace.write(
            knownHosts: "\(SSHCommand.keyName(server.endpoint)) \(words[index]) \(words[index + 1])\n")
        return workplace.knownHostsFile
    }

    private static func find(_ name: String) -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "/usr/bin/\(name)"
    }
}

/// A tunnel that forwards. It closes when it goes away, too.
final class SSHTunnel: OpenTunnel {
    let local: NetworkEndpoint
    private let child: ChildProcess

    init(port: Int, child: ChildProcess) {
        local = NetworkEndpoint(host: "127.0.0.1", port: port)
        self.child = child
    }

    func close() async { await child.stopAndWait() }
}
