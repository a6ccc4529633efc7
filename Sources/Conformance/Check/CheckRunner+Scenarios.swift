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
            } else if !result.isOfNoTable {
                lacking[name] = lacking[name] ?? scenario
            }
        }
        let settled = results.map { result in
            // That a refusal reads no table is no news beside what a scenario lacks that reads some.
            let name = result.item.name
            guard result.isNotExercised, let scenario = judged[name] ?? (result.isOfNoTable ? lacking[name] : nil)
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

    fileprivate var isOfNoTable: Bool {
        if case .notExercised(ConfigurationChecks.noTables) = verdict { true } else { false }
    }

    fileprivate func with(_ verdict: Verdict) -> CheckResult {
        CheckResult(item: item, verdict: verdict, duration: duration, seed: seed, fixtures: fixtures)
    }
}
