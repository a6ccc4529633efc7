import Columns

/// A part of a page in an envelope: `$next`, or `$next?` for a member that is left out where there is no next. `$rows?` is
/// left out of a page without rows.
struct Placeholder: Hashable {
    /// What stands in a page's place.
    enum Part: String, CaseIterable {
        case rows = "$rows"
        case more = "$more"
        case next = "$next"
        case nextURL = "$nextURL"
        case count = "$count"
        case total = "$total"
        case page = "$page"
        case pages = "$pages"
    }

    let part: Part
    /// Whether the member is left out of a page that leads nowhere, or has no rows.
    let mayBeMissing: Bool

    /// The parts that may be left out.
    private static let optional: [Part] = [.rows, .next, .nextURL]

    /// Nil for anything else.
    init?(_ template: JSONValue) {
        guard let text = template.string else { return nil }
        self.init(text)
    }

    init?(_ text: String) {
        guard text.hasPrefix("$") else { return nil }
        mayBeMissing = text.hasSuffix("?")
        guard let part = Part(rawValue: mayBeMissing ? String(text.dropLast()) : text),
            !mayBeMissing || Self.optional.contains(part)
        else { return nil }
        self.part = part
    }

    /// Whether a text looks as a placeholder does, known or not.
    static func isMeant(_ text: String) -> Bool {
        let name = text.hasSuffix("?") ? text.dropLast() : text[...]
        return name.hasPrefix("$") && name.count > 1 && name.dropFirst().allSatisfy { $0.isASCII && $0.isLetter }
    }

    /// All that are known, for messages.
    static let known = Part.allCases.flatMap { part in
        optional.contains(part) ? [part.rawValue, part.rawValue + "?"] : [part.rawValue]
    }

    /// Whether the member is left out where this would stand.
    func leavesOut(_ value: JSONValue) -> Bool { mayBeMissing && (value.isNull || part == .rows && value.array == []) }

    /// Whether the place tells where the next page is.
    var leads: Bool { part == .next || part == .nextURL }
}

/// An object of an envelope that describes the next page: of a page that leads nowhere it is null, or left out.
///
/// ```json
/// {"next": {"$end": null, "offset": "$next", "url": "$nextURL"}}
/// ```
enum LeadObject {
    /// The member that says so, and what stands in the object's place at the end.
    static let mark = "$end"
    /// The value of ``mark`` for an object that is left out.
    static let missing: JSONValue = "?"

    /// What an envelope's object is at the end of the list; nil for one that is always there.
    static func end(of template: JSONValue) -> JSONValue? { template.object.flatMap { $0[mark] } }
}
