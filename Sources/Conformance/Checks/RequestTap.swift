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
    var maximumPageSize: Int? { base.maximumPageSize }

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
    /// The same request with parameters changed, in the query or as members of a JSON body; nil takes one away. Members
    /// within others have dotted names, as in `ModelCall`.
    func changingParameters(_ change: (String, String) -> String?) -> HTTPRequest {
        var request = self
        request.query = query.compactMap { item in
            guard case .plain(let text) = item.value else { return item }
            return change(item.name, text).map { QueryItem(item.name, $0) }
        }
        if let body, let value = try? JSONValue(parsing: body), value.object != nil {
            request.body = Array(value.changingParameters(at: "", change).serialized())
        }
        guard var components = URLComponents(string: url), let old = components.queryItems else { return request }
        let kept = old.compactMap { item in
            change(item.name, item.value ?? "").map { URLQueryItem(name: item.name, value: $0) }
        }
        components.queryItems = kept.isEmpty ? nil : kept
        request.url = components.string ?? url
        return request
    }
}

extension JSONValue {
    fileprivate func changingParameters(at path: String, _ change: (String, String) -> String?) -> JSONValue {
        guard let object else { return self }
        let members = object.members.compactMap { member -> (String, JSONValue)? in
            let name = path.isEmpty ? member.name : "\(path).\(member.name)"
            if member.value.isNull { return (member.name, member.value) }
            if member.value.object != nil {
                return (member.name, member.value.changingParameters(at: name, change))
            }
            let text = member.value.string ?? member.value.text
            guard let new = change(name, text) else { return nil }
            if new == text { return (member.name, member.value) }
            // A text stays one; a number or a list is read from what it has become.
            let value = member.value.string == nil ? try? JSONValue(parsing: Array(new.utf8)) : nil
            return (member.name, value ?? .string(new))
        }
        return .object(JSONObject(members))
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
