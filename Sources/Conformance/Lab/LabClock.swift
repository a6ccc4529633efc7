import Tributary

/// A clock that only moves when somebody waits: every wait is free, and is written down.
public final class LabClock: SyncClock {
    private struct State {
        var now: Int64
        var waited: Duration = .zero
        var waits: [Duration] = []
    }

    private let state: Lock<State>
    private let limit: Duration

    /// Makes a clock.
    ///
    /// - Parameters:
    ///   - now: microseconds since 1970.
    ///   - limit: the waiting after which a run is stopped as endless.
    public init(_ now: Int64, limit: Duration = .seconds(14 * 86_400)) {
        state = Lock(State(now: now))
        self.limit = limit
    }

    public var now: Int64 { state.withLock { $0.now } }
    /// All waiting so far.
    public var waited: Duration { state.withLock { $0.waited } }
    /// Each wait, in order.
    public var waits: [Duration] { state.withLock { $0.waits } }

    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let waited = state.withLock { state in
            state.waits.append(duration)
            state.waited += max(.zero, duration)
            state.now += max(.zero, duration).microseconds
            return state.waited
        }
        if waited > limit { throw LabBudgetExceeded(what: "\(waited) of waiting on the fake clock", limit: "\(limit)") }
        await Task.yield()
    }

    /// Moves the clock by hand, also backwards.
    public func advance(by duration: Duration) { state.withLock { $0.now += duration.microseconds } }
}

/// A run went past what any honest run needs: an endless loop, most likely.
public struct LabBudgetExceeded: Error, Sendable, CustomStringConvertible {
    public var what: String
    public var limit: String
    public var description: String { "The kit stopped the run after \(what), which is its limit (\(limit))." }
}

extension Duration {
    /// Whole microseconds.
    var microseconds: Int64 {
        let parts = components
        return parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
    }
}
