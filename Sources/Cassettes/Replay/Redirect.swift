import Tributary

/// The request that a redirect asks for.
struct Redirect {
    let request: HTTPRequest

    /// Nil when the answer is no redirect, or says nowhere to go.
    init?(_ response: HTTPResponse, to request: HTTPRequest) {
        guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["location"],
            let from = try? CanonicalURL(request.url)
        else { return nil }
        let target = location.hasPrefix("/") ? from.origin + location : location
        guard let to = try? CanonicalURL(target) else { return nil }
        var next = request
        next.url = target
        next.query = []
        if response.status == 303 || (request.method == .post && response.status <= 302) {
            next.method = .get
            next.body = nil
        }
        if to.origin != from.origin { next.headers = Self.withoutCredentials(request.headers) }
        self.request = next
    }

    private static func withoutCredentials(_ headers: HTTPHeaders) -> HTTPHeaders {
        var kept = headers
        for field in headers.fields {
            if case .secret = field.value { kept.remove(field.name) }
        }
        for name in ["authorization", "cookie", "proxy-authorization"] { kept.remove(name) }
        return kept
    }
}
