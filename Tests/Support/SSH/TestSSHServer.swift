import Foundation
import Tributary

/// A real sshd on 127.0.0.1 with host key, configuration and authorised keys of its own.
///
/// As root it also lets a throwaway account log in by password; as anybody else only key pairs work.
public final class TestSSHServer: Sendable {
    /// A key pair of the client.
    public struct KeyPair: Sendable {
        public let privateKey: Secret
        /// As a line of authorized_keys or known_hosts.
        public let publicKey: String
    }

    public let port: Int
    /// Who logs in by key pair.
    public let username: String
    /// The host's public key.
    public let hostKey: String
    private let folder: TemporaryFolder
    private let process: ServerProcess

    /// Whether the machine has what is needed (Debian: openssh-server, openssh-client).
    public static var isAvailable: Bool { ServerProcess.find("sshd") != nil && ServerProcess.find("ssh") != nil }

    /// Starts the server.
    ///
    /// - Parameters:
    ///   - port: A port that is free; by default any.
    ///   - authorized: Public keys that may log in.
    ///   - settings: Lines for the head of sshd_config, where the first of a kind counts.
    public init(port: Int? = nil, authorized: [String] = [], settings: String = "") async throws {
        guard let sshd = ServerProcess.find("sshd") else {
            throw ServerProcess.Failure(
                description: "Starting sshd: it is not on this machine (Debian: openssh-server).")
        }
        folder = try TemporaryFolder("sshd")
        hostKey = try await Self.makeKey(in: folder, name: "host").publicKey
        self.port = port ?? FreePort.take()
        username = NSUserName()
        // sshd insists on this one when it is root.
        if ServerProcess.isRoot {
            try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        let authorizedFile = try folder.write(authorized.joined(separator: "\n") + "\n", to: "authorized")
        try folder.write(
            """
            \(settings)
            ListenAddress 127.0.0.1:\(self.port)
            HostKey \(folder.path)/host
            PidFile none
            UsePAM no
            StrictModes no
            AuthorizedKeysFile \(authorizedFile)
            PermitRootLogin yes
            PasswordAuthentication yes
            KbdInteractiveAuthentication no
            AllowTcpForwarding local
            MaxStartups 100
            """, to: "sshd_config")
        process = try ServerProcess(sshd, ["-D", "-e", "-f", folder.file("sshd_config").path], folder: folder.url)
        try await process.waitUntilReady(port: self.port)
    }

    /// Ends the server and what it serves.
    public func stop() { process.stop() }

    /// What sshd has logged.
    public var log: String { process.output }

    /// How to log in here; the default key pair is nobody's.
    public func login(
        _ authentication: SSHServer.Authentication, username: String? = nil, hostKey: String? = nil
    ) -> SSHServer {
        SSHServer(
            endpoint: NetworkEndpoint(host: "127.0.0.1", port: port), username: username ?? self.username,
            authentication: authentication, hostKey: hostKey)
    }

    /// Makes an ed25519 key pair.
    public static func makeKeyPair(passphrase: String = "") async throws -> KeyPair {
        try await makeKey(in: try TemporaryFolder("key"), name: "key", passphrase: passphrase)
    }

    private static func makeKey(
        in folder: TemporaryFolder, name: String, passphrase: String = ""
    ) async throws -> KeyPair {
        let keygen = ServerProcess.find("ssh-keygen") ?? "/usr/bin/ssh-keygen"
        let arguments = ["-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", folder.file(name).path]
        try await ServerProcess.check(keygen, arguments, folder: folder.url)
        return KeyPair(
            privateKey: Secret(try String(contentsOf: folder.file(name), encoding: .utf8)),
            publicKey: try String(contentsOf: folder.file(name + ".pub"), encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

/// A user account for one test, which only root can make; it goes away with the value.
public final class ThrowawayAccount: Sendable {
    public let name: String
    public let password: Secret

    /// Whether accounts can be made here.
    public static var isAvailable: Bool {
        ServerProcess.isRoot && ServerProcess.find("useradd") != nil && ThrowawayCA.isAvailable
    }

    /// Makes the account, which has no home and no shell.
    public init() async throws {
        name = "tributary-\(UUID().uuidString.prefix(8).lowercased())"
        password = Secret("pw \(UUID().uuidString) 'ä\"$x")
        let folder = try TemporaryFolder()
        let openssl = ServerProcess.find("openssl") ?? "/usr/bin/openssl"
        try folder.write(password.revealed + "\n", to: "password")
        let hash = try await ServerProcess.check(openssl, ["passwd", "-6", "-in", "password"], folder: folder.url)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let arguments = ["-M", "-N", "-s", "/usr/sbin/nologin", "-p", hash, name]
        // Another test may hold the lock of /etc/passwd.
        for attempt in 1... {
            let output = try await ServerProcess.run("/usr/sbin/useradd", arguments, folder: folder.url)
            if output.status == 0 { break }
            guard attempt < 50 else { throw ServerProcess.Failure(description: "Making an account: \(output.text)") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    deinit {
        let command = "for i in 1 2 3 4 5 6 7 8 9; do userdel -f \(name) 2>/dev/null && break; sleep 0.2; done"
        let folder = FileManager.default.temporaryDirectory
        guard let process = try? ServerProcess("/bin/sh", ["-c", command], folder: folder) else { return }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: process.logFile)
    }
}
