import Cassettes
import Foundation

/// A whole run of the kit: what each case said, what is wrong with waivers and ledger, and what was looked at.
public struct ConformanceReport: Sendable {
    public let results: [CheckResult]
    /// What is wrong beside the cases: waivers that are incomplete or not needed, a ledger that has grown, a
    /// budget that was not kept.
    public let problems: [Finding]
    public let options: CheckRunner.Options
    /// The scenarios that were looked at, in order.
    public let scenarios: [Scenario]
    /// The real time that the run took.
    public let duration: Duration
    /// When it began, such as `2026-11-23 01:30:00Z`.
    public let began: String

    /// Puts a report together and judges waivers and ledger by the results.
    public init(
        of results: [CheckResult], catalogue: [Check], options: CheckRunner.Options, duration: Duration, began: String
    ) {
        self.results = results
        self.options = options
        self.duration = duration
        self.began = began
        var seen: Set<String> = []
        let scenarios = results.map(\.item.input.scenario).filter { seen.insert($0.id).inserted }
        self.scenarios = scenarios
        let byScenario = Dictionary(grouping: results, by: \.item.input.scenario.id)
        problems =
            scenarios.flatMap { scenario in
                Self.waiverProblems(scenario, byScenario[scenario.id] ?? [], catalogue, options)
            } + (options.ledger.map { $0.problems + $0.gone(after: results) } ?? [])
            + Self.budgetProblems(results, duration, options)
    }

    /// A run that took longer than it may, with the checks that took the most of it.
    private static func budgetProblems(
        _ results: [CheckResult], _ duration: Duration, _ options: CheckRunner.Options
    ) -> [Finding] {
        guard let budget = options.budget, duration > budget else { return [] }
        let sums = Dictionary(grouping: results, by: \.item.check.name).mapValues {
            $0.reduce(Duration.zero) { $0 + $1.duration }
        }
        let slowest = sums.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(10)
        return [
            Finding(
                at: "budget of the run", expected: "at most \(budget / .seconds(1)) s for \(results.count) cases",
                actual: "It took \(seconds(duration)) s; the slowest: "
                    + slowest.map { "\($0.key) \(seconds($0.value)) s" }.joined(separator: ", ") + ".")
        ]
    }

    private static func seconds(_ duration: Duration) -> String {
        String(Double(Int(duration / .milliseconds(1))) / 1_000)
    }

    /// A run that holds the check of waivers judges their form by it.
    private static func waiverProblems(
        _ scenario: Scenario, _ results: [CheckResult], _ catalogue: [Check], _ options: CheckRunner.Options
    ) -> [Finding] {
        let isChecked = results.contains { $0.item.check.name == "waivers-alive" }
        let formal = isChecked ? [] : Waivers.problems(of: scenario, checks: catalogue, today: options.today)
        let verdicts = results.map { (check: $0.item.check.name, table: $0.item.table, verdict: $0.verdict) }
        return formal + Waivers.unneeded(of: scenario, verdicts: verdicts, profile: options.profile)
    }

    /// How a run ended, as its exit code tells.
    public enum Outcome: String, Sendable, Codable {
        case passed
        case failed
        /// No case failed, but of some nothing is known.
        case couldNotRun = "could not run"
    }

    public var outcome: Outcome {
        if !problems.isEmpty || failures.contains(where: { !$0.couldNotRun }) { return .failed }
        return failures.isEmpty ? .passed : .couldNotRun
    }

    /// The cases that count as failed: findings first, those that explain others before them; then what could not run,
    /// then what was not exercised.
    public var failures: [CheckResult] {
        let failures = results.filter { $0.isFailure(strict: options.isStrict) }
        return FailureOrder.sorted(failures.filter { !$0.findings.isEmpty }) + failures.filter(\.couldNotRun)
            + failures.filter { $0.findings.isEmpty && !$0.couldNotRun }
    }

    /// How often each verdict was given, in the order of ``Verdict/names``; verdicts that were not given are left out.
    public var counts: [(verdict: String, count: Int)] {
        let counts = Dictionary(grouping: results, by: \.verdict.name).mapValues(\.count)
        return Verdict.names.compactMap { name in counts[name].map { (name, $0) } }
    }

    /// All that was looked at.
    public var looked: Counters {
        results.reduce(into: Counters()) { sum, result in
            if case .passed(let counters) = result.verdict { sum += counters }
        }
    }
}

// Rows of the matrix and times.
extension ConformanceReport {
    /// The cases of one table, or of a source as a whole, in one scenario.
    public struct Row: Sendable {
        public let scenario: String
        /// `*` is the source as a whole.
        public let table: String
        public let results: [CheckResult]
    }

    /// One row a scenario and table, in the order of the run.
    public var rows: [Row] {
        var order: [String] = []
        var groups: [String: [CheckResult]] = [:]
        for result in results {
            let name = "\(result.item.input.scenario.id) / \(result.item.table)"
            if groups[name] == nil { order.append(name) }
            groups[name, default: []].append(result)
        }
        return order.compactMap { name in
            groups[name].flatMap { results in
                results.first.map {
                    Row(scenario: $0.item.input.scenario.id, table: $0.item.table, results: results)
                }
            }
        }
    }

    /// The groups that the run holds, in the catalogue's order.
    public var groups: [CheckGroup] {
        let seen = Set(results.map(\.item.check.group))
        return CheckGroup.allCases.filter(seen.contains)
    }

    /// The time that one check took over all of its cases.
    public struct Timing: Sendable, Codable {
        public let check: String
        public let cases: Int
        public let seconds: Double
        public let slowest: Double
        /// The case that took longest.
        public let slowestCase: String
    }

    /// Times by check, the greatest sum first.
    public var timings: [Timing] {
        Dictionary(grouping: results, by: \.item.check.name).map { name, results in
            let slowest = results.max { $0.duration < $1.duration }
            return Timing(
                check: name, cases: results.count, seconds: results.reduce(0) { $0 + $1.seconds },
                slowest: slowest?.seconds ?? 0, slowestCase: slowest?.item.id ?? "")
        }.sorted { ($0.seconds, $1.check) > ($1.seconds, $0.check) }
    }
}

extension CheckResult {
    /// The duration as a number of seconds.
    public var seconds: Double { duration / .seconds(1) }
}
