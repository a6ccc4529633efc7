import TestSupport
import Testing
import Tributary

/// Records what was opened and closed, in order.
private final class Journal: Sendable {
    private let lines = Lock<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct JournalTunnels: TunnelOpener {
    let journal: Journal

    func open(through server: SSHServer, to target: NetworkEndpoint) async throws -> any OpenTunnel {
        journal.note("tunnel \(server.endpoint.host) at \(server.address ?? "?") to \(target.host):\(target.port)")
        return Open(journal: journal)
    }

    struct Open: OpenTunnel {
        let journal: Journal
        var local: NetworkEndpoint { NetworkEndpoint(host: "127.0.0.1", port: 40_000) }
        func close() async { journal.note("tunnel closed") }
    }
}

private struct JournalDatabases: DatabaseConnector {
    let journal: Journal

    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        journal.note(
            "dial \(endpoint.address ?? "?"):\(endpoint.port) as \(endpoint.host) tls \(endpoint.tls.rawValue)")
        throw SourceError(.unreachable, "Connecting: nobody is there.")
    }
}

@Suite("The way to a database")
struct DatabaseAccessTests {
    private let journal = Journal()
    private let endpoint = DatabaseEndpoint(engine: .postgres, host: "db.example.com", port: 5432)
    private let tunnel = Tunnel(
        server: SSHServer(
            endpoint: NetworkEndpoint(host: "bastion.example.com", port: 22), username: "u",
            authentication: .password(Secret("tunnel-pass"))),
        requiresTLS: true)

    private func context(_ names: [String: [String]]) -> SourceContext {
        .testing(
            databases: JournalDatabases(journal: journal), tunnels: JournalTunnels(journal: journal),
            hosts: HostValidator(resolver: FixedResolver(names: names)))
    }

    private func connect(_ context: SourceContext, through tunnel: Tunnel?) async -> SourceError? {
        await #expect(throws: SourceError.self) { try await context.withDatabase(endpoint, through: tunnel) { _ in } }
    }

    @Test("dials the checked address, and keeps the name for TLS")
    func straight() async {
        _ = await connect(context(["db.example.com": ["93.184.216.34"]]), through: nil)
        #expect(journal.all == ["dial 93.184.216.34:5432 as db.example.com tls preferred"])
    }

    @Test("does not dial a host that leads into the own network")
    func refused() async {
        let error = await connect(context(["db.example.com": ["10.0.0.7"]]), through: nil)
        #expect(error?.kind == .addressRefused && journal.all.isEmpty)
    }

    @Test("with a tunnel checks the tunnel's host, leaves the database's to the far side, and closes on every path")
    func tunnelled() async {
        _ = await connect(context(["bastion.example.com": ["93.184.216.9"]]), through: tunnel)
        #expect(
            journal.all == [
                "tunnel bastion.example.com at 93.184.216.9 to db.example.com:5432",
                "dial 127.0.0.1:40000 as db.example.com tls required", "tunnel closed",
            ])
    }

    @Test("does not open a tunnel through a host that leads into the own network")
    func refusedTunnel() async {
        let error = await connect(context(["bastion.example.com": ["127.0.0.1"]]), through: tunnel)
        #expect(error?.kind == .addressRefused && journal.all.isEmpty)
        #expect(error?.trail == ["tunnel bastion.example.com"])
    }

    @Test("a tunnel can be made and closed by hand")
    func byHand() async throws {
        let context = context(["bastion.example.com": ["93.184.216.9"]])
        let open = try await context.makeTunnel(tunnel, to: NetworkEndpoint(host: "db", port: 1))
        #expect(open.local.port == 40_000)
        await open.close()
        #expect(journal.all.count == 2)
        let result = try await context.withSSHTunnel(tunnel, to: NetworkEndpoint(host: "db", port: 1)) { $0.port }
        #expect(result == 40_000 && journal.all.last == "tunnel closed")
    }

    @Test("a file of SQLite has no host to check")
    func file() async throws {
        let endpoint = DatabaseEndpoint(engine: .sqlite, host: "/tmp/x.db")
        try await context([:]).withDatabaseEndpoint(endpoint) { #expect($0.address == nil) }
    }
}
