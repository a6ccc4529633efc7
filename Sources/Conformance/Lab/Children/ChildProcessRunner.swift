import Cassettes
import Columns
import Foundation
import Spawn
import Tributary

/// Runs parts of a check in a process of their own: what may trap, needs another environment, or is to be measured.
///
/// The executable is `tributary`, whose hidden command `check-case` hands the file to ``ChildCase``.
public struct ChildProcessRunner: Sendable {
    /// What a check says that has something to run in a child, where there is no runner.
    static let missing = "No executable for processes of their own was handed to the kit."

    /// The path of `tributary`.
    public let executable: String

    /// A runner of this executable; nil where there is no such file.
    public init?(executable: String?) {
        guard let executable, FileManager.default.isExecutableFile(atPath: executable) else { return nil }
        self.executable = executable
    }

    /// Runs a task of a case in a child.
    ///
    /// - Parameters:
    ///   - argument: what the task is told.
    ///   - environment: variables over those of this process, such as `TZ`.
    ///   - limit: after this many seconds of the wall clock the child ends itself by SIGALRM.
    /// - Throws: `SourceError` when the child cannot be started.
    func run(
        _ task: String, of input: CheckCase, argument: JSONValue = .null, environment: [String: String] = [:],
        limit: Int = 60
    ) async throws -> ChildOutcome {
        try await run(ChildCase.job(task, of: input, argument: argument, limit: limit), environment)
    }

    /// The same for a task that cases of other tables ask for too: one child does it for all tables of the scenario.
    ///
    /// Where that child gives nothing for the table, one of the table's own says why.
    func runOnce(
        _ task: String, of input: CheckCase, argument: JSONValue = .null, environment: [String: String]
    ) async throws -> ChildOutcome {
        // What is being shrunk is this table's history alone.
        guard let table = input.schema?.name, input.history.isWhole else {
            return try await run(task, of: input, argument: argument, environment: environment)
        }
        let job = ChildCase.job(task, of: input, argument: argument, limit: 60, allTables: true)
        let name = ([job.text] + environment.map { "\($0.key)=\($0.value)" }.sorted()).joined(separator: "\n")
        var outcome = try await input.memo.child(name) { try await run(job, environment) }
        guard let result = outcome.result?[table] else {
            return try await run(task, of: input, argument: argument, environment: environment)
        }
        outcome.result = result
        return outcome
    }

    private func run(_ job: JSONValue, _ environment: [String: String]) async throws -> ChildOutcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tributary-child-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "case.json")
        try Data(job.serialized()).write(to: file)
        var variables = ProcessInfo.processInfo.environment
        variables["SWIFT_BACKTRACE"] = "enable=no"
        let child = SpawnedChild(
            path: executable, arguments: ["check-case", file.path],
            environment: variables.merging(environment) { $1 }, errors: folder.appending(path: "errors").path)
        return try await child.outcome()
    }
}

/// What became of a child.
struct ChildOutcome: Sendable {
    /// What the task gave; nil when it ended before.
    var result: JSONValue?
    /// Why the task could not be done, in its own words.
    var problem: String?
    /// The steps that the task has said it began, in order.
    var steps: [String]
    /// The signal that ended it.
    var signal: Int32?
    /// The end of its standard error: the text of a trap.
    var errors: String
    /// The greatest resident size, in bytes.
    var peakBytes: Int
    /// Time on the processor, in seconds.
    var seconds: Double

    /// How a report names the end.
    var ending: String {
        guard let signal else { return problem ?? "It ended without a result. \(errors)" }
        let name =
            switch signal {
            case SIGALRM: "its time ran out (SIGALRM)"
            case SIGILL, SIGTRAP: "a trap (signal \(signal))"
            case SIGSEGV: "a bad access to memory (SIGSEGV), such as an endless recursion"
            case SIGABRT: "an abort (SIGABRT)"
            case SIGKILL: "SIGKILL, such as for lack of memory"
            default: "signal \(signal)"
            }
        return "The process was ended by \(name). \(errors)"
    }
}

/// A child process whose output is read by a thread of its own: the kernel ends the child when that thread ends.
private struct SpawnedChild: Sendable {
    let path: String
    let arguments: [String]
    let environment: [String: String]
    /// The file that takes its standard error.
    let errors: String

    func outcome() async throws -> ChildOutcome {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result { try run() }) }
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    private func run() throws -> ChildOutcome {
        let process: pid_t
        var output: [UInt8] = []
        do {
            let pipe = try ChildPipe()
            defer { close(pipe.reading) }
            process = try start(output: pipe.writing)
            pipe.readToEnd { output += $0 }
        } catch {
            throw SourceError(.notFound, "Starting \(path): \(error).")
        }
        var usage = rusage()
        var status: Int32 = 0
        while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
        let lines = output.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
        return outcome(lines, status: status, usage)
    }

    private func outcome(_ lines: [String], status: Int32, _ usage: rusage) -> ChildOutcome {
        let text = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        let results = lines.filter { $0.hasPrefix("=") }
        let time = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        let parts = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1_000_000
        #if os(Linux)
            let unit = 1024
        #else
            let unit = 1
        #endif
        return ChildOutcome(
            result: results.last.flatMap { try? JSONValue(parsing: Array($0.dropFirst().utf8)) },
            problem: lines.last { $0.hasPrefix("!") }.map { String($0.dropFirst()) },
            steps: lines.filter { $0.hasPrefix("@") }.map { String($0.dropFirst()) },
            signal: status & 0x7f == 0 ? nil : status & 0x7f, errors: String(text.suffix(600)),
            peakBytes: Int(usage.ru_maxrss) * unit, seconds: time + parts)
    }

    /// Closes this process's end of the output, so that its reader sees the child's end.
    private func start(output: Int32) throws(ChildStart.Refusal) -> pid_t {
        let log = open(errors, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer {
            close(output)
            if log >= 0 { close(log) }
        }
        return try ChildStart(
            path: path, arguments: arguments, environment: environment, output: output, errors: log < 0 ? nil : log
        ).start()
    }
}
