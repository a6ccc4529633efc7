import Cassettes
import Columns
import Tributary

/// Failures that come of what a source keeps in its process: a static variable, a shared client, a cache.
///
/// A run has hundreds of cases in one process, as production has hundreds of syncs. What one of them leaves behind makes
/// others fail, in whatever way; none of their causes says so. Alone in a process of its own such a case passes.
extension CheckRunner {
    /// So many failures of a scenario are looked at once more, each of another check.
    private static let tries = 3

    /// One case in a process of its own.
    static let aloneTask = ChildTask("case-alone") { input, argument, _ in
        guard let check = CheckCatalogue.all.first(where: { $0.name == argument.string }) else {
            throw SourceError(.notFound, "Judging a case: there is no check '\(argument.string ?? "")'.")
        }
        var options = Options(today: input.today)
        options.seed = input.seed
        options.shrinkLimit = .zero
        let runner = CheckRunner(catalogue: [check], stack: input.stack)
        return .string(await runner.judge(Case(check: check, input: input), options: options).verdict.name)
    }

    /// The results, with those failures marked that are not there in a process of their own.
    func markingProcessState(_ results: [CheckResult]) async -> [CheckResult] {
        guard let children else { return results }
        let failures = FailureOrder.sorted(results.filter(Self.mayBeOfProcessState))
        var seen: [String: String] = [:]
        for (scenario, failures) in Dictionary(grouping: failures, by: { $0.item.input.scenario.id }) {
            var checks: Set<String> = []
            let different = failures.filter { checks.insert($0.item.check.name).inserted }
            for failure in different.prefix(Self.tries) where seen[scenario] == nil {
                let name = failure.item.check.name
                let outcome = try? await children.run(
                    Self.aloneTask.name, of: failure.item.input, argument: .string(name), limit: 120)
                if outcome?.result?.string == "passed" { seen[scenario] = failure.item.name }
            }
        }
        return results.map { result in
            guard Self.mayBeOfProcessState(result), let name = seen[result.item.input.scenario.id] else {
                return result
            }
            var result = result
            result.passesAlone = name
            return result
        }
    }

    /// A child has neither databases nor children of its own.
    private static func mayBeOfProcessState(_ result: CheckResult) -> Bool {
        guard case .failed = result.verdict, result.item.input.scenario.manifest.states.first?.http != nil else {
            return false
        }
        return FailureOrder.ofRows.contains(result.item.check.group) && result.item.check.group != .memory
    }
}
