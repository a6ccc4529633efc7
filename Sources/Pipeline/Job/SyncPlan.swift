import Columns
import Foundation
import Lake
import Tributary

/// What one attempt is about to do, as it follows from the request, the source and the lake: nothing else is looked at,
/// so an attempt after an error and a run after `kill -9` take the same way.
struct SyncPlan: Sendable {
    /// The name of the stage that a table is rebuilt in.
    static let stageName = "rebuild"
    /// Who the commits are by, in Delta's transaction records.
    static let applicationID = "tributary"
    /// A resume token is not used after this time (posthog 2.9): positions at an upstream grow stale, and a rebuild
    /// should not mix old rows with new ones.
    static let resumeWindow = Duration.seconds(86_400)

    let request: SyncRequest
    let runID: String
    let discovered: SourceSchema?
    /// Nil in a full refresh.
    let cursor: CursorColumn?
    let folder: String
    let table: LakeTable
    /// The table as readers see it.
    let main: TableSnapshot?
    /// The stage to write to; nil means the table itself.
    let stage: String?
    /// What this run adds to: the stage or the table; nil when it begins from nothing.
    let target: TableSnapshot?
    /// The state in `target`.
    let state: SyncState?
    /// The resume token that the source is handed.
    let resume: ResumePoint?
    let identity: String

    var isAppending: Bool { request.syncType != .incremental }

    /// The stored watermark that the read goes on from.
    var start: Watermark { resume?.startWatermark ?? state?.watermark ?? Watermark() }

    var lookback: Duration { Self.lookback(request, discovered) }

    static func lookback(_ request: SyncRequest, _ discovered: SourceSchema?) -> Duration {
        guard request.syncType == .incremental else { return .zero }
        return request.lookback ?? discovered?.defaultLookback ?? .zero
    }

    /// The number of the newest commit of a sync in a table; 0 where there is none.
    static func sequence(of snapshot: TableSnapshot?) -> Int64 {
        snapshot?.transactionVersion(appID: applicationID) ?? 0
    }

    /// What the source is asked for.
    func inputs() throws -> SourceInputs {
        var bounds = start
        if let moment = state?.lastAsOf, let last = bounds.last,
            let present = CursorValue.moment(moment, like: last, of: cursor?.field.type)
        {
            bounds.last = CursorValue.minimum(last, present) ?? last
        }
        bounds.last = bounds.last?.minus(lookback, of: cursor?.field.type)
        return SourceInputs(
            schema: request.schema, syncType: request.syncType, cursorField: cursor?.field, watermark: bounds,
            storedLast: start.last, resumeToken: try resume?.resumeToken(), historyStart: request.options.historyStart,
            enabledColumns: request.options.enabledColumns, schemaMetadata: discovered?.metadata, runID: runID,
            isReset: stage != nil, isFirstRead: isFirstRead)
    }

    var isFirstRead: Bool {
        guard let state else { return true }
        if let isFirstRead = state.isFirstRead { return isFirstRead }
        return !state.isComplete && state.resume.map { $0.startLast == nil && $0.startEarliest == nil } ?? false
    }
}
