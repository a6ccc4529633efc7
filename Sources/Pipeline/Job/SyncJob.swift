import Columns
import Foundation
import Lake
import Tributary

/// One sync with all its attempts: lock, history, retries.
struct SyncJob: Sendable {
    let engine: SyncEngine
    let request: SyncRequest
    let onEvent: @Sendable (SyncEvent) -> Void

    private var clock: any SyncClock { engine.context.clock }

    func run() async throws -> SyncSummary {
        let folder = SyncEngine.folder(connection: request.connection, schema: request.schema)
        let startedAt = clock.now
        let lock = try engine.locks.lock(table: folder, engine.lake, engine.store, startedAt: startedAt)
        defer { withExtendedLifetime(lock) {} }
        let runID = UUID().uuidString.lowercased()
        let progress = SyncProgress(
            SyncSummary(
                runID: runID, connection: request.connection, schema: request.schema,
                syncType: request.syncType.rawValue))
        let history = RunHistory(engine: engine, request: request, startedAt: startedAt, progress: progress)
        try history.begin(runID)
        do {
            try await attempts(runID: runID, folder: folder, progress: progress)
        } catch is CancellationError where Task.isCancelled {
            progress.update { $0.wasCancelled = true }
        } catch {
            let final = Self.described(error, engine.reader)
            history.end(final)
            throw final
        }
        progress.update { $0.durationSeconds = Double(clock.now - startedAt) / 1_000_000 }
        if let warning = history.end(progress.summary.wasCancelled ? CancellationError() : nil) {
            onEvent(.warning(warning))
        }
        onEvent(.finished(progress.summary))
        return progress.summary
    }

    /// Tries until an attempt succeeds or fails for good.
    private func attempts(runID: String, folder: String, progress: SyncProgress) async throws {
        var policy = RetryPolicy(request: request, reader: engine.reader)
        var attempt = SyncAttempt(engine: engine, request: request, runID: runID, progress: progress, onEvent: onEvent)
        while true {
            progress.update { $0.attempts += 1 }
            let commits = progress.commits
            do {
                return try await attempt.perform(folder: folder)
            } catch {
                let hasProgressed = progress.commits > commits
                switch policy.verdict(on: error, after: attempt, hasProgressed: hasProgressed) {
                case .fail(let error): throw error
                case .again(let changed): attempt = changed
                case .retry(let error, let pause):
                    onEvent(.retrying(error, after: pause, attempt: progress.summary.attempts))
                    try await clock.sleep(for: pause)
                }
            }
        }
    }

    /// The error as callers see it: a `SourceError`, or a cancellation.
    static func described(_ error: any Error, _ reader: any TableReader) -> any Error {
        switch error {
        case is CancellationError where Task.isCancelled: error
        case let error as SourceError: RetryPolicy.friendly(error, reader.nonRetryableErrors)
        case let error as LakeError: SourceError(error)
        case let error as ColumnConflict: error.error
        default: RetryPolicy.friendly(SourceError(unexpected: error), reader.nonRetryableErrors)
        }
    }
}

extension SourceError {
    /// The lake's error in the words of the runtime.
    init(_ error: LakeError) {
        let kind: Kind =
            switch error.kind {
            case .corrupt, .missing, .unsupported: .corruptTable
            case .schemaMismatch: .columnTypeChanged
            case .notWritable, .diskFull, .io, .conflict, .misuse: .storage
            }
        self.init(
            kind, "\(error.action) (\(error.path)): \(error.problem).", advice: error.advice,
            recovery: error.isTransient ? .retry(after: nil) : .stop)
        underlying = error
    }

    /// An error of a type that nobody has foreseen.
    init(unexpected error: any Error) {
        self.init(.upstreamFailure, "Syncing: an unexpected error of type \(type(of: error)): \(error)")
        underlying = error
    }
}
