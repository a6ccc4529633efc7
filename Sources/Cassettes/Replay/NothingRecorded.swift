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
