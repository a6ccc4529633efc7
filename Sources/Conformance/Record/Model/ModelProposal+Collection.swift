import Columns
import Tributary

// The objects of a list, as the proposal declares them.
extension ModelProposal {
    /// A collection as `model.json` has it.
    func collection(_ list: List, _ lists: [List], place: String, cursor: String?) -> JSONObject {
        let name = list.table.schema.name
        var collection = JSONObject([("key", .array(list.key.map { .string($0) }))])
        let (rows, changes) = (list.pages.flatMap(\.rows), RecordedChanges(list))
        if let cursor {
            collection["cursor"] = .string(cursor)
            collection["cursorFormat"] = .string(Self.format(rows, cursor).rawValue)
            let words = ["updat", "modif", "chang", "version", "seen", "activity"]
            // Of any other name the author says what is meant, once a recording shows a change that does not move it.
            if changes.moves(cursor) || words.contains(where: cursor.lowercased().contains) {
                collection["cursorMovesOnUpdate"] = true
            }
        }
        let lifted = list.table.lifting.map { ($0.name, JSONValue.string($0.path)) }
        if !lifted.isEmpty { collection["columns"] = .object(JSONObject(lifted)) }
        let reserved = list.key + [cursor].compactMap { $0 }
        let likely = Self.mutable(rows, but: reserved)
        let mutable = likely + changes.members.filter { !likely.contains($0) && !reserved.contains($0) }
        if !mutable.isEmpty { collection["mutable"] = .array(mutable.map { .string($0) }) }
        collection["from"] = [["path": .string(list.path.template), "rows": .string(place)]]
        collection["schemas"] = [.string(name)]
        if let owner = owner(of: list, lists) { collection["parent"] = .object(parent(list, owner)) }
        return collection
    }

    private static func format(_ rows: [JSONObject], _ cursor: String) -> ModelDeclaration.CursorFormat {
        .init(spelling: rows.lazy.map { ModelOrder.value(cursor, of: $0) }.first { !$0.isNull } ?? .null)
    }

    /// Texts that people write, which an upstream may change.
    private static func mutable(_ rows: [JSONObject], but reserved: [String]) -> [String] {
        let names = [
            "name", "title", "description", "note", "body", "subject", "email", "label", "comment", "metadata",
        ]
        let present = Set(
            rows.flatMap { row in
                row.members.flatMap { member -> [String] in
                    if member.value.isNull { return [] }
                    let inner = member.value.object?.members.filter { !$0.value.isNull } ?? []
                    return [member.name] + inner.map { "\(member.name).\($0.name)" }
                }
            })
        let own = names.filter { present.contains($0) && !reserved.contains($0) }
        // Rows of which all is nested: one level below.
        let nested = present.filter { $0.contains(".") && names.contains(MemberPath.last($0)) }
        return own.isEmpty ? nested.filter { !reserved.contains($0) }.sorted() : own
    }
}
