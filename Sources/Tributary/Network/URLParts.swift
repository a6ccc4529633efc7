/// An http or https URL taken apart.
///
/// Strict on purpose: two parsers that read one text differently are how requests get to hosts nobody meant. Whatever has
/// blanks, control characters, backslashes, letters beyond ASCII, or a user in it is refused.
package struct URLParts: Hashable, Sendable {
    package var scheme: String
    package var host: String
    package var port: Int
    package var path: String
    /// Without the question mark; nil when there is none.
    package var query: String?

    /// Reads an absolute URL; its fragment is dropped.
    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }),
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text[colon...].hasPrefix("://")
        else { return nil }
        scheme = text[..<colon].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        // All is ASCII, so bytes are characters, and much faster: this is done for each request.
        let rest = text.utf8[text.utf8.index(colon, offsetBy: 3)...].prefix { $0 != UInt8(ascii: "#") }
        let authority = Substring(rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") })
        guard let end = Self.endpoint(authority, isSecure: scheme == "https") else { return nil }
        (host, port) = end
        let target = rest[authority.endIndex...]
        let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        path = mark == target.startIndex ? "/" : String(Substring(target[..<mark]))
        query = mark == target.endIndex ? nil : String(Substring(target[mark...].dropFirst()))
    }

    private static func endpoint(_ authority: Substring, isSecure: Bool) -> (String, Int)? {
        let bytes = authority.utf8
        if bytes.contains(UInt8(ascii: "@")) { return nil }
        let hostEnd =
            bytes.first == UInt8(ascii: "[")
            ? bytes.firstIndex(of: UInt8(ascii: "]")).map { bytes.index(after: $0) }
            : bytes.firstIndex(of: UInt8(ascii: ":"))
        let host = String(authority[..<(hostEnd ?? authority.endIndex)]).lowercased()
        let rest = hostEnd.map { authority[$0...] } ?? ""
        guard HostName.problem(with: host) == nil else { return nil }
        if rest.isEmpty { return (host, isSecure ? 443 : 80) }
        guard rest.hasPrefix(":"), let port = Int(rest.dropFirst()), (1...65_535).contains(port) else { return nil }
        return (host, port)
    }

    /// Scheme, host and port, as `https://api.example.com`.
    package var origin: String {
        let isDefault = port == (scheme == "https" ? 443 : 80)
        return "\(scheme)://\(host)" + (isDefault ? "" : ":\(port)")
    }

    package var text: String { origin + path + (query.map { "?\($0)" } ?? "") }

    /// The URL that a reference found on this one leads to (RFC 3986, section 5.2); nil when it is no http URL.
    package func resolving(_ reference: String) -> URLParts? {
        if let absolute = URLParts(reference) { return absolute }
        if reference.hasPrefix("//") { return URLParts("\(scheme):\(reference)") }
        if reference.prefix(while: { $0 != "/" && $0 != "?" }).contains(":") { return nil }
        let target = reference.prefix { $0 != "#" }
        if target.isEmpty { return self }
        if target.hasPrefix("?") { return URLParts(origin + path + target) }
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "/"
        guard var resolved = URLParts(origin + (target.hasPrefix("/") ? "" : directory) + target) else { return nil }
        resolved.path = Self.withoutDots(resolved.path)
        return resolved
    }

    private static func withoutDots(_ path: String) -> String {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for segment in segments {
            if segment == ".." { kept = kept.dropLast() } else if segment != "." { kept.append(segment) }
        }
        let endsInFolder = segments.last == "." || segments.last == ".."
        return "/" + kept.joined(separator: "/") + (endsInFolder && !kept.isEmpty ? "/" : "")
    }

    /// The query without the parameters of these names.
    package mutating func removeParameters(_ names: Set<String>) {
        guard let query, !names.isEmpty else { return }
        let kept = query.split(separator: "&").filter { part in
            !names.contains(PercentEncoding.decode(part.prefix { $0 != "=" }, plusIsBlank: true))
        }
        self.query = kept.isEmpty ? nil : kept.joined(separator: "&")
    }
}
