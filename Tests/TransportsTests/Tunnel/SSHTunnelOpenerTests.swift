import Foundation
import TestSupport
import Testing
import Transports
import Tributary

@Suite(
    "SSHTunnelOpener", .timeLimit(.minutes(2)), .serialized, .enabled(if: Requirement.met(TestSSHServer.isAvailable)))
struct SSHTunnelOpenerTests {
    private let folder: TemporaryFolder
    private let opener: SSHTunnelOpener
    private let echo: RawTCPServer

    init() throws {
        folder = try TemporaryFolder("tunnel")
        opener = SSHTunnelOpener(
            hosts: HostValidator(policy: .publicOnly.allowing(["127.0.0.1"]), resolver: SystemResolver()),
            knownHosts: folder.file("state/known hosts"), timeout: .seconds(20))
        echo = try RawTCPServer { connection in
            while let request = connection.readRequest() {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(request.utf8.count)\r\n\r\n\(request)")
            }
        }
    }

    private var target: NetworkEndpoint { NetworkEndpoint(host: "localhost", port: echo.port) }

    private func expectForwarding(_ tunnel: any OpenTunnel) async throws {
        #expect(tunnel.local.host == "127.0.0.1")
        let url = "http://127.0.0.1:\(tunnel.local.port)/hello"
        #expect(try await makeClient().send(HTTPRequest(.get, url)).text().hasPrefix("GET /hello HTTP/1.1"))
    }

    /// No process of ours is left, and no private file.
    private func expectNothingLeft(_ port: Int) async throws {
        let listed = try await ServerProcess.run(
            "/bin/sh", ["-c", "ps -eo args | grep -c '[s]sh -F none.* -p \(port) ' "], folder: folder.url)
        #expect(listed.text == "0\n")
    }

    @Test("A key pair opens a tunnel that forwards until it is closed")
    func keyPair() async throws {
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer(authorized: [key.publicKey])
        let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: nil), hostKey: server.hostKey)
        let tunnel = try await opener.open(through: login, to: target)
        try await expectForwarding(tunnel)
        await tunnel.close()
        await tunnel.close()
        #expect(!FreePort.isOpen(tunnel.local.port))
        try await expectNothingLeft(server.port)
    }

    @Test("A key with Windows line breaks, without the last one, and a whole line of known_hosts are taken")
    func pastedTexts() async throws {
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer(authorized: [key.publicKey])
        let pasted = Secret("  " + key.privateKey.revealed.dropLast().replacingOccurrences(of: "\n", with: "\r\n"))
        let login = server.login(
            .keyPair(privateKey: pasted, passphrase: Secret("")),
            hostKey: "db.example.com,10.0.0.1 \(server.hostKey) comment")
        let tunnel = try await opener.open(through: login, to: target)
        try await expectForwarding(tunnel)
        await tunnel.close()
    }

    @Test("A key with a passphrase opens a tunnel; a wrong passphrase is named as such", arguments: [true, false])
    func passphrase(isRight: Bool) async throws {
        let key = try await TestSSHServer.makeKeyPair(passphrase: "corréct horse $battery")
        let server = try await TestSSHServer(authorized: [key.publicKey])
        let passphrase = Secret(isRight ? "corréct horse $battery" : "wrong passphrase")
        let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: passphrase))
        if isRight {
            let tunnel = try await opener.open(through: login, to: target)
            try await expectForwarding(tunnel)
            await tunnel.close()
        } else {
            let error = await sourceError(.invalidCredentials) { try await opener.open(through: login, to: target) }
            #expect(error?.message.contains("the passphrase does not fit the private key") == true)
            #expect(error?.description.contains("wrong passphrase") == false)
        }
        try await expectNothingLeft(server.port)
    }

    @Test("A key whose passphrase is missing is named as such")
    func missingPassphrase() async throws {
        let key = try await TestSSHServer.makeKeyPair(passphrase: "secret")
        let server = try await TestSSHServer(authorized: [key.publicKey])
        let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: nil))
        let error = await sourceError(.invalidCredentials) { try await opener.open(through: login, to: target) }
        #expect(error?.message.contains("needs a passphrase") == true)
    }

    @Test(
        "A password opens a tunnel; a wrong one is named as such", .enabled(if: ThrowawayAccount.isAvailable),
        arguments: [true, false])
    func password(isRight: Bool) async throws {
        let account = try await ThrowawayAccount()
        let server = try await TestSSHServer()
        let password = isRight ? account.password : Secret("wr0ngPassword")
        let login = server.login(.password(password), username: account.name)
        if isRight {
            let tunnel = try await opener.open(through: login, to: target)
            try await expectForwarding(tunnel)
            await tunnel.close()
        } else {
            let error = await sourceError(.invalidCredentials) { try await opener.open(through: login, to: target) }
            #expect(error?.message.contains("refuses the user name or the password") == true)
            #expect(error?.description.contains("wr0ngPassword") == false)
            #expect(error?.recovery == .stop)
        }
        try await expectNothingLeft(server.port)
    }

    @Test("A key that the server does not know is refused")
    func unknownKey() async throws {
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer()
        let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: nil))
        let error = await sourceError(.invalidCredentials) { try await opener.open(through: login, to: target) }
        #expect(error?.message.contains("refuses the key") == true)
        try await expectNothingLeft(server.port)
    }

    @Test("A private key that is none is named as such")
    func brokenKey() async throws {
        let server = try await TestSSHServer()
        let login = server.login(.keyPair(privateKey: Secret("-----BEGIN NONSENSE-----"), passphrase: nil))
        let error = await sourceError(.invalidCredentials) { try await opener.open(through: login, to: target) }
        #expect(error?.message.contains("cannot be read") == true)
    }

    @Test("A server that takes no passwords says so")
    func methodNotOffered() async throws {
        let server = try await TestSSHServer(settings: "PasswordAuthentication no")
        let error = await sourceError(.invalidCredentials) {
            try await opener.open(through: server.login(.password(Secret("x"))), to: target)
        }
        #expect(error?.message.contains("accepts no password, only publickey") == true)
    }

    @Test("A server with another host key than the configured one is refused before any secret is sent")
    func wrongHostKey() async throws {
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer(authorized: [key.publicKey])
        let other = try await TestSSHServer.makeKeyPair()
        let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: nil), hostKey: other.publicKey)
        let error = await sourceError(.permissionDenied) { try await opener.open(through: login, to: target) }
        #expect(error?.message.contains("is not the expected one") == true)
        #expect(error?.message.contains("SHA256:") == true)
        #expect(!server.log.contains("Accepted"))
        try await expectNothingLeft(server.port)
    }

    @Test("The first host key seen is kept, and a changed one is refused")
    func changedHostKey() async throws {
        let key = try await TestSSHServer.makeKeyPair()
        let first = try await TestSSHServer(authorized: [key.publicKey])
        let login = first.login(.keyPair(privateKey: key.privateKey, passphrase: nil))
        for _ in 0..<2 { await (try opener.open(through: login, to: target)).close() }
        let kept = try String(contentsOf: folder.file("state/known hosts"), encoding: .utf8)
        #expect(kept.split(separator: "\n").count == 1)
        #expect(kept.hasPrefix("[127.0.0.1]:\(first.port) ssh-ed25519 "))
        first.stop()
        let second = try await TestSSHServer(port: first.port, authorized: [key.publicKey])
        let error = await sourceError(.permissionDenied) { try await opener.open(through: login, to: target) }
        #expect(error?.message.contains("host key has changed since the first connection") == true)
        #expect(!second.log.contains("Accepted"))
        try await expectNothingLeft(second.port)
    }

    @Test("A server that is not there is unreachable")
    func serverAbsent() async throws {
        let endpoint = NetworkEndpoint(host: "127.0.0.1", port: FreePort.take())
        let login = SSHServer(endpoint: endpoint, username: "ada", authentication: .password(Secret("x")))
        let error = await sourceError(.unreachable) { try await opener.open(through: login, to: target) }
        #expect(error?.message.contains("Connection refused") == true)
        #expect(error?.recovery == .retry(after: nil))
    }

    @Test(
        "A server that speaks no SSH, or nothing at all, is given up in time",
        arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", ""])
    func notSSH(greeting: String) async throws {
        let server = try RawTCPServer { connection in
            connection.write(greeting)
            if greeting.isEmpty { connection.waitForClose() }
        }
        let quick = SSHTunnelOpener(
            hosts: HostValidator(policy: .unrestricted, resolver: SystemResolver()), knownHosts: folder.file("k"),
            timeout: .seconds(1))
        let login = SSHServer(
            endpoint: NetworkEndpoint(host: "127.0.0.1", port: server.port), username: "ada",
            authentication: .password(Secret("x")))
        let error = await #expect(throws: SourceError.self) { try await quick.open(through: login, to: target) }
        #expect(error.map { [.unreachable, .timedOut].contains($0.kind) } == true)
        #expect(error?.recovery == .retry(after: nil))
        try await expectNothingLeft(server.port)
    }

    @Test("A target that the server cannot reach is named, with the server's reason")
    func targetAbsent() async throws {
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer(authorized: [key.publicKey])
        let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: nil))
        let nowhere = NetworkEndpoint(host: "127.0.0.1", port: FreePort.take())
        let error = await sourceError(.unreachable) { try await opener.open(through: login, to: nowhere) }
        #expect(error?.message.contains("cannot reach 127.0.0.1 port \(nowhere.port)") == true)
        try await expectNothingLeft(server.port)
    }

    @Test("A server that forbids forwarding says so")
    func forwardingForbidden() async throws {
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer(authorized: [key.publicKey], settings: "AllowTcpForwarding no")
        let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: nil))
        _ = await sourceError(.permissionDenied) { try await opener.open(through: login, to: target) }
    }

    @Test(
        "A tunnel host at a reserved address is refused before anything is dialled",
        arguments: ["127.0.0.1", "localhost", "::1"])
    func reservedHost(host: String) async throws {
        let server = try RawTCPServer { $0.waitForClose() }
        let strict = SSHTunnelOpener(hosts: HostValidator(resolver: SystemResolver()), knownHosts: folder.file("k"))
        let login = SSHServer(
            endpoint: NetworkEndpoint(host: host, port: server.port), username: "ada",
            authentication: .password(Secret("x")))
        _ = await sourceError(.addressRefused) { try await strict.open(through: login, to: target) }
        #expect(server.connectionCount == 0)
    }

    @Test(
        "Names with a meaning for ssh are refused",
        arguments: [
            ("-oProxyCommand=touch /tmp/x", "localhost"), ("", "localhost"), ("a b", "localhost"), ("ada", "-L1:2:3"),
            ("ada", "host:22"), ("ada", "a b"), ("ada", ""), ("a\nb", "localhost"),
        ])
    func hostileNames(username: String, host: String) async throws {
        let login = SSHServer(
            endpoint: NetworkEndpoint(host: "127.0.0.1", port: 22), username: username,
            authentication: .password(Secret("x")))
        _ = await sourceError(.invalidConfig) {
            try await opener.open(through: login, to: NetworkEndpoint(host: host, port: 5432))
        }
    }

    @Test("Cancelling the opening ends the process")
    func cancellation() async throws {
        let server = try RawTCPServer { $0.waitForClose() }
        let login = SSHServer(
            endpoint: NetworkEndpoint(host: "127.0.0.1", port: server.port), username: "ada",
            authentication: .password(Secret("x")))
        let task = Task { [opener, target] in try await opener.open(through: login, to: target) }
        while server.openConnections == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await expectNothingLeft(server.port)
    }

    @Test("A tunnel that is forgotten closes itself")
    func forgotten() async throws {
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer(authorized: [key.publicKey])
        var port = 0
        do {
            let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: nil))
            let tunnel = try await opener.open(through: login, to: target)
            port = tunnel.local.port
            #expect(FreePort.isOpen(port))
        }
        while FreePort.isOpen(port) { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("While a tunnel opens and is open, no secret is in an argument, the environment or a file of another name")
    func secretsStayHidden() async throws {
        let key = try await TestSSHServer.makeKeyPair(passphrase: "findThisPassphrase")
        let server = try await TestSSHServer(authorized: [key.publicKey])
        let login = server.login(.keyPair(privateKey: key.privateKey, passphrase: Secret("findThisPassphrase")))
        let tunnel = try await opener.open(through: login, to: target)
        let look =
            "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | grep -c '[f]indThisPassphrase'; ls /dev/shm /tmp | grep -c tributary-ssh"
        let output = try await ServerProcess.run("/bin/sh", ["-c", look], folder: folder.url)
        #expect(output.text == "0\n0\n")
        await tunnel.close()
    }
}
