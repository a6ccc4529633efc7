import Columns
import Lake
import Tributary

/// Decides what follows an error, by its recovery alone, and how often (posthog 4.9).
struct RetryPolicy {
    enum Verdict {
        case fail(any Error)
        /// At once, with something changed.
        case again(SyncAttempt)
        case retry(SourceError, after: Duration)
    }

    static let resumableAttempts = 20
    static let incrementalAttempts = 9
    static let fullRefreshAttempts = 3
    /// The first pause; each further one is twice as long, up to the longest.
    static let firstPause = Duration.seconds(1)
    static let longestPause = Duration.seconds(300)
    /// A table is built anew for a wider type at most so often in one run.
    static let maximumRebuilds = 10

    let request: SyncRequest
    let reader: any TableReader
    private var failures = 0
    private var rebuilds = 0

    init(request: SyncRequest, reader: any TableReader) {
        self.request = request
        self.reader = reader
    }

    /// - Parameter hasProgressed: whether the attempt has committed anything.
    mutating func verdict(on error: any Error, after attempt: SyncAttempt, hasProgressed: Bool) -> Verdict {
        switch error {
        case is CancellationError: return .fail(error)
        case let refusal as RefusedToken: return withoutToken(refusal, attempt)
        case let conflict as ColumnConflict: return widening(conflict, attempt)
        default: break
        }
        guard let error = SyncJob.described(error, reader) as? SourceError else { return .fail(error) }
        failures += 1
        guard case .retry(let pause) = error.recovery, failures < maximumAttempts(attempt) else { return .fail(error) }
        // A layer below has tried before: the same again makes sense only from a later place.
        if error.wasRetried, !hasProgressed { return .fail(error) }
        return .retry(error, after: max(pause ?? .zero, backoff))
    }

    private func maximumAttempts(_ attempt: SyncAttempt) -> Int {
        if let maximum = request.options.maxAttempts { return maximum }
        if attempt.progress.hasTokens { return Self.resumableAttempts }
        return request.syncType == .fullRefresh ? Self.fullRefreshAttempts : Self.incrementalAttempts
    }

    private var backoff: Duration {
        min(Self.longestPause, Self.firstPause * (1 << min(failures - 1, 12)))
    }

    private func withoutToken(_ refusal: RefusedToken, _ attempt: SyncAttempt) -> Verdict {
        guard let token = refusal.token, token != attempt.refusedToken else { return .fail(refusal.error) }
        var changed = attempt
        changed.refusedToken = token
        return .again(changed)
    }

    /// A column needs a wider type than it has. Numbers are widened by building the table anew, as is a table that this
    /// run has made; anything else is for the user to decide.
    private mutating func widening(_ conflict: ColumnConflict, _ attempt: SyncAttempt) -> Verdict {
        rebuilds += 1
        guard rebuilds <= Self.maximumRebuilds, let type = conflict.widened,
            attempt.forcedTypes[conflict.column] != type,
            conflict.isNumeric || attempt.request.syncType == .fullRefresh || attempt.request.reset
        else { return .fail(conflict.error) }
        var changed = attempt
        changed.forcedTypes[conflict.column] = type
        changed.request.reset = true
        return .again(changed)
    }

    /// The error in the source's own words for its users, where it has some; such an error is final.
    static func friendly(_ error: SourceError, _ known: [NonRetryableError]) -> SourceError {
        guard let match = known.first(matching: error.message) else { return error }
        var error = error
        error.recovery = .stop
        if let message = match.message { error.message = message }
        return error
    }
}
