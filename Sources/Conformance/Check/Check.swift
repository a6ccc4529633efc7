/// One named proof obligation: what it proves, how, which seeded faults it must catch, and the code that judges.
///
/// A check that cannot fail does not exist: the initialiser demands at least one seeded fault, and the self-test proves
/// that the check catches it and passes its clean twin. Names are for ever: never renamed, never used again.
public struct Check: Sendable {
    /// A kebab-case sentence of the truth to be proved, such as `watermark-split-equivalence`.
    public let name: String
    public let group: CheckGroup
    public let level: Level
    /// Whether it judges each table by itself, or the source as a whole.
    public let scope: Scope
    /// One sentence for users: what a pass means.
    public let proves: String
    /// How it is tested, in two or three sentences.
    public let method: String
    /// What the author most likely did wrong when it fails, and what to change.
    public let likelyCause: String
    /// The least thorough profile that runs it.
    public let profile: Profile
    /// Group L cannot be waived but where the catalogue says so.
    public let isWaivable: Bool
    /// The seeded faults that this check must catch, by their identifiers.
    public let catches: [String]
    /// Judges one case.
    let judge: @Sendable (CheckCase) async throws -> Verdict
    /// What there must be for it to look at.
    private(set) var needs: Set<Need>

    public init(
        _ name: String, group: CheckGroup, level: Level, scope: Scope = .table, proves: String, method: String,
        likelyCause: String, profile: Profile = .full, isWaivable: Bool = true,
        catches first: String, _ others: String...,
        judge: @escaping @Sendable (CheckCase) async throws -> Verdict
    ) {
        self.name = name
        self.group = group
        self.level = level
        self.scope = scope
        self.proves = proves
        self.method = method
        self.likelyCause = likelyCause
        self.profile = profile
        self.isWaivable = isWaivable
        catches = [first] + others
        self.judge = judge
        needs = group == .http ? [.http] : group == .database ? [.database] : []
    }

    /// What a source may lack; a check that needs it is not applicable then.
    enum Need: Sendable {
        /// Answers over HTTP.
        case http
        /// A database behind the source.
        case database
        /// Fields of config.
        case fields
        /// The engine itself, where there is a database: the check asks what no cassette can know. Not exercised without.
        case engine
    }

    /// The same check, for sources that have this alone.
    func needing(_ need: Need) -> Check {
        var copy = self
        copy.needs.insert(need)
        return copy
    }

    /// What a check needs and does.
    public enum Level: String, Sendable, Codable, CaseIterable {
        /// Declarations only, no traffic.
        case `static`
        /// Recorded exchanges as they are.
        case replay
        /// A model of the upstream answers.
        case simulated
        /// A defect is injected at a named step.
        case fault
        /// Two or more runs are compared.
        case meta
        /// Something is measured.
        case perf
        /// Needs the real upstream and credentials.
        case live
    }

    /// What a case of the check is about.
    public enum Scope: String, Sendable, Codable {
        case source
        case table
    }
}

/// The groups of the catalogue.
public enum CheckGroup: String, Sendable, Codable, CaseIterable {
    case configuration = "A"
    case discovery = "B"
    case reading = "C"
    case primaryKeys = "D"
    case types = "E"
    case watermark = "F"
    case resume = "G"
    case partitions = "H"
    case memory = "I"
    case http = "J"
    case database = "K"
    case security = "L"
    case fixtures = "M"
    case documentation = "N"
    case performance = "O"

    /// The group's title in reports.
    public var title: String {
        switch self {
        case .configuration: "Configuration and credentials"
        case .discovery: "Schema discovery"
        case .reading: "Reading and pagination"
        case .primaryKeys: "Primary keys"
        case .types: "Types and schema stability"
        case .watermark: "Watermark and incremental"
        case .resume: "Resume and crash points"
        case .partitions: "Partition layout"
        case .memory: "Memory and batching"
        case .http: "HTTP behaviour"
        case .database: "Database behaviour"
        case .security: "Security"
        case .fixtures: "Fixture hygiene"
        case .documentation: "Documentation, registry, template, and the kit itself"
        case .performance: "Performance"
        }
    }
}

/// How thorough a run is. Each profile holds the ones before it.
public enum Profile: String, Sendable, Codable, CaseIterable, Comparable {
    /// Every source, every change: under two seconds a source.
    case quick
    /// The merge gate.
    case full
    /// Mutated bodies, bombs, child processes.
    case hostile

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
