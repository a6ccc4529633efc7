import Dispatch
import Foundation

/// Turns Ctrl-C and the supervisor's TERM into a cancelled task, so that a sync stops at a safe point.
enum Interruption {
    /// Runs `body`; the first signal cancels it, a second one ends the program at once.
    ///
    /// - Parameter note: what is said at the first signal.
    static func cancelling<Result: Sendable>(
        saying note: String = "Stopping at the next safe point; once more to stop at once.",
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await body() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if task.isCancelled { exit(ExitStatus.interrupted.rawValue) }
                Console.note("\n\(note)")
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await task.value
    }
}
