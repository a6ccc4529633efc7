import Columns
import Foundation
import Tributary

/// One page of a modelled list, and how the next one is found.
struct ModelPage {
    /// Nil is sent as null.
    var rows: [JSONValue]?
    /// Objects that match, on all pages.
    var total: Int
    var number: Int
    var pages: Int
    var next = JSONValue.null
    var nextURL: String?
    /// Says that more follows although nothing leads there.
    var claimsMore = false
    /// The status by which the page is refused.
    var refusal: Int?
    var hasMore: Bool { claimsMore || nextURL != nil || !next.isNull }

    static func key(of body: JSONObject, by names: [String]) -> String {
        names.map { body[path: $0].map(text) ?? "" }.joined(separator: ",")
    }

    /// A member as a path or a position spells it.
    static func text(_ value: JSONValue) -> String { value.string ?? value.text }

    /// A token with what must be encoded in a URL, and once alone: nobody may take it apart, or decode it.
    static func cursor(_ position: String) -> String { token(position) + cursorEnd }
    private static let cursorEnd = "/%2B="

    /// An opaque token for a position, as APIs make them.
    static func token(_ position: String) -> String {
        Data(position.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
    }

    static func position(_ cursor: String) -> String {
        let token = cursor.hasSuffix(cursorEnd) ? String(cursor.dropLast(cursorEnd.count)) : cursor
        var text = token.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } ?? token
    }

    /// The value that a placeholder of the envelope stands for.
    func part(_ name: String) -> JSONValue? {
        guard let placeholder = Placeholder(name) else { return nil }
        return switch placeholder.part {
        case .rows: rows.map { .array($0) } ?? .null
        case .more: .bool(hasMore)
        case .next: next
        case .nextURL: nextURL.map { .string($0) } ?? .null
        case .count: .number(JSONNumber(Int64(rows?.count ?? 0)))
        case .total: .number(JSONNumber(Int64(total)))
        case .page: .number(JSONNumber(Int64(number)))
        case .pages: .number(JSONNumber(Int64(pages)))
        }
    }
}
