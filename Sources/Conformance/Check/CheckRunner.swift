import Cassettes
import Columns
import Foundation
import Tributary

/// Runs checks over sources and their scenarios: the one runner behind the command line and the tests.
public struct CheckRunner: Sendable {
    /// What is run, and how.
    public struct Options: Sendable {
        public var profile = Profile.full
        /// Only these scenarios, by name; empty means all.
        public var scenarios: Set<String> = []
        /// Only these tables; empty means all.
        public var tables: Set<String> = []
        /// Only these checks; empty means all of the profile.
        public var checks: Set<String> = []
        public var seed: UInt64 = 1
        /// Cases that run at once: more than there are processors, for many wait for a database or a child process.
        public var width = 3 * ProcessInfo.processInfo.activeProcessorCount
        /// Not exercised counts as failed.
        public var isStrict = false
        /// Today, for waivers: `2026-12-31`.
        public var today: String
        /// Real time that a case may take before it is given up as endless.
        public var caseLimit = Duration.seconds(300)
        /// Real time that the whole run may take; nil is no limit.
        public var budget: Duration?
        /// Real time that reducing the history of a failure may take; none leaves failures as they are.
        public var shrinkLimit = Duration.seconds(5)
        /// Whether failures are looked at once more in processes of their own, to tell those that come of what the source
        /// keeps in its process.
        public var looksForProcessState = false
        /// What is left out of the upstream's history, such as what an earlier failure was reduced to.
        public var history = History()
        /// Failures that were there before, and may stay for now.
        public var ledger: FailureLedger?
        /// The folder of the fixtures as commands should name it; nil is the default.
        public var fixtures: String?

        public init(today: String) { self.today = today }
    }

    /// One case to run.
    public struct Case: Sendable {
        public let check: Check
        public let input: CheckCase

        public init(check: Check, input: CheckCase) {
            self.check = check
            self.input = input
        }

        /// `source / table / check`.
        public var name: String { input.name(of: check) }
        /// The table's name, or `*` for the source as a whole.
        public var table: String { input.schema?.name ?? "*" }
        /// `source/scenario / table / check`, unique in a run.
        public var id: String { "\(input.scenario.id) / \(table) / \(check.name)" }
    }

    public let catalogue: [Check]
    public let stack: HTTPStack
    public let databases: DatabaseStack?
    /// Runs parts of checks in processes of their own; nil leaves them out.
    public let children: ChildProcessRunner?

    /// - Parameters:
    ///   - databases: real engines for sources whose upstream is a database; without them their checks are not
    ///     exercised.
    ///   - children: runs parts of checks in processes of their own; without it those checks are not exercised.
    public init(
        catalogue: [Check], stack: @escaping HTTPStack, databases: DatabaseStack? = nil,
        children: ChildProcessRunner? = nil
    ) {
        self.catalogue = catalogue
        self.stack = stack
        self.databases = databases
        self.children = children
    }

    /// The cases of a source's scenarios, in the order of the catalogue.
    public func cases(of source: AnySource, scenarios: [Scenario], options: Options) -> [Case] {
        let checks = catalogue.filter { check in
            check.level != .live && check.profile <= options.profile
                && (options.checks.isEmpty || options.checks.contains(check.name))
        }
        let wanted = scenarios.filter { options.scenarios.isEmpty || options.scenarios.contains($0.name) }
        return wanted.flatMap { scenario in
            let memo = ScenarioMemo(scenario)
            return checks.flatMap { check in
                Self.schemas(of: scenario, for: check, options).map { schema in
                    var input = CheckCase(
                        source: source, memo: memo, schema: schema, seed: options.seed,
                        profile: options.profile, stack: stack)
                    input.today = options.today
                    input.databases = databases
                    input.children = children
                    input.use = HistoryUse(options.history)
                    return Case(check: check, input: input)
                }
            }
        }
    }

    private static func schemas(of scenario: Scenario, for check: Check, _ options: Options) -> [Manifest.Schema?] {
        guard check.scope == .table else { return options.tables.isEmpty ? [nil] : [] }
        return scenario.manifest.schemas.filter { options.tables.isEmpty || options.tables.contains($0.name) }
    }

    /// Runs the cases, some at once; results come in the order of the cases. What one scenario has no material for and
    /// another judges is not applicable.
    ///
    /// - Parameter progress: called after each case with how many are done.
    public func run(
        _ cases: [Case], options: Options, progress: @escaping @Sendable (CheckResult, Int) -> Void = { _, _ in }
    ) async -> [CheckResult] {
        await withTaskGroup(of: (Int, CheckResult).self) { group in
            var results = [CheckResult?](repeating: nil, count: cases.count)
            var (next, done) = (0, 0)
            func start() {
                guard next < cases.count else { return }
                let index = next
                next += 1
                group.addTask { (index, await judge(cases[index], options: options)) }
            }
            for _ in 0..<max(1, options.width) { start() }
            for await (index, result) in group {
                results[index] = result
                done += 1
                progress(result, done)
                start()
            }
            let settled = Self.settled(results.compactMap { $0 })
            return options.looksForProcessState ? await markingProcessState(settled) : settled
        }
    }

    /// Judges one case; waivers, the ledger and the ceiling of real time included.
    public func judge(_ item: Case, options: Options) async -> CheckResult {
        await CrashNotes.keeping(item, options) { await result(of: item, options) }
    }

    private func result(of item: Case, _ options: Options) async -> CheckResult {
        let started = ContinuousClock.now
        // A case of its own for each judgement: it notes what its check looks at.
        let item = Case(check: item.check, input: item.input.with(item.input.history))
        var verdict = await verdict(of: item, options)
        verdict = accepted(verdict, of: item, options)
        var shrunk: ShrunkHistory?
        if case .failed(let findings) = verdict,
            var shrinker = Shrinker(item, findings, item.input.use.seen, limit: options.shrinkLimit),
            let smaller = await shrinker.run()
        {
            verdict = .failed(smaller.findings)
            shrunk = smaller.shrunk
        }
        return CheckResult(
            item: item, verdict: verdict, duration: started.duration(to: .now), seed: options.seed,
            fixtures: options.fixtures, shrunk: shrunk)
    }

    /// What the check says, under the ceiling of real time.
    private func verdict(of item: Case, _ options: Options) async -> Verdict {
        await TimeCeiling.run(for: options.caseLimit) { () async -> Verdict in
            do {
                let verdict = try await item.check.verdict(on: item.input)
                if case .passed(let counters) = verdict, counters.isEmpty {
                    return .notExercised("The check looked at nothing.")
                }
                return verdict
            } catch {
                return .couldNotRun("\(error)")
            }
        } otherwise: {
            .couldNotRun("\(item.id) did not end within \(options.caseLimit) of real time, and was given up.")
        }
    }

    /// The verdict without secrets, and with what is accepted marked as such.
    private func accepted(_ verdict: Verdict, of item: Case, _ options: Options) -> Verdict {
        let masked = SecretMask(item.input).masked(verdict)
        let waived = Waivers(item.input.scenario.manifest).applied(to: masked, of: item, today: options.today)
        return options.ledger.map { $0.applied(to: waived, of: item) } ?? waived
    }
}
