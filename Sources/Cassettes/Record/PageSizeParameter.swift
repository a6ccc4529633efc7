import Tributary

/// The parameter by which a request asks for a page's size: the one that the source declares, else one whose name says so.
public enum PageSizeParameter {
    /// Names that APIs give it, as ``letters(_:)`` spells them.
    private static let names: Set<String> = [
        "limit", "pagelimit", "perpage", "pagesize", "count", "first", "size", "pagelen", "maxresults",
        "resultsperpage", "itemsperpage", "top", "take", "rows", "num",
    ]

    /// Members that hold parameters of their own.
    private static let groups: Set<String> = ["variables", "page", "paging", "pagination"]

    /// The letters of a name, so that `page_size`, `pageSize`, `page[size]` and `@page-size` are one.
    private static func letters(_ name: some StringProtocol) -> String { String(name.filter(\.isLetter)).lowercased() }

    /// Whether a parameter asks for a size, by its own name: of `variables.first` that is `first`.
    public static func isSize(_ name: String) -> Bool {
        name.split(separator: ".").last.map { names.contains(letters($0)) } ?? false
    }

    /// Whether a parameter of a query is the one that asks for a size.
    static func isSize(_ name: String, declared: RequestParameter?) -> Bool {
        switch declared {
        case .query(let declared): name == declared
        case .body: false
        case nil: names.contains(letters(name))
        }
    }

    /// The size that a request asks for, in its URL or in its body; nil when it names none.
    static func asked(_ url: String, body: [UInt8], declared: RequestParameter? = nil) -> Int? {
        let inQuery = CanonicalURL.rawParameters(url).lazy.compactMap { parameter in
            isSize(decoded(parameter.name), declared: declared) ? parameter.value.flatMap { Int($0) } : nil
        }.first
        if let inQuery { return inQuery }
        guard let json = RawJSON(body) else { return nil }
        var found: Int?
        _ = mapped(json, members(declared)) { size in
            found = found ?? size
            return nil
        }
        return found
    }

    /// The names of members that lead to the declared size; nil where they are to be told by their names.
    private static func members(_ declared: RequestParameter?) -> [String]? {
        switch declared {
        case .query: []
        case .body(let path): path.split(separator: ".").map(String.init)
        case nil: nil
        }
    }

    /// A body with other sizes.
    private static func mapped(_ json: RawJSON, _ declared: [String]?, _ change: (Int) -> Int?) -> RawJSON {
        guard case .object(let members) = json else { return json }
        return .object(
            members.map { member in
                var member = member
                let isSize = declared.map { $0 == [member.name] } ?? names.contains(letters(member.name))
                switch member.value {
                case .object where declared.map { $0.first == member.name } ?? groups.contains(letters(member.name)):
                    member.value = mapped(member.value, declared.map { Array($0.dropFirst()) }, change)
                case .scalar(let scalar) where isSize:
                    guard let asked = Int(scalar.string ?? scalar.raw), let size = change(asked) else { break }
                    member.value =
                        scalar.isString ? .string(String(size)) : .scalar(.init(raw: String(size), offset: 0))
                default: break
                }
                return member
            })
    }

    /// The request with a smaller page.
    static func limited(_ request: HTTPRequest, to size: Int?) -> HTTPRequest {
        guard let size else { return request }
        let declared = request.page?.size
        var request = request
        if request.method == .post, let body = request.body, let json = RawJSON(body) {
            var isChanged = false
            let limited = mapped(json, members(declared)) { asked in
                guard asked > size else { return nil }
                isChanged = true
                return size
            }
            if isChanged { request.body = limited.compact }
        }
        request.query = request.query.map { item in
            guard isSize(item.name, declared: declared), case .plain(let text) = item.value, let asked = Int(text),
                asked > size
            else { return item }
            return QueryItem(item.name, String(size))
        }
        guard let mark = request.url.firstIndex(of: "?") else { return request }
        let parts = request.url[request.url.index(after: mark)...].split(
            separator: "&", omittingEmptySubsequences: false)
        let query = parts.map { part -> String in
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, isSize(decoded(sides[0]), declared: declared), let asked = Int(sides[1]),
                asked > size
            else { return String(part) }
            return "\(sides[0])=\(size)"
        }
        request.url = request.url[...mark] + query.joined(separator: "&")
        return request
    }

    private static func decoded(_ name: String) -> String {
        String(decoding: PercentCoding.decodedQuery(name), as: UTF8.self)
    }
}
