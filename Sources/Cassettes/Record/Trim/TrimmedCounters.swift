import Columns
import Tributary

/// Lowers what the pages of a shortened list say of its length, so that they agree with what is left of it.
public enum TrimmedCounters {
    private struct Place: Hashable {
        var lane: CapturedExchange.Lane
        var list: ListIdentity
    }

    /// The exchanges with counters that are right.
    public static func settled(_ exchanges: [CapturedExchange]) -> [CapturedExchange] {
        func place(_ exchange: CapturedExchange) -> Place {
            Place(lane: exchange.lane, list: exchange.list)
        }
        let shortened = Set(exchanges.filter { $0.trimmed != nil }.map(place))
        if shortened.isEmpty { return exchanges }
        var result = exchanges
        for (at, indices) in Dictionary(grouping: exchanges.indices, by: { place(exchanges[$0]) })
        where shortened.contains(at) {
            let pages = indices.compactMap { index in
                RawJSON(exchanges[index].body).flatMap { json in RowList.find(in: json).map { (index, json, $0) } }
            }
            let total = pages.reduce(0) { $0 + $1.2.count }
            let full = pages.count { $0.2.count > 0 }
            for (index, json, list) in pages {
                let counted = EndMarkers.counting(json, rows: list.path, total: total, pages: max(1, full))
                result[index].body = counted.compact
            }
        }
        return result
    }
}
