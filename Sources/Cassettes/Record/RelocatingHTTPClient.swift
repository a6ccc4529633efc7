import Foundation
import Tributary

/// Sends what is meant for one origin to another: a stand-in of the vendor's, or a server in the same room.
///
/// The source asks as always, and what is recorded has the names that it asks for: links in the answers that lead to the
/// stand-in lead to the origin instead.
public struct RelocatingHTTPClient: HTTPClient {
    private let inner: any HTTPClient
    /// Origins such as `https://api.stripe.com`, and the URL that answers for each.
    private let places: [String: String]

    public init(_ inner: any HTTPClient, places: [String: String]) {
        self.inner = inner
        self.places = places
    }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let place = places.first { request.url.hasPrefix($0.key + "/") || request.url == $0.key }
        guard let (origin, stand) = place else { return try await inner.send(request) }
        var sent = request
        sent.url = stand + request.url.dropFirst(origin.count)
        var response = try await inner.send(sent)
        response.url = origin + response.url.dropFirst(response.url.hasPrefix(stand) ? stand.count : 0)
        var headers = HTTPHeaders()
        for field in response.headers.fields {
            if case .plain(let text) = field.value { headers.add(field.name, text.replacing(stand, with: origin)) }
        }
        response.headers = headers
        let body = try await response.body.collect()
        guard let text = String(validating: body, as: UTF8.self), text.contains(Self.host(of: stand)) else {
            response.body = HTTPBody(body)
            return response
        }
        let escaped = [stand, origin].map { $0.replacing("/", with: "\\/") }
        response.body = HTTPBody(
            Array(text.replacing(stand, with: origin).replacing(escaped[0], with: escaped[1]).utf8))
        return response
    }

    private static func host(of url: String) -> String { URLComponents(string: url)?.host ?? url }
}
