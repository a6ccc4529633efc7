import Tributary

/// Which fields of an answer are kept: an allow-list, since a list of what to leave out always lacks one.
enum HeaderRules {
    private static let words: Set<String> = [
        "page", "pages", "next", "prev", "cursor", "total", "limit", "remaining", "reset", "ratelimit", "link",
        "location", "retry", "etag", "version", "modified", "range", "offset", "backoff", "deprecation", "sunset",
    ]

    static func isKept(_ name: String, of exchange: CapturedExchange) -> Bool {
        if exchange.page?.reads(header: name) ?? false { return true }
        let name = FieldWords(name.lowercased())
        if name.name == "content-type" || name.name == "x-total-count" || name.has("count") { return true }
        // HTTP/2 knows no capitals: `X-WP-TotalPages` comes as one word there.
        let isCounter = name.words.contains { word in
            word.hasPrefix("total") || word.hasSuffix("pages") || word.hasSuffix("count")
        }
        return name.secrecy == nil && (isCounter || name.words.contains(where: words.contains))
            && !name.has("request", "id")
    }
}
