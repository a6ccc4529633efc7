import Columns
import Tributary

/// An exchange on its way into a HAR file, with what replay needs to know of it.
public struct DraftEntry: Sendable {
    public var id: String
    public var exchange: CapturedExchange
    public var schemas: [String]
    public var syncTypes: [SyncType]
    public var repetition: Exchange.Repetition
    public var isOptional: Bool
    /// How many places each redaction rule has changed.
    public var redacted: [String: Int]
    /// What was left out of the answer; nil when nothing was.
    public var trimmed: JSONValue?
}

/// Makes entries of a recording: a request that several runs make is one entry.
public struct DraftEntries: Sendable {
    /// The kinds of run that were recorded of each schema.
    let modes: [String: Set<SyncType>]
    let rules: MatchRules

    public init(modes: [String: Set<SyncType>], rules: MatchRules) {
        self.modes = modes
        self.rules = rules
    }

    private struct Group {
        var exchange: CapturedExchange
        var lanes: [CapturedExchange.Lane]
        var redacted: [String: Int]
    }

    private struct Place: Hashable {
        var key: RequestKey
        var occurrence: Int
    }

    private struct Count: Hashable {
        var key: RequestKey
        var lane: CapturedExchange.Lane
    }

    /// The entries in the order of their first request.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture` for a URL that no fixture can hold.
    public func entries(_ exchanges: [CapturedExchange], redacted: [[String: Int]]) throws -> [DraftEntry] {
        var groups: [Group] = []
        var places: [Place: Int] = [:]
        var counts: [Count: Int] = [:]
        for (exchange, redacted) in zip(exchanges, redacted) {
            let key = try key(of: exchange)
            let occurrence = counts[Count(key: key, lane: exchange.lane), default: 0]
            counts[Count(key: key, lane: exchange.lane)] = occurrence + 1
            if let index = places[Place(key: key, occurrence: occurrence)] {
                groups[index].lanes.append(exchange.lane)
                // A proof of the credentials may ask for the same page; only a run's own answer leads to its next pages.
                if groups[index].exchange.lane.schema == nil, exchange.lane.schema != nil {
                    groups[index].exchange = exchange
                    groups[index].redacted = redacted
                }
            } else {
                places[Place(key: key, occurrence: occurrence)] = groups.count
                groups.append(Group(exchange: exchange, lanes: [exchange.lane], redacted: redacted))
            }
        }
        return named(groups.map(entry))
    }

    func key(of exchange: CapturedExchange) throws -> RequestKey {
        do {
            return try RequestKey(
                method: exchange.method, url: exchange.url,
                headers: exchange.requestHeaders.map { ($0.name, $0.value) }, body: exchange.requestBody, rules: rules)
        } catch let problem as CanonicalURL.Problem {
            throw SourceError.fixture(file: "the recording", at: exchange.url, problem.text)
        }
    }

    private func entry(_ group: Group) -> DraftEntry {
        let lanes = group.lanes
        var schemas: [String] = []
        for schema in lanes.compactMap(\.schema) where !schemas.contains(schema) { schemas.append(schema) }
        let isProbe = lanes.contains { $0.schema == nil }
        return DraftEntry(
            id: "", exchange: group.exchange, schemas: schemas, syncTypes: syncTypes(lanes, schemas),
            repetition: isProbe || schemas.count > 1 ? .repeat : .once,
            isOptional: isProbe && schemas.isEmpty || lanes.allSatisfy(\.isOptional), redacted: group.redacted,
            trimmed: group.exchange.trimmed)
    }

    /// The entries as a replay asks for them: an answer that leads on by a token of its own is recorded once, and then its
    /// next pages are those of every run that asks for it.
    ///
    /// - Parameter asked: the kinds of run that asked for an entry, by its id.
    public func asked(_ entries: [DraftEntry], _ asked: [String: Set<SyncType>]) -> [DraftEntry] {
        let entries = entries.map { entry in
            var entry = entry
            if !entry.isOptional, !entry.syncTypes.isEmpty, !entry.schemas.isEmpty {
                entry.syncTypes = syncTypes(entry.schemas) { _ in
                    Set(entry.syncTypes).union(asked[entry.id] ?? [])
                }
            }
            return entry
        }
        return named(entries)
    }

    private func syncTypes(_ lanes: [CapturedExchange.Lane], _ schemas: [String]) -> [SyncType] {
        syncTypes(schemas) { schema in
            Set(lanes.filter { schema == nil || $0.schema == schema }.compactMap(\.syncType))
        }
    }

    /// The kinds of run that make the request; none when all do that were recorded.
    ///
    /// - Parameter made: the kinds of run of a table that make it; of nil those of all.
    private func syncTypes(_ schemas: [String], made: (String?) -> Set<SyncType>) -> [SyncType] {
        if schemas.allSatisfy({ (modes[$0] ?? []).isSubset(of: made($0)) }) { return [] }
        var types = made(nil)
        // Appending asks for the same as merging does.
        if types.contains(.incremental) { types.insert(.append) }
        return SyncType.allCases.filter(types.contains)
    }

    /// Names from what is asked for, never from the content, so that a new recording is a diff in place.
    private func named(_ entries: [DraftEntry]) -> [DraftEntry] {
        var paths: [String: [String]] = [:]
        var pages: [String: Int] = [:]
        var taken: Set<String> = []
        return entries.map { entry in
            var entry = entry
            let base = Self.base(entry, paths: &paths)
            pages[base, default: 0] += 1
            var id = entry.schemas.isEmpty && pages[base] == 1 ? base : "\(base)-p\(pages[base] ?? 1)"
            if entry.exchange.status >= 400 { id += "-\(entry.exchange.status)" }
            var counter = 1
            let wanted = id
            while !taken.insert(id).inserted {
                counter += 1
                id = "\(wanted)-\(counter)"
            }
            entry.id = id
            return entry
        }
    }

    private static func base(_ entry: DraftEntry, paths: inout [String: [String]]) -> String {
        guard let schema = entry.schemas.first else { return "probe" }
        let slug = Self.slug(schema)
        let path = String(entry.exchange.url.prefix { $0 != "?" })
        if !(paths[schema] ?? []).contains(path) { paths[schema, default: []].append(path) }
        let index = paths[schema]?.firstIndex(of: path) ?? 0
        let part = index == 0 ? slug : "\(slug)-\(index + 1)"
        switch entry.exchange.lane.syncType {
        case _ where entry.isOptional: return part + "-again"
        case .fullRefresh where !entry.syncTypes.isEmpty: return part + "-full"
        case .incremental, .append: return entry.syncTypes.isEmpty ? part : part + "-since"
        default: return part
        }
    }

    static func slug(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
    }
}
