import Columns
import Tributary

/// A cursor that stays where rows change: increments by it do not see the change.
struct StillCursor {
    let list: ModelProposal.List
    /// The path of the cursor in a row; nil for a table that is read as a whole.
    let cursor: String?

    /// What to say of it; nil where no recorded row shows it.
    var note: String? {
        guard let cursor, list.table.mode != .fullRefresh, list.path.when == nil, let member = changed(under: cursor)
        else {
            return nil
        }
        return
            "\(list.table.schema.name): between two states \(member) of a row has changed and \(cursor) has not: increments by "
            + "\(cursor) bring new rows, and no such change. Where the API has a time of the last change to filter or order by, "
            + "make that the cursor; else say in the source's page that a full refresh brings changes."
    }

    /// A member that differs between two recordings of a row whose cursor is the same.
    private func changed(under cursor: String) -> String? {
        var before: [String: (state: String, row: JSONObject)] = [:]
        for page in list.pages {
            for row in page.rows {
                let key = "\(page.path) \(ModelPage.key(of: row, by: list.key))"
                defer { before[key] = (page.state, row) }
                guard let (state, old) = before[key], state != page.state, old[path: cursor] == row[path: cursor] else {
                    continue
                }
                if let member = row.members.first(where: { old[$0.name] != nil && old[$0.name] != $0.value }) {
                    return member.name
                }
            }
        }
        return nil
    }
}
