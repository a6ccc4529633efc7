/// The parts of a URL in a form in which two spellings of one address are equal (RFC 3986, section 6.2.2).
struct CanonicalURL: Hashable {
    /// One parameter of a query; `a` and `a=` differ.
    struct Parameter: Hashable {
        let name: [UInt8]
        let value: [UInt8]?

        var text: String {
            String(decoding: name, as: UTF8.self) + (value.map { "=" + String(decoding: $0, as: UTF8.self) } ?? "")
        }
    }

    struct Problem: Error { let text: String }

    /// Scheme, host and port in lower case; the scheme's own port is left out.
    var origin: String
    var path: String
    /// Sorted by name; values of one name keep their order.
    var query: [Parameter]

    /// - Throws: `Problem` when the text is no absolute http or https URL, or carries a user.
    init(_ text: String) throws {
        guard let separator = text.firstRange(of: "://") else { throw Problem(text: "a URL must be absolute") }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw Problem(text: "a URL must begin with http:// or https://, not \(scheme)://")
        }
        let rest = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty else { throw Problem(text: "a URL must have a host") }
        guard !authority.contains("@") else { throw Problem(text: "a URL must not carry a user or a password") }
        let host = authority.lowercased()
        let ownPort = scheme == "http" ? ":80" : ":443"
        origin = scheme + "://" + (host.hasSuffix(ownPort) ? String(host.dropLast(ownPort.count)) : host)
        let target = rest[authority.endIndex...]
        path = Self.withoutDots(PercentCoding.normalizedPath(target.prefix { $0 != "?" }))
        query = target.firstIndex(of: "?").map { Self.parameters(target[target.index(after: $0)...]) } ?? []
    }

    /// The parameters of a query or a form, in canonical order.
    static func parameters(_ text: some StringProtocol) -> [Parameter] {
        sorted(
            text.split(separator: "&", omittingEmptySubsequences: true).map { part in
                let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return Parameter(
                    name: PercentCoding.decodedQuery(sides[0]),
                    value: sides.count == 2 ? PercentCoding.decodedQuery(sides[1]) : nil)
            })
    }

    /// Sorted by the bytes of the name, values of one name in their order.
    static func sorted(_ parameters: [Parameter]) -> [Parameter] {
        parameters.enumerated().sorted { one, other in
            one.element.name == other.element.name
                ? one.offset < other.offset : one.element.name.lexicographicallyPrecedes(other.element.name)
        }.map(\.element)
    }

    /// Takes out `.` and `..` (RFC 3986, section 5.2.4); an empty path is `/`.
    private static func withoutDots(_ path: String) -> String {
        var kept: [Substring] = []
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case ".": if isLast { kept.append("") }
            case "..":
                _ = kept.popLast()
                if isLast { kept.append("") }
            default: kept.append(part)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}

extension CanonicalURL {
    /// The parameters of a URL's query in their order and spelling; a name without `=` has no value.
    static func rawParameters(_ url: String) -> [(name: String, value: String?)] {
        guard let mark = url.firstIndex(of: "?") else { return [] }
        let query = url[url.index(after: mark)...].prefix { $0 != "#" }
        return query.split(separator: "&", omittingEmptySubsequences: true).map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (sides[0], sides.count == 2 ? sides[1] : nil)
        }
    }
}
