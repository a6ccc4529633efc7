import Columns
import Tributary

/// Which list a request is for: its path, and those of its parameters that no page of a list changes. Lists of one path are
/// told apart by it, such as the searches for the children of several parents, or the queries of GraphQL.
public struct ListIdentity: Sendable, Hashable {
    private let place: String
    private let parameters: [String: String]

    /// The list of a request; its body counts where it is JSON.
    public init(method: String, url: String, body: [UInt8] = []) {
        place = method + " " + url.prefix { $0 != "?" && $0 != "#" }
        var parameters: [String: String] = [:]
        for parameter in CanonicalURL.rawParameters(url) {
            let name = String(decoding: PercentCoding.decodedQuery(parameter.name), as: UTF8.self)
            // Decoded: the links of an answer may spell a blank as a plus, and brackets with escapes.
            let value = String(decoding: PercentCoding.decodedQuery(parameter.value ?? ""), as: UTF8.self)
            parameters[name] = parameters[name].map { "\($0),\(value)" } ?? value
        }
        if let json = RawJSON(body) { Self.collect(json, at: "", into: &parameters) }
        self.parameters = parameters.filter { !Self.mayChange($0.key, $0.value) }
    }

    private static func collect(_ json: RawJSON, at path: String, into parameters: inout [String: String]) {
        guard case .object(let members) = json else {
            if !path.isEmpty { parameters[path] = String(decoding: json.compact, as: UTF8.self) }
            return
        }
        for member in members {
            collect(member.value, at: path.isEmpty ? member.name : "\(path).\(member.name)", into: &parameters)
        }
    }

    /// Words in the names of parameters that say which page of a list is meant, or which span of it.
    private static let words: Set = [
        "page", "pages", "pageno", "pagenumber", "pageindex", "p", "offset", "skip", "start", "startat", "cursor",
        "after", "before", "token", "next", "position", "marker", "index", "continuation", "scroll", "since", "until",
        "from", "to", "min", "max", "last", "gt", "gte", "lt", "lte",
    ]

    /// Whether the pages of one list may differ in a parameter: it sizes a page, leads on, or is a bound.
    public static func mayChange(_ name: String, _ value: String) -> Bool {
        if PageSizeParameter.isSize(name) { return true }
        let named = Set(FieldWords(name).words)
        if !named.isDisjoint(with: words) { return true }
        let text = value.filter { $0 != "\"" }
        if TimestampParser.microseconds(text) != nil { return true }
        // A great number is a time, but for keys.
        return Int64(text).map { $0 > 100_000_000 } ?? false && named.isDisjoint(with: ["id", "ids", "key"])
    }
}
