import Foundation
import Spawn
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

    #if os(Linux)
        @Test("A child dies when the thread that started it ends, and so with the process")
        func diesWithItsParent() async throws {
            let processID = Lock(pid_t(0))
            Thread.detachNewThread {
                let process = try? ChildStart(path: "/bin/sleep", arguments: ["100"], environment: [:]).start()
                processID.withLock { $0 = process ?? -1 }
            }
            while processID.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
            var status: Int32 = 0
            #expect(waitpid(processID.withLock { $0 }, &status, 0) > 0)
            #expect(status & 0x7f == SIGKILL)
        }
    #endif

    @Test("A child holds no pipe of another that was started at the same moment: each ends with its own input")
    func childrenStartedTogether() async throws {
        let children = Lock<[(process: pid_t, input: Int32)]>([])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    guard let input = try? ChildPipe() else { return }
                    defer { close(input.reading) }
                    let start = ChildStart(
                        path: "/bin/cat", arguments: [], environment: [:], input: input.reading, deathSignal: nil)
                    guard let process = try? start.start() else { return }
                    children.withLock { $0.append((process, input.writing)) }
                }
            }
        }
        let started = children.withLock { $0 }
        #expect(started.count == 16)
        for child in started {
            close(child.input)
            var status: Int32 = -1
            for _ in 0..<400 where waitpid(child.process, &status, WNOHANG) == 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(status == 0, "it waits for an input that another child holds open")
        }
    }
}
