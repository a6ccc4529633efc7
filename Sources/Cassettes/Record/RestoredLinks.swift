import Columns
import Foundation
import Tributary

/// Gives the links of an answer the page's size that the source had asked for, where the recorder had asked for a smaller
/// one: else a recorded link would name another request than the one that the source makes of it.
struct RestoredLinks {
    /// The sizes that the source asked for, by their parameters' names as they are spelt.
    private let asked: [String: Int]
    private let size: Int
    private let path: String

    /// Nil where the request went out as it was.
    init?(_ request: HTTPRequest, limitedTo size: Int?) {
        guard let size else { return nil }
        self.size = size
        let url = RequestKey.url(of: request)
        path = Self.path(url)
        let sizes = CanonicalURL.rawParameters(url).compactMap { parameter -> (String, Int)? in
            let name = Self.decoded(parameter.name)
            guard PageSizeParameter.isSize(name, declared: request.page?.size),
                let asked = parameter.value.flatMap({ Int($0) }), asked > size
            else {
                return nil
            }
            return (name, asked)
        }
        guard !sizes.isEmpty else { return nil }
        asked = Dictionary(sizes) { $1 }
    }

    /// A header's value with its URLs restored: between angles, or as a whole.
    func header(_ value: String) -> String {
        guard value.contains("<") else { return url(value) }
        return value.split(separator: "<", omittingEmptySubsequences: false).map { part -> String in
            guard let end = part.firstIndex(of: ">") else { return String(part) }
            return url(String(part[..<end])) + part[end...]
        }.joined(separator: "<")
    }

    /// A body with the URLs outside of its lists restored; nil where there are none.
    func body(_ bytes: [UInt8]) -> [UInt8]? {
        guard let json = RawJSON(bytes) else { return nil }
        var isChanged = false
        let restored = restored(json, &isChanged)
        return isChanged ? restored.compact : nil
    }

    private func restored(_ json: RawJSON, _ isChanged: inout Bool) -> RawJSON {
        switch json {
        case .array: return json
        case .scalar(let scalar):
            guard let text = scalar.string, text.contains("?") else { return json }
            let other = url(text)
            if other == text { return json }
            isChanged = true
            return .string(other)
        case .object(let members):
            return .object(
                members.map { member in
                    var member = member
                    member.value = restored(member.value, &isChanged)
                    return member
                })
        }
    }

    private func url(_ url: String) -> String {
        guard let mark = url.firstIndex(of: "?"), Self.path(url) == path else { return url }
        let parts = url[url.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
        let query = parts.map { part -> String in
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, let asked = asked[Self.decoded(sides[0])], Int(sides[1]) == size else {
                return String(part)
            }
            return "\(sides[0])=\(asked)"
        }
        return url[...mark] + query.joined(separator: "&")
    }

    private static func decoded(_ text: String) -> String {
        String(decoding: PercentCoding.decodedQuery(text), as: UTF8.self)
    }

    /// The path of a URL, which may lack its origin.
    private static func path(_ url: String) -> String {
        let text = url.prefix { $0 != "?" }
        guard let scheme = text.range(of: "://") else { return String(text) }
        return String(text[scheme.upperBound...].drop { $0 != "/" })
    }
}
