import Logging
import Tributary

extension SourceContext {
    /// A context of scripted parts; what a test does not name refuses to work.
    public static func testing(
        http: any HTTPClient = ScriptedHTTPClient(ScriptedHTTPClient.Answer(500)),
        databases: any DatabaseConnector = NothingThere(), tunnels: any TunnelOpener = NothingThere(),
        integrations: any IntegrationStore = MemoryIntegrations(),
        hosts: HostValidator = HostValidator(resolver: NoHostResolver()), clock: any SyncClock = ManualClock()
    ) -> SourceContext {
        SourceContext(
            http: http, databases: databases, tunnels: tunnels, integrations: integrations, hosts: hosts, clock: clock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}

/// No database and no tunnel.
public struct NothingThere: DatabaseConnector, TunnelOpener {
    public init() {}

    public func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        throw SourceError(.unreachable, "Connecting: the test has no database.")
    }

    public func open(through server: SSHServer, to target: NetworkEndpoint) async throws -> any OpenTunnel {
        throw SourceError(.unreachable, "Opening a tunnel: the test has none.")
    }
}

/// Stored OAuth accounts in memory, with failures to order.
public final class MemoryIntegrations: IntegrationStore {
    private struct State: Sendable {
        var stored: [Int64: Integration] = [:]
        var failures = 0
        var lookUps = 0
        var saves = 0
    }

    private let state = Lock(State())

    public init(_ integrations: Integration...) {
        state.withLock { state in for integration in integrations { state.stored[integration.id] = integration } }
    }

    /// Lets the next calls fail as a database that is away does.
    public func failNext(_ calls: Int) { state.withLock { $0.failures = calls } }

    public var lookUps: Int { state.withLock { $0.lookUps } }
    public var saves: Int { state.withLock { $0.saves } }

    public func integration(id: Int64) async throws -> Integration? {
        try state.withLock { state in
            state.lookUps += 1
            try Self.fail(&state)
            return state.stored[id]
        }
    }

    public func save(_ integration: Integration) async throws {
        try state.withLock { state in
            try Self.fail(&state)
            state.saves += 1
            state.stored[integration.id] = integration
        }
    }

    private struct Away: Error {}

    private static func fail(_ state: inout State) throws {
        guard state.failures > 0 else { return }
        state.failures -= 1
        throw Away()
    }
}
