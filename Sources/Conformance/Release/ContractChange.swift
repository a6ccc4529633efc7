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
    /// Nil for changes of the source as a whole.
    public var table: String?
    /// On what it was seen, such as `stripe/billing: full_refresh, replay of t0`; nil for declarations.
    public var seen: String?
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
        self.table = table
        self.seen = seen
        self.text = text
        self.witness = witness
    }

    /// Source and table, as reports name them.
    public var place: String { ([source.lowercased()] + [table].compactMap { $0 }).joined(separator: " / ") }
}
