import Cassettes

extension CheckRunner {
    /// Several scenarios of a source show different sides of one table: a refusal, a limit, a whole life. What one of them
    /// has no material for, another may have judged; only what none has is not exercised.
    static func settled(_ results: [CheckResult]) -> [CheckResult] {
        var (judged, lacking): ([String: String], [String: String]) = ([:], [:])
        for result in results {
            let (name, scenario) = (result.item.name, result.item.input.scenario.name)
            if !result.isNotExercised {
                judged[name] = judged[name] ?? scenario
            } else if !result.isOfRefusal {
                lacking[name] = lacking[name] ?? scenario
            }
        }
        let settled = results.map { result in
            // What a refusal lacks is no news beside a scenario that reads tables and lacks the same.
            let name = result.item.name
            guard result.isNotExercised, let scenario = judged[name] ?? (result.isOfRefusal ? lacking[name] : nil)
            else {
                return result
            }
            return result.with(.elsewhere(scenario))
        }
        return FailureOrder.explained(settled)
    }

    /// Whether one of the other scenarios judges what a case has no material for.
    ///
    /// - Returns: the name of the scenario.
    public func scenario(among others: [Case], judging item: Case, options: Options) async -> String? {
        for other in others where other.id != item.id && other.name == item.name {
            if await !judge(other, options: options).isNotExercised { return other.input.scenario.name }
        }
        return nil
    }
}

extension Verdict {
    /// Another scenario of the source shows this.
    static func elsewhere(_ scenario: String) -> Verdict {
        .notApplicable("The scenario \(scenario) is judged on this.")
    }
}

extension CheckResult {
    /// Whether there was no material to judge.
    public var isNotExercised: Bool { if case .notExercised = verdict { true } else { false } }

    /// Whether the scenario shows an error, and not what its tables hold.
    fileprivate var isOfRefusal: Bool {
        if case .notExercised(ConfigurationChecks.noTables) = verdict { return true }
        return item.input.scenario.goodState == nil
    }

    fileprivate func with(_ verdict: Verdict) -> CheckResult {
        CheckResult(item: item, verdict: verdict, duration: duration, seed: seed, fixtures: fixtures)
    }
}
