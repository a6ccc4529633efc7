import Columns
import Foundation
import Tributary

/// Writes a run into the store as it starts and ends, and switches off a table that only its user can mend.
struct RunHistory: Sendable {
    /// Errors that come back with every run until somebody changes something.
    private static let disabling: Set<SourceError.Kind> = [
        .missingPrimaryKey, .duplicatePrimaryKey, .missingCursorField, .columnTypeChanged, .permissionDenied,
        .invalidCredentials, .integrationMissing,
    ]

    let engine: SyncEngine
    let request: SyncRequest
    let startedAt: Int64
    let progress: SyncProgress

    func begin(_ runID: String) throws { try engine.store?.begin(record(.running)) }

    /// Records the end, and gives a warning where that was not possible: rows that are committed are not undone for it.
    @discardableResult
    func end(_ error: (any Error)?) -> String? {
        guard let store = engine.store else { return nil }
        do {
            try store.update(ended(error))
            try settle(store, error as? SourceError, isSuccess: error == nil)
            return nil
        } catch let problem {
            return "Recording the end of the run: \(problem)"
        }
    }

    private func settle(_ store: StateStore, _ error: SourceError?, isSuccess: Bool) throws {
        let (connection, schema) = (request.connection, request.schema)
        if isSuccess, try store.settings(connection: connection, schema: schema)?.disabledReason != nil {
            try store.disable(connection: connection, schema: schema, reason: nil)
        }
        guard let error, error.recovery == .stop else { return }
        let isKnown = engine.reader.nonRetryableErrors.contains { $0.message == error.message }
        guard isKnown || Self.disabling.contains(error.kind) else { return }
        try store.disable(connection: connection, schema: schema, reason: error.description)
    }

    private func ended(_ error: (any Error)?) -> RunRecord {
        var run = record(.completed)
        run.endedAt = engine.context.clock.now
        guard let error else { return run }
        guard let known = error as? SourceError else {
            run.status = .cancelled
            return run
        }
        run.status = known.kind == .billingLimit ? .billingLimit : .failed
        run.errorKind = known.kind.rawValue
        run.error = known.description
        return run
    }

    private func record(_ status: RunStatus) -> RunRecord {
        let summary = progress.summary
        var run = RunRecord(
            id: summary.runID, connection: request.connection, schema: request.schema,
            syncType: request.syncType.rawValue, startedAt: startedAt,
            processID: ProcessInfo.processInfo.processIdentifier, watermarkBefore: summary.watermarkBefore)
        run.status = status
        run.attempts = summary.attempts
        run.rowsRead = summary.rowsRead
        run.rowsInserted = summary.rowsInserted
        run.rowsUpdated = summary.rowsUpdated
        run.commits = summary.commits
        run.bytesRead = summary.bytesRead
        run.bytesWritten = summary.bytesWritten
        run.watermarkAfter = summary.watermarkAfter
        run.tableVersion = summary.tableVersion
        return run
    }
}
