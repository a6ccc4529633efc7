import Tributary

/// The clock of a source that is recorded: it starts at the state's moment and stands still but for pauses, which are
/// really waited for, since a real upstream asked for them. A replay shows the same moments.
final class RecordingClock: SyncClock {
    private let moment: Lock<Int64>
    private let wall = SystemClock()

    init(_ now: Int64) { moment = Lock(now) }

    var now: Int64 { moment.withLock { $0 } }

    func sleep(for duration: Duration) async throws {
        try await wall.sleep(for: duration)
        let (seconds, attoseconds) = duration.components
        moment.withLock { $0 += seconds * 1_000_000 + attoseconds / 1_000_000_000_000 }
    }
}
