import Logging
import Tributary

/// A context in which a source has nothing but a clock: modelled upstreams need no network.
public struct NoNetwork: HTTPClient, DatabaseConnector, TunnelOpener, IntegrationStore {
    public init() {}

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse { throw refusal }
    public func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection { throw refusal }
    public func open(through server: SSHServer, to target: NetworkEndpoint) async throws -> any OpenTunnel {
        throw refusal
    }
    public func integration(id: Int64) async throws -> Integration? { nil }
    public func save(_ integration: Integration) async throws { throw refusal }

    private var refusal: SourceError { SourceError(.unreachable, "Opening a connection: the model has no network.") }

    /// A context around it.
    public static func context(clock: any SyncClock = StillClock()) -> SourceContext {
        let none = NoNetwork()
        var logger = Logger(label: "model")
        logger.logLevel = .critical
        return SourceContext(
            http: none, databases: none, tunnels: none, integrations: none, clock: clock, logger: logger)
    }
}

/// A clock that never moves; sleeps are over at once.
public struct StillClock: SyncClock {
    public let now: Int64 = 1_767_225_600_000_000
    public init() {}
    public func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}
