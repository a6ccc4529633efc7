import Columns
import Tributary

/// The members of a page by which APIs say that more follows, set so that nothing does.
struct EndMarkers {
    /// The list of rows, which is left alone.
    let rows: [String]
    /// What the source says of its pages; other markers are told by their names.
    var hint: PageHint?
    /// The places that were changed.
    private(set) var changed: [String] = []

    init(rows: [String], hint: PageHint? = nil) {
        self.rows = rows
        self.hint = hint
    }

    mutating func ending(_ json: RawJSON) -> RawJSON {
        let next = hint?.next?.members
        let hasMore = hint?.hasMore?.members
        return json.changingMembers(around: rows) { place, value in
            if isNextPage(place, value) {
                changed.append(place.joined(separator: "."))
                return Self.literal("null")
            }
            let name = place == next ? "next" : place == hasMore ? "more" : place.last
            guard let name, let end = Self.end(name, value, within: place.dropLast().last) else { return nil }
            changed.append(place.joined(separator: "."))
            return end
        }
    }

    /// Whether an object describes the next page, as `{"next": {"offset": 100, "url": "…"}}` does: at the end there is none.
    private func isNextPage(_ place: [String], _ value: RawJSON) -> Bool {
        guard case .object(let members) = value, !members.isEmpty, !rows.starts(with: place),
            place.last.map({ FieldWords($0).words }) == ["next"]
        else { return false }
        return members.allSatisfy { if case .scalar = $0.value { true } else { false } }
    }

    /// The value of a marker on the last page; nil when it is none, or says so already.
    private static func end(_ name: String, _ value: RawJSON, within parent: String?) -> RawJSON? {
        guard case .scalar(let scalar) = value, scalar.raw != "null" else { return nil }
        let words = FieldWords(name)
        let word = Set(words.words)
        switch scalar.raw {
        case "true":
            let saysMore = word.contains("more") || word.contains("truncated") || words.has("has", "next")
            return saysMore && !word.contains("not") ? literal("false") : nil
        case "false":
            return word.isSubset(of: ["is", "last", "page", "complete", "done", "end", "finished"]) && !word.isEmpty
                && word != ["page"] && word != ["is"] ? literal("true") : nil
        default:
            let leadsOn =
                word.contains("next") || word.contains("cursor") && !word.contains("prev") && !word.contains("previous")
                || word.contains("continuation") || parent.map { FieldWords($0).words.last == "next" } ?? false
            return leadsOn && scalar.string != "" ? literal("null") : nil
        }
    }

    /// Whether a page says by a member of its own that it is the last.
    static func saysLast(_ json: RawJSON, rows: [String]) -> Bool { saysLast(json, at: [], rows: rows) }

    private static func saysLast(_ json: RawJSON, at path: [String], rows: [String]) -> Bool {
        guard case .object(let members) = json, path.count < 4 else { return false }
        return members.contains { member in
            let place = path + [member.name]
            guard place != rows, !member.name.lowercased().contains("prev") else { return false }
            guard case .scalar(let scalar) = member.value else { return saysLast(member.value, at: place, rows: rows) }
            // What would be changed if it said that more follows, and does not say so.
            let more = RawJSON.Scalar(raw: "true", offset: 0)
            let less = RawJSON.Scalar(raw: "false", offset: 0)
            let token = RawJSON.Scalar(raw: "\"x\"", offset: 0)
            switch scalar.raw {
            case "false": return end(member.name, .scalar(more), within: path.last) != nil
            case "true": return end(member.name, .scalar(less), within: path.last) != nil
            case "null", "\"\"": return end(member.name, .scalar(token), within: path.last) != nil
            default: return false
            }
        }
    }

    private static func literal(_ text: String) -> RawJSON { .scalar(.init(raw: text, offset: 0)) }
}
