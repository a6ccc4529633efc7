import Foundation
import Logging

/// What a source may use of the outside world. There is nothing else: no global, no socket, no wall clock.
public struct SourceContext: Sendable {
    public var http: any HTTPClient
    public var databases: any DatabaseConnector
    public var tunnels: any TunnelOpener
    public var integrations: any IntegrationStore
    /// Checks the hosts that a user supplies, before anything is dialled.
    public var hosts: HostValidator
    /// Hands out the access tokens of OAuth accounts; shared by all copies of the context.
    public var tokens = OAuthTokenProvider()
    public var clock: any SyncClock
    public var logger: Logger

    public init(
        http: any HTTPClient, databases: any DatabaseConnector, tunnels: any TunnelOpener,
        integrations: any IntegrationStore, hosts: HostValidator = HostValidator(resolver: NoHostResolver()),
        clock: any SyncClock, logger: Logger
    ) {
        self.http = http
        self.databases = databases
        self.tunnels = tunnels
        self.integrations = integrations
        self.hosts = hosts
        self.clock = clock
        self.logger = logger
    }
}

/// Time as a source sees it: real in production, frozen or driven by hand in tests and replays.
public protocol SyncClock: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    var now: Int64 { get }
    /// Waits, or throws `CancellationError`.
    func sleep(for duration: Duration) async throws
}

/// The machine's clock.
public struct SystemClock: SyncClock {
    public init() {}
    public var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
