import Cassettes
import Columns
import Tributary

/// Shows that the checks can fail: each seeded fault against the checks, and the clean twin against all of them.
public struct SelfTest: Sendable {
    public let stack: HTTPStack

    public init(stack: @escaping HTTPStack) { self.stack = stack }

    /// What the checks said of one fault, or of the clean twin.
    public struct Row: Sendable {
        /// Nil is the clean twin.
        public let fault: SpecimenFault?
        public let results: [CheckResult]
        /// The checks that must catch it.
        public let intended: [String]

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

    /// Runs one fault, or the clean twin.
    ///
    /// - Parameter onlyIntended: leaves out the checks that need not catch the fault.
    /// - Throws: `SourceError` when the specimen's own fixture cannot be made.
    public func row(_ fault: SpecimenFault?, onlyIntended: Bool = false) async throws -> Row {
        let material = try SpecimenScenario()
        let intended = CheckCatalogue.all.filter { check in fault.map { check.catches.contains($0.rawValue) } ?? false }
        var options = CheckRunner.Options(today: "2025-03-10")
        if onlyIntended { options.checks = Set(intended.map(\.name)) }
        let runner = CheckRunner(catalogue: CheckCatalogue.all, stack: stack)
        let cases = runner.cases(of: Self.source(fault), scenarios: [material.scenario], options: options)
        let config = material.config(fault)
        let results = await runner.run(cases.map { $0.with(config) }, options: options)
        return Row(fault: fault, results: results, intended: intended.map(\.name))
    }

    private static func source(_ fault: SpecimenFault?) -> AnySource {
        switch fault {
        case .twoFieldsOfOneName: AnySource(TwinFieldSpecimen.self)
        case .keyFieldInClear: AnySource(ClearKeySpecimen.self)
        default: AnySource(SpecimenSource.self)
        }
    }
}

extension CheckRunner.Case {
    /// The same case of another config.
    func with(_ config: JSONObject) -> Self {
        var input = input
        input.config = config
        return Self(check: check, input: input)
    }
}
