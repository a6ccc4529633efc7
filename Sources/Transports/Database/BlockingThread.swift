import Foundation

/// A thread for the blocking calls of one connection, so that they never hold a thread of Swift's cooperative pool.
final class BlockingThread: Sendable {
    private let queue = WorkQueue()

    init(name: String) {
        let thread = Thread { [queue] in
            while let work = queue.next() { work() }
        }
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    deinit { queue.close() }

    /// Runs `body` on the thread, after whatever was asked for before.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.add { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    /// Runs `body` on the thread without waiting for it.
    func enqueue(_ body: @escaping @Sendable () -> Void) { queue.add(body) }
}

/// Work for a thread, first in, first out.
private final class WorkQueue: @unchecked Sendable {
    // Proof of safety: `work` and `isClosed` are touched only while `condition` is locked.
    private let condition = NSCondition()
    private var work: [@Sendable () -> Void] = []
    private var isClosed = false

    func add(_ item: @escaping @Sendable () -> Void) {
        condition.lock()
        work.append(item)
        condition.unlock()
        // Behind the lock, so that the thread does not wake up only to wait for it.
        condition.signal()
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.signal()
        condition.unlock()
    }

    /// The next piece of work; nil when the queue is closed and empty.
    func next() -> (@Sendable () -> Void)? {
        condition.lock()
        defer { condition.unlock() }
        while work.isEmpty {
            if isClosed { return nil }
            condition.wait()
        }
        return work.removeFirst()
    }
}
