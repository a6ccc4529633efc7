import Tributary

/// Says of an origin that cannot be reached how another server answers for it, or that the one that should does not.
struct StandInHints: HTTPClient {
    private let inner: any HTTPClient
    /// Origins, and who answers for them.
    private let places: [String: String]

    init(_ inner: any HTTPClient, places: [String: String]) {
        self.inner = inner
        self.places = places
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            return try await inner.send(request)
        } catch var error as SourceError where error.kind == .unreachable {
            let hint = hint(for: request.url)
            error.advice = [error.advice, hint].compactMap { $0 }.joined(separator: " ")
            throw error
        }
    }

    private func hint(for url: String) -> String? {
        guard let origin = URLParts(url)?.origin else { return nil }
        if let place = places.first(where: { url.hasPrefix($0.key) }) {
            return
                "\(place.value) is to answer for \(place.key): see that it runs, and whether it speaks http or https."
        }
        return "Where another server is to answer for it, say which: --stand-in \(origin)=http://127.0.0.1:8420"
    }
}
