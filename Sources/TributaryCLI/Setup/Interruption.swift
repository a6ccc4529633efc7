import Dispatch
import Foundation

/// Turns Ctrl-C and the supervisor's TERM into a cancelled task, so that a sync stops at a safe point.
enum Interruption {
    /// Runs `body`; the first signal cancels it, a second one ends the program at once.
    static func cancelling<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await body() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if task.isCancelled { exit(ExitStatus.interrupted.rawValue) }
                Console.note("\nStopping at the next safe point; once more to stop at once.")
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await task.value
    }
}
