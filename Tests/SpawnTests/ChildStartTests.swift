import Foundation
import Spawn
import TestSupport
import Testing
import Tributary

@Suite("ChildStart", .timeLimit(.minutes(1)))
struct ChildStartTests {
    /// Runs a script of the shell with this input; gives its output and how it ended.
    private func shell(
        _ script: String, input: String = "", variables: [String: String] = [:], in folder: String? = nil
    ) throws -> (output: String, status: Int32) {
        let (toChild, fromChild) = (try ChildPipe(), try ChildPipe())
        // It is short enough for the pipe to hold it.
        try FileHandle(fileDescriptor: toChild.writing, closeOnDealloc: true).write(contentsOf: Data(input.utf8))
        let process = try ChildStart(
            path: "/bin/sh", arguments: ["-c", script],
            environment: variables.merging(["PATH": "/bin:/usr/bin"]) { $1 }, folder: folder, input: toChild.reading,
            output: fromChild.writing
        ).start()
        close(toChild.reading)
        close(fromChild.writing)
        var output: [UInt8] = []
        fromChild.readToEnd { output += $0 }
        close(fromChild.reading)
        return (String(decoding: output, as: UTF8.self), ChildStart.end(of: process))
    }

    @Test("A child reads its input to the end, has the variables that it was given and no others, and tells its status")
    func streams() throws {
        let child = try shell("cat; echo $SAID $HOME; exit 7", input: "asked ", variables: ["SAID": "answered"])
        #expect(child.output == "asked answered\n")
        #expect(child.status == 7)
    }

    @Test("A child begins in its folder; a signal that ends it is a negative status")
    func folderAndSignal() throws {
        let folder = try TemporaryFolder()
        let child = try shell("pwd -P; kill -9 $$", in: folder.path)
        #expect(child.output.hasSuffix("\(folder.url.lastPathComponent)\n"))
        #expect(child.status == -SIGKILL)
    }

    @Test("What is not there is refused with the system's word for it")
    func missing() throws {
        let error = #expect(throws: ChildStart.Refusal.self) {
            try ChildStart(path: "/bin/no-such-program", arguments: [], environment: [:]).start()
        }
        #expect(error?.code == ENOENT)
    }

    #if os(Linux)
        @Test("A child gets three descriptors, and none of those that lie open here")
        func descriptors() throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            defer { for end in ends { close(end) } }
            // The fourth is the folder that `ls` reads.
            #expect(try shell("ls /proc/self/fd").output == "0\n1\n2\n3\n")
        }

        @Test("A child dies when the thread that started it ends, and so with the process; without a signal it goes on")
        func diesWithItsParent() async throws {
            let processes = Lock<[pid_t]>([])
            Thread.detachNewThread {
                let signals: [Int32?] = [SIGKILL, nil]
                let started = signals.map { signal in
                    try? ChildStart(
                        path: "/bin/sleep", arguments: ["100"], environment: [:], deathSignal: signal
                    ).start()
                }
                processes.withLock { $0 = started.map { $0 ?? -1 } }
            }
            while processes.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
            let (dying, living) = processes.withLock { ($0[0], $0[1]) }
            #expect(ChildStart.end(of: dying) == -SIGKILL)
            #expect(waitpid(living, nil, WNOHANG) == 0)
            kill(living, SIGTERM)
            #expect(ChildStart.end(of: living) == -SIGTERM)
        }
    #endif
}
