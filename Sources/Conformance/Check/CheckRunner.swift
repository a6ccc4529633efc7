import Cassettes
import Columns
import Foundation
import Tributary

/// Runs checks over sources and their scenarios: the one runner behind the command line and the test glue.
public struct CheckRunner: Sendable {
    /// What is run, and how.
    public struct Options: Sendable {
        public var profile = Profile.full
        /// Only these tables; empty means all.
        public var tables: Set<String> = []
        /// Only these checks; empty means all of the profile.
        public var checks: Set<String> = []
        public var seed: UInt64 = 1
        /// Cases that run at once.
        public var width = max(1, ProcessInfo.processInfo.activeProcessorCount)
        /// Not exercised counts as failed.
        public var isStrict = false
        /// Today, for waivers: `2026-12-31`.
        public var today: String

        public init(today: String) { self.today = today }
    }

    /// One case to run.
    public struct Case: Sendable {
        public let check: Check
        public let input: CheckCase

        public var name: String { input.name(of: check) }
        public var id: String { "\(input.scenario.id)/\(input.schema?.name ?? "*")/\(check.name)" }
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
        return scenarios.flatMap { scenario in
            checks.flatMap { check -> [Case] in
                let schemas: [Manifest.Schema?] = check.scope == .source ? [nil] : scenario.manifest.schemas
                return schemas.compactMap { schema in
                    if !options.tables.isEmpty {
                        guard let schema, options.tables.contains(schema.name) else { return nil }
                    }
                    var input = CheckCase(
                        source: source, scenario: scenario, schema: schema, seed: options.seed,
                        profile: options.profile, stack: stack)
                    input.databases = databases
                    input.children = children
                    return Case(check: check, input: input)
                }
            }
        }
    }

    /// Runs the cases, some at once; results come in the order of the cases.
    ///
    /// - Parameter progress: called after each case with how many are done.
    public func run(
        _ cases: [Case], options: Options, progress: @escaping @Sendable (CheckResult, Int) -> Void = { _, _ in }
    ) async -> [CheckResult] {
        let done = Lock(0)
        return await withTaskGroup(of: (Int, CheckResult).self) { group in
            var results = [CheckResult?](repeating: nil, count: cases.count)
            var next = 0
            func start() {
                guard next < cases.count else { return }
                let index = next
                next += 1
                group.addTask { (index, await judge(cases[index], options: options)) }
            }
            for _ in 0..<options.width { start() }
            for await (index, result) in group {
                results[index] = result
                progress(
                    result,
                    done.withLock {
                        $0 += 1
                        return $0
                    })
                start()
            }
            return results.compactMap { $0 }
        }
    }

    /// Judges one case, waivers included.
    public func judge(_ item: Case, options: Options) async -> CheckResult {
        let started = ContinuousClock.now
        var verdict: Verdict
        do {
            verdict = try await item.check.verdict(on: item.input)
            if case .passed(let counters) = verdict, counters.isEmpty {
                verdict = .notExercised("The check looked at nothing.")
            }
        } catch {
            verdict = .couldNotRun("\(error)")
        }
        let waivers = Waivers(item.input.scenario.manifest)
        verdict = waivers.applied(to: verdict, of: item, today: options.today)
        return CheckResult(item: item, verdict: verdict, duration: started.duration(to: .now), seed: options.seed)
    }
}

/// The verdict of one case.
public struct CheckResult: Sendable {
    public let item: CheckRunner.Case
    public let verdict: Verdict
    public let duration: Duration
    public let seed: UInt64

    /// Whether the case counts as failed.
    public func isFailure(strict: Bool) -> Bool {
        switch verdict {
        case .failed, .couldNotRun: true
        case .notExercised: strict
        case .passed, .waived, .notApplicable: false
        }
    }

    /// The command that runs just this case again.
    public var command: String {
        let source = item.input.source.description.type.lowercased()
        let table = item.input.schema.map { " --table \($0.name)" } ?? ""
        return "tributary check \(source)\(table) --check \(item.check.name) --seed \(seed)"
    }
}

/// The waivers of a manifest.
struct Waivers {
    let all: [Waiver]

    init(_ manifest: Manifest) {
        all = (manifest.document["waivers"]?.array ?? []).compactMap { value in
            guard let check = value["check"]?.string, let reason = value["reason"]?.string,
                let reference = value["reference"]?.string, let until = value["until"]?.string
            else { return nil }
            return Waiver(
                check: check, table: value["table"]?.string ?? "*", reason: reason, reference: reference, until: until)
        }
    }

    /// A failure that is waived is `waived`; a waiver that is not needed, has run out, or may not be, is a failure.
    func applied(to verdict: Verdict, of item: CheckRunner.Case, today: String) -> Verdict {
        let table = item.input.schema?.name ?? "*"
        guard let waiver = all.first(where: { $0.check == item.check.name && ($0.table == "*" || $0.table == table) })
        else { return verdict }
        switch verdict {
        case .failed(let findings):
            if !item.check.isWaivable {
                return .failed(findings + [finding(waiver, "is of a check that cannot be waived")])
            }
            if waiver.until < today { return .failed(findings + [finding(waiver, "ran out on \(waiver.until)")]) }
            return .waived(waiver, findings)
        case .passed:
            return .failed([finding(waiver, "is no longer needed: the check passes")])
        default: return verdict
        }
    }

    private func finding(_ waiver: Waiver, _ problem: String) -> Finding {
        Finding(
            at: "manifest.json, waivers", expected: "a waiver that is needed, allowed and within its date",
            actual: "The waiver of \(waiver.check) for \(waiver.table) \(problem).", file: "manifest.json")
    }
}
