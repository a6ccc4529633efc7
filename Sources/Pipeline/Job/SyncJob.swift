import Columns
import Lake
import Tributary

/// One sync with all its attempts.
struct SyncJob: Sendable {
    let engine: SyncEngine
    let request: SyncRequest
    let onEvent: @Sendable (SyncEvent) -> Void

    func run() async throws -> SyncSummary { throw CancellationError() }
}
