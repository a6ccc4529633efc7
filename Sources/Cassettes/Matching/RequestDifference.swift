import Tributary

/// What separates a request from a recorded one, component by component.
struct RequestDifference {
    /// Components that are equal, out of six.
    let equalComponents: Int
    /// Parameters of the query that are equal, to choose among entries that differ in it.
    let equalParameters: Int
    let isSameOrigin: Bool
    /// Segments of the longer path that are not those of the other, between a beginning and an end that both share.
    let differingSegments: Int
    /// One line for each difference.
    let lines: [String]

    /// Whether this request is nearer to its recorded one than another is to its own: where no path is the same, one that is
    /// nearly so says more than a request that is else alike.
    func isNearer(than other: RequestDifference) -> Bool {
        if isSameOrigin != other.isSameOrigin { return isSameOrigin }
        return (differingSegments, -equalComponents, -equalParameters)
            < (other.differingSegments, -other.equalComponents, -other.equalParameters)
    }

    /// - Parameter secrets: lower-case names of header fields whose sent value must not be shown.
    init(sent: RequestKey, recorded: RequestKey, secrets: Set<String>) {
        let components: [(name: String, sent: String, recorded: String)] = [
            ("method", sent.method, recorded.method), ("origin", sent.url.origin, recorded.url.origin),
            ("path", sent.url.path, recorded.url.path),
        ]
        var lines = components.filter { $0.sent != $0.recorded }.map { Self.line($0.name, $0.sent, $0.recorded) }
        let query = Self.query(sent.url.query, recorded.url.query)
        let headers = Self.headers(sent.headers, recorded.headers, secrets: secrets)
        lines += query + headers
        if sent.body != recorded.body { lines.append(Self.line("body", sent.body.text, recorded.body.text)) }
        equalComponents =
            components.count { $0.sent == $0.recorded }
            + [query.isEmpty, headers.isEmpty, sent.body == recorded.body]
            .count { $0 }
        equalParameters = sent.url.query.count { recorded.url.query.contains($0) }
        let (one, other) = (sent.url.path.split(separator: "/"), recorded.url.path.split(separator: "/"))
        let head = zip(one, other).prefix { $0 == $1 }.count
        let tail = zip(one.dropFirst(head).reversed(), other.dropFirst(head).reversed()).prefix { $0 == $1 }.count
        isSameOrigin = sent.url.origin == recorded.url.origin
        differingSegments = max(one.count, other.count) - head - tail
        self.lines = lines
    }

    private static func query(_ sent: [CanonicalURL.Parameter], _ recorded: [CanonicalURL.Parameter]) -> [String] {
        var names: [[UInt8]] = []
        for parameter in sent + recorded where !names.contains(parameter.name) { names.append(parameter.name) }
        return names.compactMap { name in
            let values = [sent, recorded].map { query in query.filter { $0.name == name }.map(\.value) }
            guard values[0] != values[1] else { return nil }
            let texts = values.map { $0.isEmpty ? nil : $0.map(Self.text).joined(separator: ", ") }
            return line("query \(String(decoding: name, as: UTF8.self))", texts[0], texts[1])
        }
    }

    private static func text(_ value: [UInt8]?) -> String {
        value.map { "\"" + String(decoding: $0, as: UTF8.self) + "\"" } ?? "no value"
    }

    private static func headers(
        _ sent: [String: String], _ recorded: [String: String], secrets: Set<String>
    ) -> [String] {
        Set(sent.keys).union(recorded.keys).sorted().compactMap { name in
            guard sent[name] != recorded[name] else { return nil }
            let shown = sent[name].map { secrets.contains(name) ? Secret.mask : "\"\($0)\"" }
            return line("header \(name)", shown, recorded[name].map { "\"\($0)\"" })
        }
    }

    private static func line(_ name: String, _ sent: String?, _ recorded: String?) -> String {
        "\(name): sent \(sent.map(cut) ?? "nothing"), recorded \(recorded.map(cut) ?? "nothing")"
    }

    private static func cut(_ text: String) -> String { text.count > 200 ? text.prefix(200) + "…" : text }
}
