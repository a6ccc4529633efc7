import Foundation
import TestSupport
import Testing

@Suite("ServerProcess", .timeLimit(.minutes(1)))
struct ServerProcessTests {
    @Test("A command that ends gives its status and what it printed")
    func runsCommands() async throws {
        let folder = try TemporaryFolder()
        let output = try await ServerProcess.run(
            "/bin/sh", ["-c", "echo out; echo err >&2; exit 3"], folder: folder.url)
        #expect(output.status == 3)
        #expect(output.text == "out\nerr\n")
    }

    @Test("A stopped server is gone, and stopping again is harmless")
    func stops() async throws {
        let folder = try TemporaryFolder()
        let server = try ServerProcess("/bin/sleep", ["100"], folder: folder.url)
        #expect(server.isRunning)
        server.stop()
        #expect(!server.isRunning)
        #expect(kill(server.processID, 0) != 0)
        server.stop()
    }

    @Test("A server that ends before it is ready is reported with its last words")
    func endsEarly() async throws {
        let folder = try TemporaryFolder()
        let server = try ServerProcess("/bin/sh", ["-c", "echo no such folder"], folder: folder.url)
        let error = await #expect(throws: ServerProcess.Failure.self) {
            try await server.waitUntilReady(port: FreePort.take())
        }
        #expect(error?.description.contains("no such folder") == true)
    }
}
