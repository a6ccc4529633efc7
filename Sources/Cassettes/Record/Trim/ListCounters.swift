import Columns
import Tributary

/// The members of a page by which APIs say how long a list is, lowered to what is kept of the list: a source that ends at
/// a total would else ask for rows that were cut off.
struct ListCounters {
    /// The list of rows, which is left alone.
    let rows: [String]
    /// Rows that are kept of the list.
    let total: Int
    /// Pages with rows that are kept of the list.
    let pages: Int
    private let declaredTotal: [String]?
    private let declaredPages: [String]?
    /// The places that were changed.
    private(set) var changed: [String] = []

    /// - Parameter hint: what the source says of its pages; other counters are told by their names.
    init(rows: [String], total: Int, pages: Int, hint: PageHint?) {
        self.rows = rows
        self.total = total
        self.pages = max(1, pages)
        declaredTotal = hint?.total?.members
        declaredPages = hint?.totalPages?.members
    }

    mutating func lowering(_ json: RawJSON) -> RawJSON {
        json.changingMembers(around: rows) { place, value in
            guard case .scalar(let scalar) = value, let name = place.last, let limit = limit(name, place),
                let number = Int(scalar.string ?? scalar.raw), number > limit
            else { return nil }
            changed.append(place.joined(separator: "."))
            return scalar.isString ? .string(String(limit)) : .scalar(.init(raw: String(limit), offset: 0))
        }
    }

    /// What a counter may say at most; nil for what is none.
    private func limit(_ name: String, _ place: [String]) -> Int? {
        if place == declaredTotal { return total }
        if place == declaredPages { return pages }
        let words = Set(FieldWords(name).words)
        if Self.pageCounts.contains(words) { return pages }
        if Self.rowCounts.contains(words) { return total }
        let isRowCount =
            !words.contains("page") && !words.contains("size") && (words.contains("total") || words.contains("count"))
        return isRowCount ? total : nil
    }

    private static let pageCounts: Set<Set<String>> = [
        ["pages"], ["total", "pages"], ["page", "count"], ["last", "page"], ["num", "pages"],
    ]
    private static let rowCounts: Set<Set<String>> = [["num", "results"], ["total", "size"]]
}
