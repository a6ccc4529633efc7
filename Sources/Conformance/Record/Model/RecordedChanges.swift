import Columns
import Tributary

/// What became of the rows of a list from one recording of them to the next.
struct RecordedChanges {
    /// A row as it came, and as it came the next time.
    private struct Pair {
        var before: JSONObject
        var after: JSONObject
        /// Whether another state has the later one: within a state only the kind of run differs.
        var isOfLaterState: Bool
    }

    private let list: ModelProposal.List
    private let pairs: [Pair]

    init(_ list: ModelProposal.List) {
        self.list = list
        var pairs: [Pair] = []
        var known: [String: (row: JSONObject, state: String)] = [:]
        // Rows of several parents may share a key, and their requests one path.
        for page in list.path.when == nil ? list.pages : [] {
            for row in page.rows {
                let old = known.updateValue(
                    (row, page.state), forKey: "\(page.path) \(ModelPage.key(of: row, by: list.key))")
                guard let old, old.row != row else { continue }
                pairs.append(Pair(before: old.row, after: row, isOfLaterState: old.state != page.state))
            }
        }
        self.pairs = pairs
    }

    /// Members that differ between two recordings of a row.
    var members: [String] {
        pairs.flatMap { pair in pair.after.members.filter { Self.differs($0, from: pair.before) } }.map(\.name)
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Whether the value at a path differs between two states of a row.
    func moves(_ path: String) -> Bool {
        pairs.contains { $0.isOfLaterState && Self.moves(path, $0) }
    }

    /// What to say of a cursor that stays where a row changes, so that increments by it do not see the change; nil where no
    /// recorded row shows it, and for a table that is read as a whole.
    func note(ofCursor cursor: String?) -> String? {
        guard let cursor, list.table.mode != .fullRefresh else { return nil }
        let member = pairs.lazy.filter { $0.isOfLaterState && !Self.moves(cursor, $0) }.compactMap { pair in
            pair.after.members.first { Self.differs($0, from: pair.before) }?.name
        }.first
        return member.map { member in
            "\(list.table.schema.name): between two states \(member) of a row has changed and \(cursor) has not: increments by "
                + "\(cursor) bring new rows, and no such change. Where the API has a time of the last change to filter or order "
                + "by, make that the cursor; else say in the source's page that a full refresh brings changes."
        }
    }

    /// A member that comes or goes is no change: an upstream may leave out what it does not know.
    private static func differs(_ member: (name: String, value: JSONValue), from before: JSONObject) -> Bool {
        before[member.name].map { $0 != member.value } ?? false
    }

    private static func moves(_ path: String, _ pair: Pair) -> Bool {
        ModelOrder.value(path, of: pair.before) != ModelOrder.value(path, of: pair.after)
    }
}
