/// One way in which a later version of a source differs from an earlier one on the same traffic.
public struct ContractChange: Codable, Hashable, Sendable {
    /// What a change means for those who use the source already.
    public enum Impact: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
        /// A connection, a query or a table that worked does so no more.
        case breaking
        /// Nothing fails, but somebody may see a difference.
        case notable
        /// Something more is offered, and nothing less.
        case harmless

        public static func < (left: Impact, right: Impact) -> Bool { left.rank < right.rank }
        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// What of the contract changed.
    public enum Subject: String, Codable, Hashable, Sendable, CaseIterable {
        case source, form, credentials, tables, key, cursor
        case syncTypes = "sync types"
        case order, partitioning, columns, rows, requests, outcome
    }

    public var impact: Impact
    public var subject: Subject
    /// The source's type.
    public var source: String
    /// Empty for changes of the source as a whole.
    public var tables: [String]
    /// On what it was seen, such as `stripe/billing: full-refresh, replay of t0`; empty for declarations.
    public var seen: [String]
    public var text: String
    /// A few lines that show it.
    public var witness: [String]

    public init(
        _ impact: Impact, _ subject: Subject, source: String, table: String? = nil, seen: String? = nil, _ text: String,
        witness: [String] = []
    ) {
        self.impact = impact
        self.subject = subject
        self.source = source
        tables = [table].compactMap { $0 }
        self.seen = [seen].compactMap { $0 }
        self.text = text
        self.witness = witness
    }

    /// Source and tables, as reports name them.
    public var place: String { ([source.lowercased()] + (tables.isEmpty ? [] : [tableNames])).joined(separator: " / ") }

    /// The first tables, and how many more there are.
    public var tableNames: String { Self.few(tables, 3) }

    /// Where it was seen first, and how often more; nil for declarations.
    public var seenFirst: String? { seen.isEmpty ? nil : Self.few(seen, 1) }

    private static func few(_ names: [String], _ limit: Int) -> String {
        names.prefix(limit).joined(separator: ", ") + (names.count > limit ? " and \(names.count - limit) more" : "")
    }

    /// Whether it is the same change, seen elsewhere.
    func isSame(as other: ContractChange) -> Bool {
        (impact, subject, source, text) == (other.impact, other.subject, other.source, other.text)
            && tables.isEmpty == other.tables.isEmpty
    }

    /// Takes in where else the same change was seen.
    mutating func merge(_ other: ContractChange) {
        tables += other.tables.filter { !tables.contains($0) }
        seen += other.seen
    }
}
