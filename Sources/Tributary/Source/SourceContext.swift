import Foundation
import Logging

/// What a source may use of the outside world. There is nothing else: no global, no socket, no wall clock.
public struct SourceContext: Sendable {
    /// Sends requests: live, recorded, modelled or faulty.
    public var http: any HTTPClient
    /// Opens connections to databases.
    public var databases: any DatabaseConnector
    /// Opens SSH tunnels.
    public var tunnels: any TunnelOpener
    /// Where stored OAuth accounts are.
    public var integrations: any IntegrationStore
    /// Checks the hosts that a user supplies, before anything is dialled.
    public var hosts: HostValidator
    /// Hands out the access tokens of OAuth accounts; shared by all copies of the context.
    public var tokens = OAuthTokenProvider()
    /// Rows of a page at most, where whoever runs the source wants small pages; nil leaves it to the source. The REST layer
    /// asks for no more.
    public var maximumPageSize: Int?
    /// The only time there is.
    public var clock: any SyncClock
    /// For what an operator should know; never for secrets or rows.
    public var logger: Logger

    /// A context of parts. Without `hosts` only IP addresses can be dialled.
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

    /// An error without the secrets of a config, nor those of the OAuth accounts that were looked up.
    func redacting(_ error: SourceError, by redactor: Redactor) -> SourceError {
        tokens.redactor.redacting(redactor.redacting(error))
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
