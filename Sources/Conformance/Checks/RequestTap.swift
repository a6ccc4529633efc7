import Columns
import Foundation
import Tributary

/// An upstream whose requests and answers pass through a function: a server that ignores a parameter, forgets a
/// position, or stands in another time zone.
struct TappedUpstream: Upstream {
    typealias Exchange = @Sendable (HTTPRequest, any HTTPClient) async throws -> HTTPResponse

    let base: any Upstream
    let what: String
    /// Made anew for each run, so that it can count.
    let tap: @Sendable () -> Exchange

    init(_ base: any Upstream, _ what: String, _ tap: @escaping @Sendable () -> Exchange) {
        self.base = base
        self.what = what
        self.tap = tap
    }

    var name: String { "\(base.name), \(what)" }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { base.integrations }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        try base.httpClient(clock: clock).map { TappedClient(base: $0, exchange: tap()) }
    }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try base.databaseConnector(clock: clock)
    }
}

private struct TappedClient: HTTPClient {
    let base: any HTTPClient
    let exchange: TappedUpstream.Exchange

    func send(_ request: HTTPRequest) async throws -> HTTPResponse { try await exchange(request, base) }
}

extension HTTPRequest {
    /// The same request with query parameters changed: nil takes one away.
    func changingParameters(_ change: (String, String) -> String?) -> HTTPRequest {
        var request = self
        var items: [QueryItem] = []
        for item in query {
            guard case .plain(let text) = item.value else {
                items.append(item)
                continue
            }
            if let new = change(item.name, text) { items.append(QueryItem(item.name, new)) }
        }
        request.query = items
        guard var components = URLComponents(string: url), let old = components.queryItems else { return request }
        let kept = old.compactMap { item in
            change(item.name, item.value ?? "").map { URLQueryItem(name: item.name, value: $0) }
        }
        components.queryItems = kept.isEmpty ? nil : kept
        request.url = components.string ?? url
        return request
    }
}

extension HTTPResponse {
    /// An answer of the upstream's own making.
    static func made(_ status: Int, _ body: JSONValue, url: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: HTTPHeaders([("Content-Type", "application/json")]), url: url,
            body: HTTPBody(body.serialized()))
    }
}
