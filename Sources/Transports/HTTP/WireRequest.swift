import CCurl
import Tributary

/// A request as it goes to libcurl: checked, with its secrets in the clear.
struct WireRequest: Sendable {
    let method: HTTPMethod
    /// With every query item, secret ones included: never shown.
    let url: CurlURL
    /// The URL for messages.
    let shownURL: String
    /// The URL for the response: without secret query items.
    let publicURL: String
    let headerLines: [String]
    let body: [UInt8]?
    let options: HTTPRequest.Options

    /// Whether a second sending is harmless.
    var isIdempotent: Bool { options.isIdempotent ?? method.isIdempotent }

    /// Method and URL, for messages.
    var label: String { "\(method.rawValue) \(shownURL)" }

    /// Checks a request and puts it into libcurl's words.
    ///
    /// - Throws: `SourceError` of kind `invalidConfig` for a URL or a header field that cannot be sent.
    init(_ request: HTTPRequest, userAgent: String) throws {
        let base: CurlURL
        do {
            let whole = Self.appending(request.query, to: request.url, reveal: true)
            url = try CurlURL(whole)
            base = try CurlURL(request.url)
            publicURL = try CurlURL(Self.appending(request.query, to: request.url, reveal: false)).text
        } catch {
            throw SourceError(
                .invalidConfig,
                "Sending a \(request.method.rawValue) request: the URL cannot be used, \(error.reason).",
                advice: "Check the address in the source's configuration.")
        }
        shownURL = Self.shown(base, request.query)
        method = request.method
        headerLines = try Self.lines(of: request, userAgent: userAgent)
        body = request.body
        options = request.options
    }

    /// A URL for people: secret items as `•••`; a query that came inside the URL is not known to be harmless and left out.
    private static func shown(_ base: CurlURL, _ items: [QueryItem]) -> String {
        var parts = base.query == nil ? [] : ["…"]
        for item in items {
            if case .plain(let value) = item.value {
                parts.append("\(encode(item.name))=\(encode(value))")
            } else {
                parts.append("\(encode(item.name))=\(Secret.mask)")
            }
        }
        return base.masked + (parts.isEmpty ? "" : "?" + parts.joined(separator: "&"))
    }

    private static func appending(_ items: [QueryItem], to url: String, reveal: Bool) -> String {
        var parts: [String] = []
        for item in items {
            switch item.value {
            case .plain(let value): parts.append("\(encode(item.name))=\(encode(value))")
            case .secret(let prefix, let secret) where reveal:
                parts.append("\(encode(item.name))=\(encode(prefix + secret.revealed))")
            case .secret: break
            }
        }
        guard !parts.isEmpty else { return url }
        let head = Substring(url.utf8.prefix { $0 != UInt8(ascii: "#") })
        let question = UInt8(ascii: "?")
        let endsOpen = head.utf8.last == question || head.utf8.last == UInt8(ascii: "&")
        let joint = !head.utf8.contains(question) ? "?" : endsOpen ? "" : "&"
        return head + joint + parts.joined(separator: "&")
    }

    /// Percent-encodes all but the unreserved characters (RFC 3986, section 2.3).
    static func encode(_ text: String) -> String {
        let isUnreserved = { (byte: UInt8) in
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2D || byte == 0x2E || byte == 0x5F
                || byte == 0x7E
        }
        if text.utf8.allSatisfy(isUnreserved) { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += hex.utf8.count == 1 ? "%0" + hex : "%" + hex
            }
        }
        return result
    }
}

extension WireRequest {
    /// libcurl adds fields of its own; `Name:` takes one away, and `Name;` sends one with an empty value.
    private static func lines(of request: HTTPRequest, userAgent: String) throws -> [String] {
        var lines: [String] = []
        var names: Set<String> = []
        for field in request.headers.fields {
            let value =
                switch field.value {
                case .plain(let value): value
                case .secret(let prefix, let secret): prefix + secret.revealed
                }
            try check(name: field.name, value: value)
            names.insert(field.name.lowercased())
            lines.append(value.isEmpty ? "\(field.name);" : "\(field.name): \(value)")
        }
        if !names.contains("user-agent") { lines.append("User-Agent: \(userAgent)") }
        if !names.contains("accept-encoding"), tributary_inflate_available() != 0 {
            lines.append("Accept-Encoding: gzip")
        }
        if !names.contains("content-type") { lines.append("Content-Type:") }
        lines.append("Expect:")
        return lines
    }

    /// A line break in a value would add header fields of somebody else's choice.
    private static func check(name: String, value: String) throws {
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
        guard isToken else {
            throw SourceError(.invalidConfig, "Sending a request: a header field has a name that HTTP does not allow.")
        }
        let isClean = value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }
        guard isClean else {
            throw SourceError(
                .invalidConfig, "Sending a request: the value of the header field \(name) holds a control character.",
                advice: "Look for a line break at the end of a key or token.")
        }
    }
}

extension HTTPMethod {
    /// Whether a second sending is harmless by the method alone (RFC 9110, section 9.2.2).
    var isIdempotent: Bool { self != .post && self != .patch }
}
