import Tributary

/// A clock that stands still at a fixture's moment. Waiting takes no time: it moves the clock.
public final class FrozenClock: SyncClock {
    private let moment: Lock<Int64>

    /// - Parameter now: microseconds since 1970-01-01T00:00:00Z.
    public init(_ now: Int64) { moment = Lock(now) }

    /// Microseconds since 1970-01-01T00:00:00Z.
    public var now: Int64 { moment.withLock { $0 } }

    /// Moves the clock by the duration and returns at once; throws `CancellationError` in a cancelled task.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let (seconds, attoseconds) = duration.components
        moment.withLock { $0 += max(0, seconds * 1_000_000 + attoseconds / 1_000_000_000_000) }
    }
}
