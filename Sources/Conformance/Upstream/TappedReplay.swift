import Cassettes
import Tributary

/// A replay of which one side is another's: a client that counts, a connector that keeps what was said.
struct TappedReplay: Upstream {
    let base: ReplayUpstream
    /// The HTTP side; nil leaves it to the replay.
    var http: (any HTTPClient)?
    /// The database side; nil leaves it to the replay.
    var databases: (any DatabaseConnector)?

    var name: String { base.name }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { base.integrations }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? { try http ?? base.httpClient(clock: clock) }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try databases ?? base.databaseConnector(clock: clock)
    }
}
