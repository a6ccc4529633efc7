import Columns
import Foundation
import Tributary

/// One page of a modelled list, and how the next one is found.
struct ModelPage {
    let rows: [JSONValue]
    let total: Int
    let number: Int
    let pages: Int
    let next: JSONValue
    let nextURL: String?
    var hasMore: Bool { nextURL != nil || !next.isNull }

    /// Cuts the page that `call` asks for out of `objects`, which are filtered and ordered.
    init(
        _ page: ModelDeclaration.Page, of objects: [World.Object], key: [String], call: ModelCall, forcedSize: Int?
    ) {
        let asked = page.sizeParameter.flatMap { call.parameter($0) }.flatMap(Int.init) ?? page.defaultSize
        let size = page.style == .single ? max(1, objects.count) : forcedSize ?? max(1, min(asked, page.maximumSize))
        let start = Self.start(page, of: objects, key: key, call: call, size: size)
        let slice = objects.dropFirst(start).prefix(size)
        rows = slice.map { .object($0.body) }
        total = objects.count
        number = start / size + page.firstPage
        pages = (objects.count + size - 1) / size
        let end = start + slice.count
        guard end < objects.count, let last = slice.last, page.style != .single else {
            next = .null
            nextURL = nil
            return
        }
        let position: String =
            switch page.style {
            case .single: ""
            case .lastKey: Self.key(of: last.body, by: key)
            case .cursor: Self.token(Self.key(of: last.body, by: key))
            case .offset: String(end)
            case .page: String(number + 1)
            case .nextURL, .link:
                page.parameter == "page" ? String(number + 1) : Self.token(Self.key(of: last.body, by: key))
            }
        next = page.style == .page ? .number(JSONNumber(Int64(number + 1))) : .string(position)
        nextURL = call.url(setting: page.parameter, to: position)
    }

    private static func start(
        _ page: ModelDeclaration.Page, of objects: [World.Object], key: [String], call: ModelCall, size: Int
    ) -> Int {
        guard let position = call.parameter(page.parameter), !position.isEmpty else { return 0 }
        switch page.style {
        case .single: return 0
        case .offset: return max(0, Int(position) ?? 0)
        case .page: return max(0, ((Int(position) ?? page.firstPage) - page.firstPage) * size)
        case .lastKey: return after(position, in: objects, by: key)
        case .cursor: return after(self.position(position), in: objects, by: key)
        case .nextURL, .link:
            if page.parameter == "page" { return max(0, ((Int(position) ?? page.firstPage) - page.firstPage) * size) }
            return after(self.position(position), in: objects, by: key)
        }
    }

    /// The place right behind the object of this key; the beginning if it is gone.
    private static func after(_ key: String, in objects: [World.Object], by names: [String]) -> Int {
        objects.firstIndex { self.key(of: $0.body, by: names) == key }.map { $0 + 1 } ?? 0
    }

    static func key(of body: JSONObject, by names: [String]) -> String {
        names.map { body[$0].map { $0.string ?? $0.text } ?? "" }.joined(separator: ",")
    }

    /// An opaque token for a position, as APIs make them.
    static func token(_ position: String) -> String {
        Data(position.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
    }

    static func position(_ token: String) -> String {
        var text = token.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } ?? token
    }

    /// The value that a placeholder of the envelope stands for.
    func part(_ name: String) -> JSONValue? {
        switch name {
        case "$rows": .array(rows)
        case "$more": .bool(hasMore)
        case "$next": next
        case "$nextURL": nextURL.map { .string($0) } ?? .null
        case "$total": .number(JSONNumber(Int64(total)))
        case "$page": .number(JSONNumber(Int64(number)))
        case "$pages": .number(JSONNumber(Int64(pages)))
        default: nil
        }
    }
}
