import Tributary

/// A value that several parties may give, the first of them counting, and several tasks may wait for.
final class FirstAnswer<Value: Sendable>: Sendable {
    private struct State: Sendable {
        var answer: Result<Value, any Error>?
        var waiters: [CheckedContinuation<Value, any Error>] = []
    }

    private let state = Lock(State())

    func give(_ answer: Result<Value, any Error>) {
        let waiters = state.withLock { state -> [CheckedContinuation<Value, any Error>] in
            guard state.answer == nil else { return [] }
            state.answer = answer
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(with: answer) }
    }

    /// Waits for the value.
    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state in
                    if state.answer == nil { state.waiters.append(continuation) }
                    return state.answer
                }
                if let known { continuation.resume(with: known) }
            }
        }
    }
}
