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

    /// Whether a parameter asks for a size, by its own name: of `variables.first` that is `first`.
    public static func isSize(_ name: String) -> Bool {
        name.lowercased().split(separator: ".").last.map { names.contains(String($0)) } ?? false
    }

    /// The size that a request asks for, in its URL or in its body; nil when it names none.
    public static func asked(_ url: String, body: [UInt8]) -> Int? {
        if let size = asked(url) { return size }
        guard let json = RawJSON(body) else { return nil }
        var found: Int?
        _ = mapped(json) { size in
            found = found ?? size
            return nil
        }
        return found
    }

    /// Members that hold parameters of their own.
    private static let groups: Set<String> = ["variables", "page", "paging", "pagination"]

    /// A body with other sizes.
    private static func mapped(_ json: RawJSON, _ change: (Int) -> Int?) -> RawJSON {
        guard case .object(let members) = json else { return json }
        return .object(
            members.map { member in
                var member = member
                let name = member.name.lowercased()
                if groups.contains(name), case .object = member.value {
                    member.value = mapped(member.value, change)
                } else if names.contains(name), case .scalar(let scalar) = member.value,
                    let asked = Int(scalar.string ?? scalar.raw), let size = change(asked)
                {
                    member.value =
                        scalar.isString ? .string(String(size)) : .scalar(.init(raw: String(size), offset: 0))
                }
                return member
            })
    }

    /// The request with a smaller page.
    static func limited(_ request: HTTPRequest, to size: Int?) -> HTTPRequest {
        guard let size else { return request }
        var request = request
        if request.method == .post, let body = request.body, let json = RawJSON(body) {
            var isChanged = false
            let limited = mapped(json) { asked in
                guard asked > size else { return nil }
                isChanged = true
                return size
            }
            if isChanged { request.body = limited.compact }
        }
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
