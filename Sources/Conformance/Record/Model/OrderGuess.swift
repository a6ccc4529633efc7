import Columns
import Tributary

/// In which order a list gives its rows.
struct OrderGuess {
    let cursor: String?
    let key: [String]
    /// Whether the source says that rows come by the cursor.
    var comesByCursor = true

    private static let words = ["sort", "order", "direction", "ordering"]

    /// Names of the parameters by which a list is ordered.
    static func parameters(_ runs: [PageRun]) -> [String] {
        let names = Set(runs.flatMap { $0.pages.flatMap { $0.parameters.keys } })
        return names.filter { name in words.contains { name.lowercased().contains($0) } }.sorted()
    }

    /// The order of rows that came one after another, as `-created`, and the key behind it where rows that are alike came by
    /// that; nil when none is seen.
    func order(of runs: [PageRun], named text: String) -> [String]? {
        let lists = runs.map(\.rows).filter { $0.count > 1 }
        guard let row = lists.first?.first else { return nil }
        let scalars = row.members.filter { $0.value.object == nil && $0.value.array == nil }.map(\.name)
        let mentioned = scalars.filter { !text.isEmpty && text.lowercased().contains($0.lowercased()) }
            .sorted { $0.count > $1.count }
        let times = scalars.filter { name in
            ["created", "updated", "modified", "date", "time", "_at"].contains { name.lowercased().contains($0) }
        }
        // A list that nobody orders comes by its key, or by when its rows were made, more often than by what moves with each
        // change.
        let made = comesByCursor ? [] : times.filter { $0.lowercased().contains("creat") }
        let rest = made + [cursor].compactMap { $0 } + times
        // `sort=modified` orders by `modified_gmt` as well: what the source follows is what has to be in order.
        // What lies deeper is asked for by its own name.
        let followed = [cursor].compactMap { $0 }.filter { cursor in
            cursor.contains(".") && text.lowercased().contains(MemberPath.last(cursor).lowercased())
                || mentioned.contains { cursor.lowercased().contains($0.lowercased()) && $0 != cursor }
        }
        let candidates = followed + mentioned + (text.allSatisfy { $0 == "+" } ? key + rest : rest + key)
        for name in candidates {
            for sign in ["", "-"] where isSorted(lists, by: name, descending: sign == "-") {
                return [sign + name] + tieBreaker(lists, behind: name, named: text)
            }
        }
        return nil
    }

    /// The members of the key, as far as they are not the order itself, by which rows of one value came; none where no two
    /// rows share a value, or they came otherwise.
    ///
    /// - Parameter text: what the request asks for, such as `-updated_at,id`: what it names counts without ties, too.
    private func tieBreaker(_ lists: [[JSONObject]], behind name: String, named text: String) -> [String] {
        let rest = key.filter { $0 != name }
        func isBefore(_ one: JSONObject, _ other: JSONObject) -> Bool {
            for member in rest {
                let (a, b) = (ModelOrder.value(member, of: one), ModelOrder.value(member, of: other))
                if ModelOrder.isLess(a, b) { return true }
                if ModelOrder.isLess(b, a) { return false }
            }
            return false
        }
        let ties = lists.flatMap { rows in
            zip(rows, rows.dropFirst()).filter { one, other in
                let (a, b) = (ModelOrder.value(name, of: one), ModelOrder.value(name, of: other))
                return !ModelOrder.isLess(a, b) && !ModelOrder.isLess(b, a)
            }
        }
        if ties.isEmpty {
            let words = text.split { ",+ ".contains($0) }.map(String.init)
            return rest.flatMap { member in words.filter { $0 == member || $0 == "-" + member }.prefix(1) }
        }
        if ties.allSatisfy({ isBefore($0.0, $0.1) }) { return rest }
        return ties.allSatisfy { isBefore($0.1, $0.0) } ? rest.map { "-" + $0 } : []
    }

    private func isSorted(_ lists: [[JSONObject]], by name: String, descending: Bool) -> Bool {
        var moved = false
        for rows in lists {
            let values = rows.map { ModelOrder.value(name, of: $0) }
            for (one, other) in zip(values, values.dropFirst()) {
                if one.isNull || other.isNull { return false }
                let (low, high) = descending ? (other, one) : (one, other)
                if ModelOrder.isLess(high, low) { return false }
                if ModelOrder.isLess(low, high) { moved = true }
            }
        }
        return moved
    }
}
