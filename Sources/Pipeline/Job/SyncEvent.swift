import Lake
import Tributary

/// What happens during a sync, for progress bars and logs. Events of one run come one after another.
public enum SyncEvent: Sendable {
    /// An attempt begins; `watermark` is what is stored, `isResumed` whether a resume token is handed to the source.
    case started(runID: String, attempt: Int, watermark: Watermark, isResumed: Bool)
    /// The source has answered; `rowsExpected` is its own estimate.
    case reading(rowsExpected: Int?)
    /// A batch was taken. `totalRows` counts the rows of the run so far.
    case batch(rows: Int, bytes: Int, totalRows: Int)
    /// Rows, watermark and resume token are in the lake.
    case committed(CommitReport, watermark: Watermark)
    /// Something that deserves a look and stops nothing.
    case warning(String)
    /// The attempt failed, and another one follows.
    case retrying(SourceError, after: Duration, attempt: Int)
    case finished(SyncSummary)
}
