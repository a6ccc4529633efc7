import Columns
import Tributary

/// Lowers what the pages of a shortened list say of its length, so that those before the cut agree with what is left.
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
            var known: [String]?
            let pages = indices.compactMap { index -> (Int, RawJSON, RowList)? in
                guard let json = RawJSON(exchanges[index].body),
                    let list = RowList.find(in: json, exchanges[index].page, known: known)
                else { return nil }
                if list.count > 0 { known = known ?? list.path }
                return (index, json, list)
            }
            let total = pages.reduce(0) { $0 + $1.2.count }
            let full = pages.count { $0.2.count > 0 }
            for (index, json, list) in pages {
                var counters = ListCounters(
                    rows: list.path, total: total, pages: full, hint: exchanges[index].page)
                result[index].body = counters.lowering(json).compact
                let header = HeaderCounters(total: total, pages: full, hint: exchanges[index].page)
                for field in result[index].responseHeaders.indices {
                    let stated = result[index].responseHeaders[field]
                    if let other = header.lowered(stated.name, stated.value) {
                        result[index].responseHeaders[field].value = other
                    }
                }
            }
        }
        return result
    }
}
