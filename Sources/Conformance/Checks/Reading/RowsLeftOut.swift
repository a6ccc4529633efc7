import Columns

/// What rows that lack have in common.
enum RowsLeftOut {
    /// A cause that names the member by whose value rows are left out; nil where none tells them from the others.
    ///
    /// Two rows that lack may be alike by chance in a text, and one in everything: a text counts from three on, a flag from
    /// two.
    static func cause(_ gone: [JSONObject], _ kept: [JSONObject]) -> String? {
        guard let first = gone.first, !kept.isEmpty else { return nil }
        if let member = lackingMember(gone, kept) { return member }
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

    /// The member that is null in all rows that lack and in no other, or the other way round.
    private static func lackingMember(_ gone: [JSONObject], _ kept: [JSONObject]) -> String? {
        guard gone.count > 1, let first = gone.first else { return nil }
        func isNull(_ name: String, _ row: JSONObject) -> Bool { row[name]?.isNull ?? true }
        let names = (first.names + kept[0].names).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        for name in names {
            if gone.allSatisfy({ isNull(name, $0) }), kept.allSatisfy({ !isNull(name, $0) }) {
                return
                    "The rows that lack are those whose \(name) is null, and all of them: the source leaves them out."
            }
            if gone.allSatisfy({ !isNull(name, $0) }), kept.count > 1, kept.allSatisfy({ isNull(name, $0) }) {
                return
                    "The rows that lack are those that have a value in \(name), and all of them: the source leaves them out."
            }
        }
        return nil
    }

    /// A cause that names the places of pages whose rows lack, as where a page's first row is passed over; nil where the
    /// places tell nothing.
    ///
    /// - Parameters:
    ///   - places: where the rows that lack stand in the list, counted from 0.
    ///   - count: the rows of the list.
    ///   - page: the rows of a page; nil where the list comes in one piece.
    static func cause(places: [Int], of count: Int, page: Int?) -> String? {
        guard !places.isEmpty, places.count < count else { return nil }
        let places = Set(places)
        if let page, page > 1, count > page {
            let pages = (count + page - 1) / page
            let firsts = Set((0..<pages).map { $0 * page })
            let lasts = Set((0..<pages).map { min(count, ($0 + 1) * page) - 1 })
            if places == firsts { return "The rows that lack are the first of each page: it is passed over." }
            if places == lasts || places == Set(lasts.filter { $0 % page == page - 1 }) {
                return "The rows that lack are the last of each page: it is passed over."
            }
            if places == Set(((pages - 1) * page)..<count) {
                return "The rows that lack are those of the last page: it is not asked for, or not handed over."
            }
            if places == Set(0..<page) {
                return
                    "The rows that lack are those of the first page: the read begins behind it, or does not hand it over."
            }
        }
        if let page, let first = places.min(), first > 0, first % page == 0, places == Set(first..<count) {
            let pages = (first / page).counted("page")
            return "The read ends after \(pages), although more follow: what it takes for the end of the list is none."
        }
        if places == [0] { return "What lacks is the first row of the read: it is passed over." }
        if places == [count - 1] { return "What lacks is the last row of the read: it is not handed over." }
        return nil
    }
}
