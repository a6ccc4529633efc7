import Foundation

/// A value behind a lock, for short critical sections.
///
/// `Synchronization.Mutex` would do, but the thread sanitizer reports false races with it on Linux.
package final class Lock<State: Sendable>: @unchecked Sendable {
    // Proof of safety: `state` is only touched inside `withLock`, which holds `lock` for the whole access.
    private let lock = NSLock()
    private var state: State

    package init(_ state: State) { self.state = state }

    package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&state)
    }
}
