import Tributary

/// The header fields by which APIs say how long a list is, such as `X-Total-Count` and `X-WP-TotalPages`, lowered to what
/// is kept of the list.
struct HeaderCounters {
    /// Rows that are kept of the list.
    let total: Int
    /// Pages with rows that are kept of the list.
    let pages: Int
    /// What the source says of its pages; other counters are told by their names.
    var hint: PageHint?

    /// What a field says of the list that is left; nil where it stays as it is.
    func lowered(_ name: String, _ value: String) -> String? {
        guard let number = Int(value), let limit = limit(name), number > limit else { return nil }
        return String(limit)
    }

    /// What a counter may say at most; nil for what is none. Letters alone count: `X-WP-TotalPages` is `x-wp-totalpages`
    /// over HTTP/2.
    private func limit(_ name: String) -> Int? {
        if hint?.total?.isHeader(name) ?? false { return total }
        if hint?.totalPages?.isHeader(name) ?? false { return max(1, pages) }
        let text = name.lowercased().filter { $0.isLetter || $0 == "-" }
        let others = ["limit", "rate", "retry", "size", "remaining", "time", "byte"]
        guard !others.contains(where: text.contains) else { return nil }
        if text.contains("page") {
            let isCount = ["total", "count", "pages", "last-page", "lastpage"].contains(where: text.contains)
            return isCount ? max(1, pages) : nil
        }
        return text.contains("total") || text.hasSuffix("count") ? total : nil
    }
}
