import Columns

/// What rows that lack have in common.
enum RowsLeftOut {
    /// A cause that names the member by whose value rows are left out; nil where none tells them from the others.
    ///
    /// Two rows that lack may be alike by chance in a text, and one in everything: a text counts from three on, a flag from
    /// two.
    static func cause(_ gone: [JSONObject], _ kept: [JSONObject]) -> String? {
        guard let first = gone.first, !kept.isEmpty else { return nil }
        for member in first.members {
            let least: Int
            switch member.value {
            case .bool: least = 2
            case .string(let text) where text.count <= 40: least = 3
            default: continue
            }
            guard gone.count >= least, gone.allSatisfy({ $0[member.name] == member.value }),
                kept.allSatisfy({ $0[member.name] != member.value })
            else { continue }
            return
                "The rows that lack are those whose \(member.name) is \(member.value.text), and all of them: the source leaves "
                + "them out."
        }
        return nil
    }
}
