import Columns
import Lake
import Tributary

/// The figures of a sync while it goes on, over all its attempts.
final class SyncProgress: Sendable {
    private struct State {
        var summary: SyncSummary
        var partitions: Set<String> = []
        var hasTokens = false

        mutating func count(_ report: CommitReport) {
            partitions.formUnion(report.partitionsTouched)
            summary.partitionsTouched = partitions.count
            summary.commits += 1
            summary.bytesWritten += report.bytesWritten
            summary.tableVersion = report.version
            summary.tableRows = report.rowsTotal
        }
    }

    private let state: Lock<State>

    init(_ summary: SyncSummary) { state = Lock(State(summary: summary)) }

    var summary: SyncSummary { state.withLock { $0.summary } }
    var rowsRead: Int { state.withLock { $0.summary.rowsRead } }
    var commits: Int { state.withLock { $0.summary.commits } }
    /// Whether the source has given resume tokens in this run.
    var hasTokens: Bool { state.withLock { $0.hasTokens } }

    func didSeeToken() { state.withLock { $0.hasTokens = true } }

    func add(rows: Int, bytes: Int) {
        state.withLock { state in
            state.summary.rowsRead += rows
            state.summary.bytesRead += bytes
        }
    }

    func add(_ report: CommitReport) {
        state.withLock { state in
            state.summary.rowsInserted += report.rowsInserted
            state.summary.rowsUpdated += report.rowsUpdated
            state.count(report)
        }
    }

    /// Adds the commit that puts a rebuilt table in its place; its rows have been counted as they came.
    func add(publication report: CommitReport) { state.withLock { $0.count(report) } }

    func set(watermark: Watermark) { update { $0.watermarkAfter = watermark.last?.storedText } }

    func update(_ body: (inout SyncSummary) -> Void) { state.withLock { body(&$0.summary) } }
}
