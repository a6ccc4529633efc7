#if PostgreSQL
    import Foundation
    import Tributary

    /// Waits for a socket, for a limited time, and looks up from time to time whether the caller has lost interest.
    struct PostgresWait {
        private let socket: Int32
        private let timeout: Duration
        /// How long a server may take to obey a cancellation before the connection is given up.
        private static let grace = Duration.seconds(5)
        private static let tick = Duration.milliseconds(500)

        init(for socket: Int32, timeout: Duration) {
            self.socket = socket
            self.timeout = timeout
        }

        /// Returns when one of the events is there.
        ///
        /// - Throws: `SourceError` of kind `timedOut`, after `onTimeout`; `CancellationError` when the server does not
        ///   obey a cancellation in time.
        func wait(events: Int16, isCancelled: () -> Bool, onTimeout: () -> Void) throws {
            let start = ContinuousClock.now
            var cancelledAt: ContinuousClock.Instant?
            while try !poll(events) {
                let now = ContinuousClock.now
                if isCancelled() {
                    let since = cancelledAt ?? now
                    cancelledAt = since
                    if now - since > Self.grace { throw CancellationError() }
                }
                if now - start > timeout {
                    onTimeout()
                    throw SourceError(
                        .timedOut, "Waiting for PostgreSQL: no answer for \(timeout.components.seconds) s.",
                        advice: "Make the query cheaper (an index on the cursor column), or raise the limit.",
                        recovery: .retry(after: nil))
                }
            }
        }

        private func poll(_ events: Int16) throws -> Bool {
            var descriptor = pollfd(fd: socket, events: events, revents: 0)
            let milliseconds = Int32(min(timeout, Self.tick) / .milliseconds(1))
            let count = Foundation.poll(&descriptor, 1, max(milliseconds, 1))
            if count < 0, errno != EINTR {
                throw SourceError(
                    .unreachable, "Waiting for PostgreSQL: the socket is closed.", recovery: .retry(after: nil))
            }
            return count > 0
        }
    }
#endif
