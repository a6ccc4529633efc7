import Tributary

/// A clock that stands still until a test, or a sleeper, moves it.
///
/// By default a sleep moves the clock on by itself and returns at once, so that a test of waiting takes no time; with
/// `advancesOnSleep: false` sleepers wait for ``advance(by:)``.
public final class ManualClock: SyncClock {
    private struct Sleeper: Sendable {
        let id: Int
        let wakeAt: Int64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State: Sendable {
        var now: Int64
        var sleeps: [Duration] = []
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var nextID = 0
    }

    private let advancesOnSleep: Bool
    private let state: Lock<State>

    /// - Parameter now: Microseconds since 1970; by default 2026-01-01T00:00:00Z.
    public init(now: Int64 = 1_767_225_600_000_000, advancesOnSleep: Bool = true) {
        self.advancesOnSleep = advancesOnSleep
        state = Lock(State(now: now))
    }

    public var now: Int64 { state.withLock { $0.now } }

    /// Every sleep that was asked for, in order.
    public var sleeps: [Duration] { state.withLock { $0.sleeps } }

    /// How many sleepers wait for ``advance(by:)``.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let micros = Int64(duration / .microseconds(1))
        let id = state.withLock { state -> Int in
            state.sleeps.append(duration)
            if advancesOnSleep { state.now += micros }
            state.nextID += 1
            return state.nextID
        }
        if advancesOnSleep { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait(id, micros, $0) }
        } onCancel: {
            cancel(id)
        }
    }

    /// Moves the clock on and wakes those whose time has come.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now += Int64(duration / .microseconds(1))
            let now = state.now
            defer { state.sleepers.removeAll { $0.wakeAt <= now } }
            return state.sleepers.filter { $0.wakeAt <= now }
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    private func wait(_ id: Int, _ micros: Int64, _ continuation: CheckedContinuation<Void, any Error>) {
        let isCancelled = state.withLock { state in
            if state.cancelled.remove(id) != nil { return true }
            state.sleepers.append(Sleeper(id: id, wakeAt: state.now + micros, continuation: continuation))
            return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
    }

    private func cancel(_ id: Int) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
