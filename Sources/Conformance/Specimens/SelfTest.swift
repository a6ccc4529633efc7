import Cassettes
import Columns
import Foundation
import Tributary

/// Shows that the checks can fail: each seeded fault against the checks, and the clean twins against all of them.
public struct SelfTest: Sendable {
    public let stack: HTTPStack
    public let databases: DatabaseStack?
    /// Runs parts of checks in processes of their own; nil leaves them out.
    public let children: ChildProcessRunner?
    /// Cases of one row that run at once.
    public var width = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// Real time that reducing the history of a failure may take; what fails here is meant to, and is left as it is.
    public var shrinkLimit = Duration.zero
    /// What is left out of the upstreams' histories, to see that checks pass on small ones.
    public var history = History()

    /// - Parameters:
    ///   - databases: the engines for specimens whose upstream is a database.
    ///   - children: runs parts of checks in processes of their own.
    public init(stack: @escaping HTTPStack, databases: DatabaseStack? = nil, children: ChildProcessRunner? = nil) {
        self.stack = stack
        self.databases = databases
        self.children = children
    }

    /// What the checks said of one fault, or of a clean twin.
    public struct Row: Sendable {
        public let specimen: String
        /// Nil is the clean twin.
        public let fault: SeededFault?
        public let results: [CheckResult]
        /// The checks that must catch it.
        public let intended: [String]
        /// The real time that it took.
        public let duration: Duration

        /// The checks that failed.
        public var caughtBy: [String] {
            var seen: Set<String> = []
            return results.compactMap { result in
                guard case .failed = result.verdict, seen.insert(result.item.check.name).inserted else { return nil }
                return result.item.check.name
            }
        }
        /// Whether each check that is meant to catch it does; for the clean twin, whether nothing failed.
        public var isAsIntended: Bool {
            if fault == nil { return !results.contains { $0.isFailure(strict: false) } }
            return !intended.isEmpty && intended.allSatisfy(caughtBy.contains)
        }
    }

    /// Runs one fault.
    ///
    /// - Parameter onlyIntended: leaves out the checks that need not catch the fault.
    /// - Throws: `SourceError` when the specimen's own fixture cannot be made.
    public func row(of fault: SeededFault, onlyIntended: Bool = false) async throws -> Row {
        guard let specimen = Specimen.holding(fault) else {
            throw SourceError(.notFound, "Looking for the specimen of \(fault): there is none.")
        }
        return try await row(specimen, fault, checks: onlyIntended ? Self.intended(fault) : nil)
    }

    /// Runs one fault through the checks that are meant to catch it and some others, which share what they read.
    ///
    /// - Throws: `SourceError` when the specimen's own fixture cannot be made.
    public func row(of fault: SeededFault, beside others: [String]) async throws -> Row {
        guard let specimen = Specimen.holding(fault) else {
            throw SourceError(.notFound, "Looking for the specimen of \(fault): there is none.")
        }
        return try await row(specimen, fault, checks: Self.intended(fault) + others)
    }

    /// Runs the clean twin of a family.
    ///
    /// - Parameter checks: only these; nil means all.
    /// - Throws: `SourceError` when the specimen's own fixture cannot be made.
    public func cleanTwin(of specimen: Specimen, checks: [String]? = nil) async throws -> Row {
        try await row(specimen, nil, checks: checks)
    }

    /// Runs the clean twins and these faults, several at once; rows come in the order of the families.
    ///
    /// - Parameters:
    ///   - checks: only these; nil means all.
    ///   - onlyIntended: leaves out the checks that need not catch a fault.
    ///   - width: rows that run at once.
    ///   - progress: called after each row with how many are done.
    /// - Throws: `SourceError` when a specimen's own fixture cannot be made.
    public func rows(
        of faults: [SeededFault], checks: [String]? = nil, onlyIntended: Bool, width: Int,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> [Row] {
        var test = self
        test.width = 1
        let single = test
        // Clean twins go through all checks: what takes longest begins first.
        let twins = Specimen.all.map { specimen in
            { @Sendable () async throws -> Row in try await single.cleanTwin(of: specimen, checks: checks) }
        }
        let bent = faults.map { fault in
            { @Sendable () async throws -> Row in try await single.row(of: fault, onlyIntended: onlyIntended) }
        }
        let rows = try await Self.together(twins + bent, width: width, progress)
        return Specimen.all.flatMap { specimen in rows.filter { $0.specimen == specimen.name } }
    }

    /// The values of some pieces of work in their order, so many at once.
    private static func together<Value: Sendable>(
        _ work: [@Sendable () async throws -> Value], width: Int, _ progress: @Sendable (Int) -> Void
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            var values = [Value?](repeating: nil, count: work.count)
            var (next, done) = (0, 0)
            while done < work.count {
                while next < work.count, next - done < max(1, width) {
                    let index = next
                    group.addTask { (index, try await work[index]()) }
                    next += 1
                }
                guard let (index, value) = try await group.next() else { break }
                values[index] = value
                done += 1
                progress(done)
            }
            return values.compactMap(\.self)
        }
    }

    /// The checks that name a fault as theirs.
    public static func intended(_ fault: SeededFault) -> [String] {
        CheckCatalogue.all.filter { $0.catches.contains(fault.name) }.map(\.name)
    }

    private func row(_ specimen: Specimen, _ fault: SeededFault?, checks: [String]?) async throws -> Row {
        let began = ContinuousClock.now
        let intended = fault.map(Self.intended) ?? []
        let material = try specimen.fixture(fault).written()
        defer { withExtendedLifetime(material) {} }
        var options = CheckRunner.Options(today: "2025-03-10")
        options.profile = .hostile
        options.width = width
        options.shrinkLimit = shrinkLimit
        options.history = history
        let catalogue = CheckCatalogue.all.filter { checks?.contains($0.name) ?? true }
        let runner = CheckRunner(
            catalogue: catalogue, stack: specimen.stack(fault, stack), databases: databases, children: children)
        let cases = runner.cases(of: specimen.source(fault), scenarios: [material.scenario], options: options)
        let config = material.config(fault)
        let results = await runner.run(
            cases.map { $0.with(config, specimen.runtime(fault), .specimen(specimen.name, fault)) }, options: options)
        return Row(
            specimen: specimen.name, fault: fault, results: results, intended: intended,
            duration: began.duration(to: .now))
    }
}

extension CheckRunner.Case {
    /// The same case of another config and runtime.
    func with(_ config: JSONObject, _ runtime: LabRuntime, _ origin: CheckCase.Origin) -> Self {
        var input = input
        input.config = config
        input.runtime = runtime
        input.origin = origin
        return Self(check: check, input: input)
    }
}
