import Foundation
import Spawn
import Tributary

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server that a test starts: its output goes to a log in its folder, and it never outlives the test process.
///
/// ```swift
/// let server = try ServerProcess(ServerProcess.find("nginx"), ["-c", path], folder: folder)
/// try await server.waitUntilReady(port: port)
/// defer { server.stop() }
/// ```
/// The child is stopped by ``stop()``, when the value goes away, and on Linux by the kernel when this process dies.
public final class ServerProcess: Sendable {
    /// What can go wrong; the description holds the end of the server's output.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private struct State: Sendable {
        var processID: Int32 = 0
        var launchError: Int32?
        var exitStatus: Int32?
        var wasAskedToStop = false
    }

    /// The name in messages.
    public let label: String
    /// Where standard output and standard error go.
    public let logFile: URL
    private let stopSignal: Int32
    private let state = Lock(State())
    private let launched = DispatchSemaphore(value: 0)
    private let exited = DispatchSemaphore(value: 0)

    /// Starts the server.
    ///
    /// - Parameters:
    ///   - executable: An absolute path; see ``find(_:)``.
    ///   - environment: Added to this process's own.
    ///   - folder: The working directory, where the log is written too; it must exist.
    ///   - user: Whom to run as, for servers that refuse root; ignored unless this process is root.
    ///   - stopSignal: What asks the server to end at once (SIGINT for PostgreSQL).
    public init(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], folder: URL,
        user: String? = nil, stopSignal: Int32 = SIGTERM
    ) throws {
        label = URL(fileURLWithPath: executable).lastPathComponent
        logFile = folder.appendingPathComponent("\(label)-\(UUID().uuidString.prefix(8)).log")
        self.stopSignal = stopSignal
        guard FileManager.default.createFile(atPath: logFile.path, contents: nil) else {
            throw Failure(description: "Starting \(label): the folder \(folder.path) is not writable.")
        }
        let command = Self.command(executable, arguments, user: user, deathSignal: stopSignal)
        let environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        launch(
            ChildStart(
                path: command[0], arguments: Array(command.dropFirst()), environment: environment, folder: folder.path,
                deathSignal: stopSignal), log: logFile.path)
        if let code = state.withLock({ $0.launchError }) {
            throw Failure(description: "Starting \(label) (\(command[0])): \(String(cString: strerror(code)))")
        }
    }

    /// The kernel sends the parent-death signal when the *thread* that made the child ends, so one thread is kept for as
    /// long as the child lives. Foundation's `Process` is of no use here: it takes a daemon that closes its descriptors
    /// for one that has ended.
    private func launch(_ start: ChildStart, log: String) {
        let (state, launched, exited) = (state, launched, exited)
        let thread = Thread {
            do throws(ChildStart.Refusal) {
                let process = try Self.start(start, log: log)
                state.withLock { $0.processID = process }
                launched.signal()
                Self.reap(process, state)
            } catch {
                state.withLock { ($0.launchError, $0.exitStatus) = (error.code, -1) }
                launched.signal()
            }
            exited.signal()
        }
        thread.start()
        launched.wait()
    }

    private static func start(_ start: ChildStart, log: String) throws(ChildStart.Refusal) -> pid_t {
        let log = open(log, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard log >= 0 else { throw ChildStart.Refusal(code: errno) }
        defer { close(log) }
        var start = start
        (start.output, start.errors) = (log, log)
        return try start.start()
    }

    /// Waits for the end, and takes the id from the system under the lock, so that no signal can reach a stranger.
    private static func reap(_ process: pid_t, _ state: Lock<State>) {
        var info = siginfo_t()
        while waitid(P_PID, id_t(process), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        state.withLock { state in
            var status: Int32 = 0
            waitpid(process, &status, 0)
            state.exitStatus = ChildStart.outcome(status)
        }
    }

    deinit { stop() }

    /// The child's process id.
    public var processID: Int32 { state.withLock { $0.processID } }

    /// Whether the child has not ended yet.
    public var isRunning: Bool { state.withLock { $0.exitStatus == nil } }

    /// What the server has printed so far.
    public var output: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    /// Waits until the probe gives true.
    ///
    /// - Throws: ``Failure`` when the server ends first or the time is over.
    public func waitUntilReady(
        within limit: Duration = .seconds(60), probe: @Sendable () async throws -> Bool
    ) async throws {
        let start = ContinuousClock.now
        while try await !probe() {
            guard isRunning else { throw Failure(description: "\(label) ended before it was ready.\n\(tail)") }
            guard start.duration(to: .now) < limit else {
                throw Failure(description: "\(label) was not ready within \(limit).\n\(tail)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until the server accepts connections on the port of 127.0.0.1.
    public func waitUntilReady(port: Int, within limit: Duration = .seconds(60)) async throws {
        try await waitUntilReady(within: limit) { FreePort.isOpen(port) }
    }

    /// Asks the server to end, and ends it by force after five seconds. Harmless when it has ended.
    public func stop() {
        guard signal(stopSignal) else { return }
        if exited.wait(timeout: .now() + 5) == .timedOut {
            state.withLock { if $0.exitStatus == nil { kill(-$0.processID, SIGKILL) } }
            exited.wait()
        }
    }

    /// Waits for the end of a command that ends by itself, without a task; for `deinit`. Only one caller may.
    func waitUntilExit() { exited.wait() }

    /// Ends the server as `kill -9` does.
    public func kill9() {
        guard signal(SIGKILL) else { return }
        exited.wait()
    }

    /// Sends the first signal that is to end the server; tells whether it was needed.
    private func signal(_ number: Int32) -> Bool {
        state.withLock { state in
            guard state.exitStatus == nil, !state.wasAskedToStop else { return false }
            state.wasAskedToStop = true
            kill(state.processID, number)
            return true
        }
    }

    private var tail: String { output.split(separator: "\n").suffix(30).joined(separator: "\n") }
}

extension ServerProcess {
    /// What a command that ended has said.
    public struct Output: Sendable {
        public var status: Int32
        public var text: String
    }

    /// Runs a command to its end, as `initdb` needs it.
    ///
    /// - Returns: Its exit status, and what it printed on both channels.
    @discardableResult
    public static func run(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], folder: URL,
        user: String? = nil
    ) async throws -> Output {
        let process = try ServerProcess(executable, arguments, environment: environment, folder: folder, user: user)
        while process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        let status = process.state.withLock { $0.exitStatus ?? -1 }
        defer { try? FileManager.default.removeItem(at: process.logFile) }
        return Output(status: status, text: process.output)
    }

    /// Runs a command that must succeed.
    ///
    /// - Throws: ``Failure`` with what it printed, when its status is not 0.
    @discardableResult
    public static func check(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], folder: URL,
        user: String? = nil
    ) async throws -> String {
        let output = try await run(executable, arguments, environment: environment, folder: folder, user: user)
        guard output.status == 0 else {
            throw Failure(description: "\(executable) ended with status \(output.status):\n\(output.text)")
        }
        return output.text
    }

    /// Where a command is: in the search path, the system's administration folders, or a server's own folder.
    ///
    /// - Returns: An absolute path; nil when it is not on this machine.
    public static func find(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin", "/usr/local/sbin"]
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let postgres = versions.sorted { ($0 as NSString).floatValue > ($1 as NSString).floatValue }
            .map { "/usr/lib/postgresql/\($0)/bin" }
        return (folders + postgres).map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Whether this process is root, which some servers refuse to run as.
    public static var isRoot: Bool { geteuid() == 0 }

    /// Changes the user with `setpriv`, which every Debian has; the kernel then forgets the parent-death signal, and
    /// `setpriv` sets it again.
    private static func command(
        _ executable: String, _ arguments: [String], user: String?, deathSignal: Int32
    ) -> [String] {
        guard let user, isRoot, let setpriv = find("setpriv") else { return [executable] + arguments }
        let signal = [SIGINT: "INT", SIGQUIT: "QUIT", SIGTERM: "TERM"][deathSignal] ?? "KILL"
        let change = ["--reuid=\(user)", "--regid=\(user)", "--init-groups", "--pdeathsig", signal]
        return [setpriv] + change + ["--", executable] + arguments
    }
}
