import Foundation
import Spawn
import Tributary

#if canImport(Glibc)
    import Glibc
#endif

/// A child process that never outlives this one, with its standard error read line by line.
///
/// One thread belongs to each child: it starts the child, reads, and takes its end, so that no zombie stays. On Linux the
/// kernel kills the child when that thread ends, and so when this process dies in whatever way.
final class ChildProcess: Sendable {
    /// What the child did, told on its thread in order.
    enum Event: Sendable {
        case line(String)
        /// It has ended; 0 is success, a negative status the signal that ended it.
        case ended(Int32)
        /// It could not be started: the system's error number.
        case notStarted(Int32)
    }

    private struct State: Sendable {
        var processID: pid_t = 0
        var isOver = false
        var wasStopped = false
    }

    private let state = Lock(State())
    private let end = FirstAnswer<Void>()

    /// Starts the child.
    ///
    /// - Parameters:
    ///   - environment: All of the child's environment; nothing of ours is added.
    init(
        _ path: String, _ arguments: [String], environment: [String: String],
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        let (state, end) = (state, end)
        let thread = Thread {
            Self.run(path, arguments, environment, state, onEvent)
            end.give(.success(()))
        }
        thread.name = "tributary-child"
        thread.start()
    }

    deinit { stop(SIGKILL) }

    /// Asks the child to end. Harmless when it has, or has not yet begun.
    func stop(_ signal: Int32 = SIGTERM) {
        state.withLock { state in
            state.wasStopped = true
            // Under the lock the id is still the child's: it is taken from the system under the lock as well. It names
            // the child's group too, so that its own children end with it.
            if state.processID > 0 && !state.isOver { kill(-state.processID, signal) }
        }
    }

    /// Waits until the child is gone.
    func wait() async { try? await end.value }

    /// Ends the child, by force after a second, and waits until it is gone.
    func stopAndWait() async {
        stop()
        let force = Task {
            try await Task.sleep(for: .seconds(1))
            stop(SIGKILL)
        }
        await wait()
        force.cancel()
    }

    private static func run(
        _ path: String, _ arguments: [String], _ environment: [String: String], _ state: Lock<State>,
        _ onEvent: (Event) -> Void
    ) {
        do throws(ChildStart.Refusal) {
            let errors = try ChildPipe()
            defer { close(errors.reading) }
            let start = ChildStart(path: path, arguments: arguments, environment: environment, errors: errors.writing)
            let process = try begin(start, state).get()
            readLines(errors) { onEvent(.line($0)) }
            onEvent(.ended(reap(process, state)))
        } catch {
            state.withLock { $0.isOver = true }
            onEvent(.notStarted(error.code))
        }
    }

    /// Starts the child under the lock, so that a stop comes either before the start or finds the child; then it alone
    /// holds the writing end of its standard error.
    private static func begin(_ start: ChildStart, _ state: Lock<State>) -> Result<pid_t, ChildStart.Refusal> {
        defer { if let errors = start.errors { close(errors) } }
        return state.withLock { state in
            if state.wasStopped { return .failure(ChildStart.Refusal(code: ECANCELED)) }
            let started = Result { () throws(ChildStart.Refusal) in try start.start() }
            if case .success(let process) = started { state.processID = process }
            return started
        }
    }

    private static func readLines(_ output: ChildPipe, _ body: (String) -> Void) {
        var pending: [UInt8] = []
        output.readToEnd { part in
            pending += part
            while let newline = pending.firstIndex(of: 10) {
                body(line(pending[..<newline]))
                pending.removeSubrange(...newline)
            }
            if pending.count > 64 << 10 { pending = [] }
        }
        if !pending.isEmpty { body(line(pending[...])) }
    }

    private static func line(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.last == 13 ? bytes.dropLast() : bytes, as: UTF8.self)
    }

    private static func reap(_ process: pid_t, _ state: Lock<State>) -> Int32 {
        var info = siginfo_t()
        while waitid(P_PID, id_t(process), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        return state.withLock { state in
            state.isOver = true
            var status: Int32 = 0
            waitpid(process, &status, 0)
            return ChildStart.outcome(status)
        }
    }
}
