import Dispatch
import Foundation
import Tributary

/// Real time that work may take. Work that does not even end when it is cancelled is left behind, so that one endless
/// check does not end the suite.
enum TimeCeiling {
    /// The work's value, or `otherwise` when it has not ended in time.
    static func run<Value: Sendable>(
        for limit: Duration, _ work: @escaping @Sendable () async -> Value,
        otherwise: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            let answer = FirstAnswer(continuation)
            let task = Task {
                let value = await work()
                answer.give(value)
            }
            // Not a task: where every thread of the tasks is held by work without end, none would tell the time.
            DispatchQueue.global().asyncAfter(deadline: .now() + limit / .seconds(1)) {
                if answer.give(otherwise) { task.cancel() }
            }
        }
    }

    /// Takes the first of two answers.
    private final class FirstAnswer<Value: Sendable>: Sendable {
        private let continuation: Lock<CheckedContinuation<Value, Never>?>

        init(_ continuation: CheckedContinuation<Value, Never>) { self.continuation = Lock(continuation) }

        @discardableResult
        func give(_ value: @autoclosure () -> Value) -> Bool { give(value) }

        func give(_ value: () -> Value) -> Bool {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume(returning: value())
            return waiting != nil
        }
    }
}
