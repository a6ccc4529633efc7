import Tributary

/// What stands on the left of a source under test: recorded, modelled or real.
///
/// An upstream is a value that makes the clients of one run; everything between it and the lake is production code.
public protocol Upstream: Sendable {
    /// For messages, such as `replay of stripe/billing at t0`.
    var name: String { get }
    /// What time it is there when a run starts, in microseconds since 1970.
    var now: Int64 { get }

    /// The HTTP side, below every retry; nil when the upstream has none.
    func httpClient(clock: LabClock) throws -> (any HTTPClient)?
    /// The database side; nil when the upstream has none.
    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)?
    /// Stored OAuth accounts that the config refers to.
    var integrations: any IntegrationStore { get }
    /// Rows of a page at most that the source is told to ask for; nil leaves it to the source.
    var maximumPageSize: Int? { get }
}

extension Upstream {
    public var maximumPageSize: Int? { nil }
}

/// Puts production's own layers (retries, rate limits) over a client.
///
/// The kit's faults act below these layers, so that the ones under test really run. The program hands them in, since the
/// kit itself opens no socket.
public typealias HTTPStack = @Sendable (_ client: any HTTPClient, _ clock: any SyncClock) -> any HTTPClient
