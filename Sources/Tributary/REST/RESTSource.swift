import Columns
import Logging

/// A source that is a table of endpoints and a client.
///
/// `schemas`, `validateCredentials` and `read` come from the two. A table that needs code overrides `read` for itself and
/// leaves the others to ``RESTClient/response(to:from:)``.
public protocol RESTSource: Source {
    /// The tables, in the order of the catalogue.
    static var endpoints: [RESTEndpoint] { get }

    /// A path that answers to any genuine credentials, such as `/me`.
    var probe: String { get }

    /// The request for the probe: a GET of ``probe``, unless an API that is searched by POST wants another.
    var probeRequest: RESTRequest { get }

    /// The client for a connection. Called once for each read.
    func client(for config: Config, in context: SourceContext) throws -> RESTClient

    /// The tables of a connection, where they depend on its config.
    func endpoints(for config: Config) -> [RESTEndpoint]
}

extension RESTSource {
    public var probeRequest: RESTRequest { RESTRequest(.get, probe) }

    public func endpoints(for config: Config) -> [RESTEndpoint] { Self.endpoints }

    public func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        endpoints(for: config).map(\.schema)
    }

    /// Asks for the probe when the connection is made, where a refused permission is no reason to refuse; for one table
    /// asks for its first page.
    public func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = try client(for: config, in: context)
        if let schema {
            let reader = RESTReader(client: client, endpoints: endpoints(for: config))
            return try await reader.probe(try reader.endpoint(schema))
        }
        do {
            _ = try await client.exchange(probeRequest, for: Purpose())
        } catch let error as SourceError where error.kind == .permissionDenied {
            context.logger.info("The credentials are genuine; the probe itself is not permitted.")
        }
    }

    public func read(
        _ inputs: SourceInputs, with config: Config, in context: SourceContext
    ) async throws -> SourceResponse {
        try client(for: config, in: context).response(to: inputs, from: endpoints(for: config))
    }
}
