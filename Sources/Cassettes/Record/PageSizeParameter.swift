import Tributary

/// The parameter by which a request asks for a page's size.
public enum PageSizeParameter {
    /// Names that APIs give it.
    public static let names: Set<String> = [
        "limit", "_limit", "per_page", "perpage", "page_size", "pagesize", "count", "first", "size", "pagelen",
        "max_results", "maxresults", "results_per_page", "page[size]", "$top", "top", "take", "rows", "num", "_size",
    ]

    /// The size that a URL asks for; nil when it names none.
    public static func asked(_ url: String) -> Int? {
        CanonicalURL.rawParameters(url).compactMap { parameter in
            let name = String(decoding: PercentCoding.decodedQuery(parameter.name), as: UTF8.self)
            return names.contains(name.lowercased()) ? parameter.value.flatMap { Int($0) } : nil
        }.first
    }

    /// The request with a smaller page.
    static func limited(_ request: HTTPRequest, to size: Int?) -> HTTPRequest {
        guard let size else { return request }
        var request = request
        request.query = request.query.map { item in
            guard names.contains(item.name.lowercased()), case .plain(let text) = item.value, let asked = Int(text),
                asked > size
            else { return item }
            return QueryItem(item.name, String(size))
        }
        guard let mark = request.url.firstIndex(of: "?") else { return request }
        let parts = request.url[request.url.index(after: mark)...].split(
            separator: "&", omittingEmptySubsequences: false)
        let query = parts.map { part -> String in
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, names.contains(sides[0].lowercased()), let asked = Int(sides[1]), asked > size
            else {
                return String(part)
            }
            return "\(sides[0])=\(size)"
        }
        request.url = request.url[...mark] + query.joined(separator: "&")
        return request
    }
}
