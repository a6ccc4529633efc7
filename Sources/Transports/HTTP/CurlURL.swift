import CCurl

/// A parsed absolute http or https URL.
///
/// libcurl's own parser is used, so that what we check and what it dials can never be two different hosts.
struct CurlURL: Sendable, Hashable {
    /// Why a text is not a URL that may be requested; a clause without the text, which may hold secrets.
    struct Problem: Error, Hashable {
        let reason: String
    }

    /// The whole URL, without a fragment.
    let text: String
    let scheme: String
    /// In lower case; an IPv6 address stands in brackets.
    let host: String
    let port: Int
    let path: String
    let query: String?

    /// Parses a URL, relative to a base where one is given.
    init(_ text: String, relativeTo base: CurlURL? = nil) throws(Problem) {
        guard let url = curl_url() else { throw Problem(reason: "there is no memory to parse it") }
        defer { curl_url_cleanup(url) }
        if let base { try Self.set(url, base.text) }
        try Self.set(url, text)
        curl_url_set(url, CURLUPART_FRAGMENT, nil, 0)
        let scheme = Self.part(url, CURLUPART_SCHEME)?.lowercased() ?? ""
        guard scheme == "http" || scheme == "https" else {
            throw Problem(reason: "its scheme is not http or https")
        }
        guard let host = Self.part(url, CURLUPART_HOST)?.lowercased(), !host.isEmpty,
            let whole = Self.part(url, CURLUPART_URL)
        else { throw Problem(reason: "it names no host") }
        self.text = whole
        self.scheme = scheme
        self.host = host
        port = Self.part(url, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) } ?? 0
        path = Self.part(url, CURLUPART_PATH) ?? "/"
        query = Self.part(url, CURLUPART_QUERY)
    }

    /// Scheme, host and port: what credentials are for (RFC 6454).
    var origin: String { "\(scheme)://\(host):\(port)" }

    /// The host and its port where it is not the usual one, with the scheme and path: what may be shown.
    var masked: String {
        let usual = scheme == "https" ? 443 : 80
        return "\(scheme)://\(host)\(port == usual ? "" : ":\(port)")\(path)"
    }

    private static func set(_ url: OpaquePointer, _ text: String) throws(Problem) {
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw Problem(reason: "it holds control characters")
        }
        let flags = UInt32(CURLU_URLENCODE | CURLU_DISALLOW_USER)
        let code = curl_url_set(url, CURLUPART_URL, text, flags)
        guard code != CURLUE_USER_NOT_ALLOWED else { throw Problem(reason: "it holds a user name or password") }
        guard code == CURLUE_OK else {
            throw Problem(
                reason: code == CURLUE_UNSUPPORTED_SCHEME ? "its scheme is not http or https" : "it is malformed")
        }
    }

    private static func part(_ url: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
