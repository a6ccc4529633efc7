import Cassettes

/// A run as data: `tributary check --format json`.
public struct JSONReport: Encodable, Sendable {
    /// The version of this format.
    public let format = 1
    public let outcome: ConformanceReport.Outcome
    public let profile: Profile
    public let isStrict: Bool
    public let seed: UInt64
    public let began: String
    public let seconds: Double
    public let counts: [String: Int]
    public let looked: Counters
    public let problems: [Finding]
    /// The failures first, those that explain others before them; then the others in the order of the catalogue.
    public let cases: [Entry]
    public let timings: [ConformanceReport.Timing]

    /// One case.
    public struct Entry: Encodable, Sendable {
        public let name: String
        public let scenario: String
        public let table: String
        public let check: String
        public let group: CheckGroup
        public let verdict: String
        public let isFailure: Bool
        /// Why: the reason of a waiver, or what is missing.
        public let detail: String?
        public let looked: Counters?
        public let waiver: Waiver?
        /// The six parts, where there are findings or the case counts as failed.
        public let failure: FailureStory?
        public let seconds: Double
        public let command: String

        init(_ result: CheckResult, isStrict: Bool) {
            name = result.item.name
            scenario = result.item.input.scenario.id
            table = result.item.table
            check = result.item.check.name
            group = result.item.check.group
            verdict = result.verdict.name
            isFailure = result.isFailure(strict: isStrict)
            detail = result.verdict.detail
            seconds = result.seconds
            command = result.command
            failure = isFailure || !result.findings.isEmpty ? FailureStory(result) : nil
            if case .passed(let counters) = result.verdict { looked = counters } else { looked = nil }
            if case .waived(let value, _) = result.verdict { waiver = value } else { waiver = nil }
        }
    }

    public init(_ report: ConformanceReport) {
        outcome = report.outcome
        profile = report.options.profile
        isStrict = report.options.isStrict
        seed = report.options.seed
        began = report.began
        seconds = report.duration / .seconds(1)
        counts = Dictionary(report.counts.map { ($0.verdict, $0.count) }) { $1 }
        looked = report.looked
        problems = report.problems
        let isStrict = report.options.isStrict
        let rest = report.results.filter { !$0.isFailure(strict: isStrict) }
        cases = (report.failures + rest).map { Entry($0, isStrict: isStrict) }
        timings = report.timings
    }
}

extension Verdict {
    /// Why the verdict is what it is, where a sentence says so.
    public var detail: String? {
        switch self {
        case .passed, .failed: nil
        case .waived(let waiver, _): waiver.reason
        case .known(let entry, _): "known since \(entry.since): \(entry.reference)"
        case .notApplicable(let text), .notExercised(let text), .couldNotRun(let text): text
        }
    }
}
