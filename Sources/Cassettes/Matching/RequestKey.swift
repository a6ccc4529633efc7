import Tributary

/// What identifies a request: two requests with equal keys are the same question.
///
/// Keys are computed when a fixture is opened and never stored, so a better rule needs no new recording.
struct RequestKey: Hashable {
    var method: String
    var url: CanonicalURL
    /// The compared fields that are there, by lower-case name.
    var headers: [String: String]
    var body: CanonicalBody

    /// - Throws: `CanonicalURL.Problem`.
    init(
        method: String, url: String, headers: [(name: String, value: String)], body: [UInt8], rules: MatchRules
    ) throws {
        self.method = method.uppercased()
        self.url = try CanonicalURL(url)
        self.url.origin = Self.mapped(self.url.origin, by: rules.hosts)
        self.url.query = Self.counting(self.url.query, by: rules)
        self.headers = rules.comparedHeaders.reduce(into: [:]) { kept, name in
            let values = headers.filter { $0.name.lowercased() == name }.map { Self.trimmed($0.value) }
            if !values.isEmpty { kept[name] = Self.withoutSignature(values.joined(separator: ", ")) }
        }
        let contentType = headers.first { $0.name.lowercased() == "content-type" }?.value
        self.body = CanonicalBody(body, contentType: contentType, ignoring: Array(rules.ignoredBody.keys))
    }

    private static func mapped(_ origin: String, by hosts: [String: String]) -> String {
        let scheme = origin.hasPrefix("https://") ? "https://" : "http://"
        return hosts[String(origin.dropFirst(scheme.count))].map { scheme + $0.lowercased() } ?? origin
    }

    private static func counting(_ query: [CanonicalURL.Parameter], by rules: MatchRules) -> [CanonicalURL.Parameter] {
        let counted = query.filter { rules.ignoredQuery[String(decoding: $0.name, as: UTF8.self)] == nil }
        guard !rules.unorderedParameters.isEmpty else { return counted }
        return counted.sorted { one, other in
            guard one.name == other.name else { return one.name.lexicographicallyPrecedes(other.name) }
            let isSet = rules.unorderedParameters.contains(String(decoding: one.name, as: UTF8.self))
            return isSet && (one.value ?? []).lexicographicallyPrecedes(other.value ?? [])
        }
    }

    private static func trimmed(_ value: String) -> String {
        String(value.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    /// Of a signature computed anew for each request, only the scheme and the names of its parameters count.
    private static func withoutSignature(_ value: String) -> String {
        let scheme = value.prefix { $0 != " " }
        let isSigned =
            scheme.uppercased().hasPrefix("AWS4-") || ["oauth", "hmac", "digest"].contains(scheme.lowercased())
        guard isSigned else { return value }
        let names = value.dropFirst(scheme.count).split(separator: ",").map { parameter in
            parameter.prefix { $0 != "=" }.filter { $0 != " " }
        }
        return scheme + " " + names.joined(separator: ", ")
    }
}

extension RequestKey {
    /// The key of a request as a source makes it. Secrets are revealed here: a source that forgets to authenticate, or
    /// does so with another key than the fixture's, must not match.
    init(_ request: HTTPRequest, rules: MatchRules) throws {
        let headers = request.headers.fields.map { field in (name: field.name, value: Self.text(of: field.value)) }
        try self.init(
            method: request.method.rawValue, url: Self.url(of: request), headers: headers, body: request.body ?? [],
            rules: rules)
    }

    /// The request's whole URL.
    static func url(of request: HTTPRequest) -> String {
        guard !request.query.isEmpty else { return request.url }
        let parameters = request.query.map { item in
            PercentCoding.encoded(Array(item.name.utf8)) + "=" + PercentCoding.encoded(Array(text(of: item.value).utf8))
        }
        let base = request.url.prefix { $0 != "#" }
        return base + (base.contains("?") ? "&" : "?") + parameters.joined(separator: "&")
    }

    private static func text(of value: HTTPHeaders.Value) -> String {
        switch value {
        case .plain(let text): text
        case .secret(let prefix, let secret): prefix + secret.revealed
        }
    }
}
