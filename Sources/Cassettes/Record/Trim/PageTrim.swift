import Columns
import Tributary

/// Ends long lists early while they are recorded: after some pages the upstream seems to have no more.
///
/// The source reads what is kept, so the recording is a whole: its last page says by the API's own markers and counters
/// that it is the last, and a page that is asked for nevertheless is an empty one.
struct PageTrim: Sendable {
    /// How much of a list is kept.
    struct Limits: Sendable, Hashable {
        /// Pages of one list at most; nil keeps all.
        var pages: Int?
        /// Rows of one list at most; nil keeps all.
        var rows: Int?
        var isEmpty: Bool { pages == nil && rows == nil }
    }

    private struct Place: Hashable {
        var lane: CapturedExchange.Lane
        var list: ListIdentity
    }

    private struct Progress {
        /// The request for the first page: where it comes again, the list is read from its beginning once more.
        var first: String
        var pages = 0
        /// Pages that have kept rows.
        var full = 0
        var rows = 0
        /// Where the first page with rows had them.
        var path: [String]?
        var isOver = false
    }

    let limits: Limits
    private var lists: [Place: Progress] = [:]
    /// The only rows that exist from now on, by table.
    private var known: [String: Set<[UInt8]>] = [:]

    init(_ limits: Limits) { self.limits = limits }

    /// Whether pages pass as they came.
    var isIdle: Bool { limits.isEmpty && known.isEmpty }

    /// Lets a table seem to have no other rows than these.
    mutating func keepOnly(_ rows: Set<[UInt8]>, in schema: String) { known[schema] = rows }

    /// Counts the lists of a lane anew.
    mutating func forget(_ lane: CapturedExchange.Lane) { lists = lists.filter { $0.key.lane != lane } }

    /// What became of a page.
    struct Outcome {
        var body: [UInt8]
        /// Lowers the counters of the header.
        var counters: HeaderCounters
        /// The place of the list, how many rows are kept, of how many, and what else was changed.
        var note: JSONValue
    }

    /// Counts a page of a list; nil when it stays as it came.
    ///
    /// - Parameter leading: the headers by which it leads on; they are to be ended too.
    mutating func page(
        _ exchange: CapturedExchange, body: [UInt8], leading: [String], headers: HTTPHeaders = HTTPHeaders()
    ) -> Outcome? {
        let place = Place(lane: exchange.lane, list: exchange.list)
        let request = "\(exchange.url) \(String(decoding: exchange.requestBody, as: UTF8.self))"
        var progress = lists[place].flatMap { $0.first == request ? nil : $0 } ?? Progress(first: request)
        guard let json = RawJSON(body), let list = RowList.find(in: json, exchange.page, known: progress.path) else {
            return nil
        }
        if list.count > 0 { progress.path = progress.path ?? list.path }
        let room = progress.isOver ? 0 : limits.rows.map { max(0, $0 - progress.rows) } ?? list.count
        let allowed = exchange.lane.schema.flatMap { known[$0] }
        let isKnown = allowed.map { allowed in
            (json.list(at: list.path[...]) ?? []).map { allowed.contains($0.identity) }
        }
        let beyond = isKnown?.contains(false) ?? false
        let kept = min(isKnown?.count { $0 } ?? list.count, room)
        progress.pages += 1
        progress.full += kept > 0 ? 1 : 0
        progress.rows += kept
        let isLast =
            progress.isOver || beyond || progress.pages >= limits.pages ?? .max || progress.rows >= limits.rows ?? .max
        progress.isOver = isLast
        lists[place] = progress
        guard isLast else { return nil }
        var changed = json
        if kept < list.count {
            changed = changed.replacingElements(at: list.path) { elements in
                let left = isKnown.map { flags in zip(elements, flags).filter(\.1).map(\.0) } ?? elements
                return Array(left.prefix(kept))
            }
        }
        var markers = EndMarkers(rows: list.path, hint: exchange.page)
        changed = markers.ending(changed)
        var counters = ListCounters(
            rows: list.path, total: progress.rows, pages: progress.full, hint: exchange.page)
        changed = counters.lowering(changed)
        let header = HeaderCounters(total: progress.rows, pages: progress.full, hint: exchange.page)
        let stated = headers.fields.compactMap { field -> String? in
            guard case .plain(let value) = field.value else { return nil }
            return header.lowered(field.name, value).map { _ in field.name }
        }
        let names = markers.changed + counters.changed + leading + stated
        guard kept < list.count || !names.isEmpty else { return nil }
        var note = JSONObject([
            ("rows", .string(list.path.isEmpty ? "$" : list.path.joined(separator: "."))),
            ("kept", .number(JSONNumber(Int64(kept)))), ("of", .number(JSONNumber(Int64(list.count)))),
        ])
        if !names.isEmpty { note["ended"] = .array(names.map { .string($0) }) }
        return Outcome(body: changed.compact, counters: header, note: .object(note))
    }

    /// The names of the headers that lead on: Link with a next page, the one that the source follows, and those that say so
    /// by their names.
    static func leading(_ headers: HTTPHeaders, hint: PageHint?) -> [String] {
        headers.fields.compactMap { field in
            guard case .plain(let value) = field.value, !value.isEmpty else { return nil }
            if hint?.next?.isHeader(field.name) ?? false { return field.name }
            let leadsOn =
                field.name.lowercased() == "link"
                ? LinkHeader.target("next", in: value) != nil : FieldWords(field.name).words.contains("next")
            return leadsOn ? field.name : nil
        }
    }

    /// The headers of a last page: without those that lead on, and without the links of Link that do.
    static func ended(_ headers: inout HTTPHeaders, _ leading: [String]) {
        for name in leading {
            let rest = name.lowercased() == "link" ? headers[name].map(ended) : nil
            headers[name] = rest?.isEmpty == false ? rest : nil
        }
    }

    private static func ended(_ link: String) -> String {
        link.split(separator: ",").filter { part in
            !["next", "last"].contains { part.lowercased().contains("rel=\"\($0)\"") || part.hasSuffix("rel=\($0)") }
        }.joined(separator: ",")
    }
}
