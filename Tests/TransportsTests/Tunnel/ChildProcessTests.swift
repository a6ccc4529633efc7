import Foundation
import TestSupport
import Testing
import Tributary

@testable import Transports

@Suite("ChildProcess", .timeLimit(.minutes(1)))
struct ChildProcessTests {
    private func events(
        _ path: String, _ arguments: [String], environment: [String: String] = [:]
    ) async -> [ChildProcess.Event] {
        let events = Lock<[ChildProcess.Event]>([])
        let child = ChildProcess(path, arguments, environment: environment) { event in
            events.withLock { $0.append(event) }
        }
        await child.wait()
        return events.withLock { $0 }
    }

    @Test("Lines of standard error come in order, then the exit status")
    func linesAndStatus() async throws {
        let seen = await events("/bin/sh", ["-c", "echo one >&2; echo lost; printf 'two\\r\\nthree' >&2; exit 7"])
        #expect(seen.map { "\($0)" } == ["line(\"one\")", "line(\"two\")", "line(\"three\")", "ended(7)"])
    }

    @Test("A child gets the given environment and nothing else, and no descriptor of ours")
    func isolation() async throws {
        let seen = await events(
            "/bin/sh", ["-c", "env >&2; ls /proc/self/fd >&2"], environment: ["PATH": "/bin:/usr/bin", "A": "b"])
        let lines = seen.compactMap { if case .line(let line) = $0 { line } else { nil } }
        #expect(lines.contains("A=b"))
        #expect(!lines.contains { $0.hasPrefix("HOME=") })
        #expect(lines.compactMap { Int($0) }.max() == 3)  // `ls` itself opens the folder as 3.
    }

    @Test("A missing executable is reported by the system's number")
    func missing() async throws {
        #expect(await events("/no/such/program", []).map { "\($0)" } == ["notStarted(2)"])
    }

    @Test("A stopped child is gone, and no zombie stays")
    func stopping() async throws {
        let processID = Lock(pid_t(0))
        let child = ChildProcess("/bin/sh", ["-c", "echo $$ >&2; exec sleep 100"], environment: [:]) { event in
            if case .line(let line) = event { processID.withLock { $0 = pid_t(line) ?? 0 } }
        }
        while processID.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        await child.stopAndWait()
        #expect(kill(processID.withLock { $0 }, 0) != 0)
        await child.stopAndWait()
    }

    @Test("A child that does not listen is ended by force")
    func stubborn() async throws {
        let isReady = Lock(false)
        let child = ChildProcess(
            "/bin/sh", ["-c", "trap '' TERM; echo ready >&2; while :; do sleep 100; done"],
            environment: ["PATH": "/bin:/usr/bin"]
        ) { event in
            if case .line = event { isReady.withLock { $0 = true } }
        }
        while !isReady.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
        await child.stopAndWait()
    }
}
