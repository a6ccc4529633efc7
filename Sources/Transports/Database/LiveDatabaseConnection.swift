import Columns
import Tributary

/// A connection to a real database: the driver's session on a thread of its own.
public final class LiveDatabaseConnection: DatabaseConnection {
    private let session: any DatabaseSession
    private let thread: BlockingThread
    private let isBusy = Lock(false)

    /// The most bytes that ``query(_:)`` takes.
    static let queryLimit = BatchLimits(rows: .max, bytes: 256 << 20)

    init(session: any DatabaseSession, thread: BlockingThread) {
        self.session = session
        self.thread = thread
    }

    deinit {
        let session = session
        thread.enqueue { session.close() }
    }

    public var engine: DatabaseEngine { session.engine }

    public func query(_ statement: SQLStatement) async throws -> Table {
        try await exclusively {
            try await cancellable { session in
                try session.begin(statement, limits: Self.queryLimit)
                defer { session.abort() }
                guard let table = try session.nextBatch() else {
                    throw SourceError(.unexpectedAnswer, "Running a query: the server sent no result.")
                }
                guard try session.nextBatch() == nil else {
                    throw SourceError(
                        .limitExceeded, "Running a query: its result has more than \(Self.queryLimit.bytes) bytes.",
                        advice: "Read it in batches.")
                }
                return table
            }
        }
    }

    public func stream(
        _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
    ) async throws {
        try await exclusively {
            let limits = BatchLimits(rows: maxRows, bytes: maxBytes)
            do {
                try await cancellable { try $0.begin(statement, limits: limits) }
                while let table = try await cancellable({ try $0.nextBatch() }) { try await body(table) }
            } catch {
                try? await thread.run { [session] in session.abort() }
                throw error
            }
        }
    }

    public func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await exclusively { try await cancellable { try $0.beginSnapshot() } }
        do {
            let result = try await body()
            try await thread.run { [session] in try session.endSnapshot() }
            return result
        } catch {
            try? await thread.run { [session] in try session.endSnapshot() }
            throw error
        }
    }

    public func close() async {
        try? await thread.run { [session] in session.close() }
    }

    /// Runs a step on the connection's thread; when the task is cancelled, the statement is stopped on the server.
    private func cancellable<Result: Sendable>(
        _ step: @escaping @Sendable (any DatabaseSession) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        do {
            let result = try await withTaskCancellationHandler {
                try await thread.run { [session] in try step(session) }
            } onCancel: {
                session.cancel()
            }
            // A statement that was stopped may still have given something: MySQL's functions return what they have.
            try Task.checkCancellation()
            return result
        } catch {
            try Task.checkCancellation()
            throw error
        }
    }

    /// A connection runs one statement at a time; a second one inside the first is a mistake of the caller.
    private func exclusively<Result>(_ body: () async throws -> Result) async throws -> Result {
        let wasBusy = isBusy.withLock { busy in
            defer { busy = true }
            return busy
        }
        if wasBusy {
            throw SourceError(
                .unexpectedAnswer, "Running a statement: the connection is still reading another one.",
                advice: "Finish it first, or open a second connection.")
        }
        defer { isBusy.withLock { $0 = false } }
        return try await body()
    }
}
