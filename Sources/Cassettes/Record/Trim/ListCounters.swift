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
        declaredTotal = hint?.total.flatMap { JSONPath($0) }?.segments.map(\.name)
        declaredPages = hint?.totalPages.flatMap { JSONPath($0) }?.segments.map(\.name)
    }

    mutating func lowering(_ json: RawJSON) -> RawJSON { lowering(json, at: []) }

    private mutating func lowering(_ json: RawJSON, at path: [String]) -> RawJSON {
        guard case .object(let members) = json, path.count < 4 else { return json }
        return .object(
            members.map { member in
                let place = path + [member.name]
                guard place != rows else { return member }
                var member = member
                if case .scalar(let scalar) = member.value {
                    guard let limit = limit(member.name, place), let number = Int(scalar.string ?? scalar.raw),
                        number > limit
                    else { return member }
                    changed.append(place.joined(separator: "."))
                    member.value =
                        scalar.isString ? .string(String(limit)) : .scalar(.init(raw: String(limit), offset: 0))
                } else {
                    member.value = lowering(member.value, at: place)
                }
                return member
            })
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
