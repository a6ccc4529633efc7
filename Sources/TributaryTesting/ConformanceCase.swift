import Cassettes
import Conformance
import Foundation
import Testing
import Tributary

/// One check on one table of one scenario, as an argument of a test.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    let item: CheckRunner.Case
    let runner: CheckRunner
    let options: CheckRunner.Options
    let place: SourceLocation
    /// The same check on the same table in the other scenarios.
    var others: [CheckRunner.Case] = []

    func beside(_ others: [CheckRunner.Case]) -> ConformanceCase {
        var copy = self
        copy.others = others
        return copy
    }

    var testDescription: String { item.input.scenario.name }

    /// Judges the case. A failure is an issue with the six parts of a report; what was not judged is cancelled with the
    /// reason, so that it is not counted as passed.
    func run() async throws {
        let result = await Gate.shared.pass { await runner.judge(item, options: options) }
        if result.isNotExercised, options.isStrict,
            let scenario = await runner.scenario(among: others, judging: item, options: options)
        {
            try Test.cancel("The scenario \(scenario) is judged on this.", sourceLocation: place)
        }
        if result.isFailure(strict: options.isStrict) {
            record(FailureStory(result).text)
            return
        }
        for problem in stale(result) { record("\(problem.place): \(problem.actual)") }
        if case .passed = result.verdict { return }
        try Test.cancel("\(result.verdict.name): \(result.verdict.detail ?? "")", sourceLocation: place)
    }

    /// A waiver or an entry of the ledger that this very case shows to be dead.
    private func stale(_ result: CheckResult) -> [Finding] {
        let verdict = (check: item.check.name, table: item.table, verdict: result.verdict)
        return Waivers.unneeded(of: item.input.scenario, verdicts: [verdict], profile: options.profile)
            + (options.ledger?.gone(after: [result]) ?? [])
    }

    private func record(_ text: String) {
        Issue.record(Comment(rawValue: text), sourceLocation: place)
    }
}

/// Lets so many cases run at once as there are cores: the test library starts all of them together.
final class Gate: Sendable {
    static let shared = Gate(width: ProcessInfo.processInfo.activeProcessorCount)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        var next = 0
    }

    private let state: Lock<State>

    init(width: Int) { state = Lock(State(free: max(1, width))) }

    func pass<Value: Sendable>(_ work: () async -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let enters = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if enters { continuation.resume() }
        }
        let value = await work()
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.next < state.waiting.count else {
                state.waiting.removeAll()
                state.next = 0
                state.free += 1
                return nil
            }
            state.next += 1
            return state.waiting[state.next - 1]
        }
        next?.resume()
        return value
    }
}
