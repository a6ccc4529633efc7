import Columns
import TestSupport
import Testing
import Transports
import Tributary

/// Databases behind a real sshd: the connection, its second one for the rows, and the refusals.
@Suite("Database through a tunnel", .enabled(if: Requirement.met(TestSSHServer.isAvailable), "no sshd on this machine"))
struct DatabaseTunnelTests {
    private static let engines = DatabaseLab.Engine.available.filter { $0 != .sqlite }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("tributary-known") }

    private var opener: SSHTunnelOpener {
        SSHTunnelOpener(
            hosts: HostValidator(policy: .unrestricted, resolver: NoHostResolver()),
            knownHosts: folder.file("known_hosts"))
    }

    private func tunnel(
        to server: TestSSHServer, _ key: TestSSHServer.KeyPair, hostKey: String, requiresTLS: Bool = false
    ) -> JSONValue {
        [
            "enabled": true, "host": "127.0.0.1", "port": .number(JSONNumber(Int64(server.port))),
            "auth": [
                "selection": "keypair", "username": .string(server.username),
                "private_key": .string(key.privateKey.revealed),
            ],
            "host_key": .string(hostKey), "require_tls": ["enabled": .bool(requiresTLS)],
        ]
    }

    @Test("tables are listed and read, the host being resolved on the far side", arguments: engines)
    func reading(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(
            engine, "CREATE TABLE t (id int NOT NULL PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer(authorized: [key.publicKey])
        defer { server.stop() }
        let source = try lab.source(changing: [
            "host": "localhost", "ssh_tunnel": tunnel(to: server, key, hostKey: server.hostKey),
        ])
        let context = DatabaseLab.makeContext(tunnels: opener)
        try await source.validateCredentials(in: context)
        #expect(try await source.schemas(in: context).map(\.name) == ["t"])
        let response = try await source.read(SourceInputs(schema: "t"), in: context)
        let values = Lock<[Value]>([])
        try await response.items.run(
            into: Emitter { item, _ in
                if case .table(let table) = item {
                    values.withLock { $0 += [table.columns[0][0], table.columns[0][1]] }
                }
            })
        #expect(values.withLock { $0 } == [.int(1), .int(2)])
    }

    @Test(
        "a host key that is not the expected one, and TLS that is not there, stop before the login", arguments: engines)
    func refusals(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int NOT NULL PRIMARY KEY)")
        let key = try await TestSSHServer.makeKeyPair()
        let server = try await TestSSHServer(authorized: [key.publicKey])
        defer { server.stop() }
        let context = DatabaseLab.makeContext(tunnels: opener)
        let other = try await TestSSHServer.makeKeyPair().publicKey
        let forged = try lab.source(changing: ["ssh_tunnel": tunnel(to: server, key, hostKey: other)])
        let wrongKey = await #expect(throws: SourceError.self) { try await forged.validateCredentials(in: context) }
        #expect(wrongKey?.kind == .permissionDenied)
        let strict = try lab.source(changing: [
            "ssh_tunnel": tunnel(to: server, key, hostKey: server.hostKey, requiresTLS: true)
        ])
        let noTLS = await #expect(throws: SourceError.self) { try await strict.validateCredentials(in: context) }
        #expect(noTLS?.kind == .unreachable)
        #expect(noTLS?.message.contains("TLS") == true)
    }
}
