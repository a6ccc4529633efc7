import Tributary

/// What one version of a program made of recorded traffic: declarations, requests and tables of each of its sources.
///
/// Two portraits that were taken on the same traffic can be compared without building or running anything; see
/// ``PortraitComparison``. Kept as JSON, so that each version can be run in a process of its own.
public struct Portrait: Codable, Hashable, Sendable {
    /// The version of the file's form.
    public static let currentFormat = 1

    public var format = Portrait.currentFormat
    /// Which version was looked at, such as a commit; a name for reports.
    public var version: String
    public var sources: [SourcePortrait]

    public init(version: String, sources: [SourcePortrait]) {
        self.version = version
        self.sources = sources
    }
}

/// One source in a portrait.
public struct SourcePortrait: Codable, Hashable, Sendable {
    public var type: String
    public var label: String
    public var category: String
    public var status: String
    public var form: [FormField]
    public var scenarios: [ScenarioPortrait]
}

/// A source on the traffic of one scenario.
public struct ScenarioPortrait: Codable, Hashable, Sendable {
    /// Such as `stripe/billing`.
    public var id: String
    /// What the check of credentials said; nil is «accepted».
    public var credentialsError: String?
    /// Whether the check ended so because it asked for something that was not recorded.
    public var isUnrecorded = false
    /// The tables that were offered.
    public var tables: [ReleasedDeclaration.Table]
    /// Why the tables could not be listed.
    public var listingError: String?
    /// Why nothing was run, such as a database engine that is not at hand.
    public var missing: String?
    /// What the check of credentials and the listing asked for, in order.
    public var requests: [String] = []
    public var runs: [RunPortrait]
}

/// One sync in a portrait.
public struct RunPortrait: Codable, Hashable, Sendable {
    public var table: String
    /// How it was read and from what, such as `incremental, replay of t1 after t0`; unique for a table of a scenario.
    public var name: String
    /// How it ended, if not well.
    public var error: String?
    /// Whether it ended because it asked for something that was not recorded.
    public var isUnrecorded = false
    public var advice: ReadAdvice?
    /// The table's columns with their types, in order: `id int64`.
    public var columns: [String] = []
    /// How the rows are laid out, in words; nil when they are not.
    public var layout: String?
    public var rows: [Row] = []
    /// Requests and statements in the order in which they were sent, secrets masked.
    public var requests: [String] = []

    /// A row's values as texts; nulls are left out, and long values are shortened to their beginning and a digest.
    public struct Row: Codable, Hashable, Sendable {
        public var values: [String: String]
        public var partition: String?
    }
}

/// What a source says of a read besides its rows.
public struct ReadAdvice: Codable, Hashable, Sendable {
    public var primaryKeys: [String]
    /// `ascending`, `descending`, or `unsorted`.
    public var order: String
    /// The partitioning that it asks for, in words.
    public var partitioning: String
}
