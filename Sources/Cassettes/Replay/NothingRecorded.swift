import Tributary

/// Stands for transports of which a state recorded nothing: each use is an error, never a connection.
struct NothingRecorded: HTTPClient, DatabaseConnector, TunnelOpener {
    let place: String

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        throw refusal("Sending \(request.method.rawValue) \(request.shownURL): no HTTP is recorded in \(place).")
    }

    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        throw refusal("Connecting to \(endpoint.host): no database is recorded in \(place).")
    }

    func open(through server: SSHServer, to target: NetworkEndpoint) async throws -> any OpenTunnel {
        throw refusal("Opening a tunnel through \(server.endpoint.host): a replay opens none.")
    }

    private func refusal(_ message: String) -> SourceError { SourceError(.unmatchedRequest, message) }
}

/// The OAuth accounts of a scenario.
final class FixtureIntegrations: IntegrationStore {
    private let stored: Lock<[Int64: Integration]>

    init(_ integrations: [Integration]) {
        stored = Lock(Dictionary(integrations.map { ($0.id, $0) }, uniquingKeysWith: { $1 }))
    }

    func integration(id: Int64) async throws -> Integration? { stored.withLock { $0[id] } }

    func save(_ integration: Integration) async throws { stored.withLock { $0[integration.id] = integration } }
}
