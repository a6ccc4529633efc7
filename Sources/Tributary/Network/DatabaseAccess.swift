/// Opens the way to a database that a user supplied: straight, or through an SSH tunnel.
extension SourceContext {
    /// Opens a tunnel whose server's host has been checked, for a caller that closes it itself.
    ///
    /// The target's name is resolved behind the tunnel and therefore not checked here.
    /// - Throws: `SourceError`: `addressRefused`, `unreachable`, `invalidCredentials`, or `permissionDenied` when the
    ///   server's host key is not the expected one.
    public func makeTunnel(_ tunnel: Tunnel, to target: NetworkEndpoint) async throws -> any OpenTunnel {
        var server = tunnel.server
        do {
            server.address = try await hosts.resolve(server.endpoint.host).preferred
            return try await tunnels.open(through: server, to: target)
        } catch let error as SourceError {
            throw error.adding(once: "tunnel \(server.endpoint.host)")
        }
    }

    /// Runs `body` with a loopback end whose connections come out at the target; closes the tunnel on every path.
    public func withSSHTunnel<Result>(
        _ tunnel: Tunnel, to target: NetworkEndpoint, _ body: (NetworkEndpoint) async throws -> Result
    ) async throws -> Result {
        let open = try await makeTunnel(tunnel, to: target)
        do {
            let result = try await body(open.local)
            await open.close()
            return result
        } catch {
            await open.close()
            throw error
        }
    }

    /// Runs `body` with an endpoint that may be dialled: its address checked, or replaced by a tunnel's end.
    ///
    /// The endpoint keeps the host's name, which TLS checks; `address` and `port` say where to dial.
    public func withDatabaseEndpoint<Result>(
        _ endpoint: DatabaseEndpoint, through tunnel: Tunnel? = nil,
        _ body: (DatabaseEndpoint) async throws -> Result
    ) async throws -> Result {
        // A file has no host.
        if endpoint.engine == .sqlite { return try await body(endpoint) }
        var reachable = endpoint
        guard let tunnel else {
            reachable.address = try await hosts.resolve(endpoint.host).preferred
            return try await body(reachable)
        }
        if tunnel.requiresTLS { reachable.tls = .required }
        return try await withSSHTunnel(tunnel, to: NetworkEndpoint(host: endpoint.host, port: endpoint.port)) { local in
            reachable.address = local.host
            reachable.port = local.port
            return try await body(reachable)
        }
    }

    /// Runs `body` with an open connection to a database; closes connection and tunnel on every path.
    public func withDatabase<Result>(
        _ endpoint: DatabaseEndpoint, through tunnel: Tunnel? = nil,
        _ body: (any DatabaseConnection) async throws -> Result
    ) async throws -> Result {
        try await withDatabaseEndpoint(endpoint, through: tunnel) { endpoint in
            let connection = try await databases.connect(to: endpoint)
            do {
                let result = try await body(connection)
                await connection.close()
                return result
            } catch {
                await connection.close()
                throw error
            }
        }
    }
}
