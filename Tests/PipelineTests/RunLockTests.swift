import Columns
import Foundation
import Pipeline
import Synchronization
import TestSupport
import Testing
import Tributary

@Suite("One run of a table at a time") struct RunLockTests {
    @Test("a second run of a table is refused with the process that runs it, and other tables are not")
    func oneRunAtATime() async throws {
        let bench = try SyncBench()
        let refused = Lock<SourceError?>(nil)
        let inner = ScriptedReader { _, _ in .rows([["id": 1]]) }
        let reader = ScriptedReader { _, _ in
            let failure = await bench.failure(inner, .fullRefresh)
            refused.withLock { $0 = failure }
            try await bench.sync(
                ScriptedReader(schema: SourceSchema("others")) { _, _ in .rows([["id": 1]]) }, .fullRefresh
            ) { $0.schema = "others" }
            return .rows([["id": 1]])
        }
        try await bench.sync(reader, .fullRefresh)
        let error = refused.withLock { $0 }
        #expect(error?.kind == .alreadyRunning)
        #expect(
            error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier), started 2026-01-01") == true)
        try await bench.sync(inner, .fullRefresh)
    }

    @Test("a process that is started during a run does not keep the table locked after it")
    func inheritedDescriptor() async throws {
        let bench = try SyncBench()
        let name = URL(filePath: bench.folder).lastPathComponent
        let inherited = Lock<[Int32]>([])
        let reader = ScriptedReader { _, _ in
            // What a child has between fork and exec: every descriptor, those that close on exec as well.
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
            let locks = open.filter { descriptor in
                let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
                return path?.contains(name) == true && path?.hasSuffix(".lock") == true
            }
            inherited.withLock { $0 = locks.map { dup($0) } }
            return .rows([["id": 1]])
        }
        try await bench.sync(reader, .fullRefresh)
        defer { for descriptor in inherited.withLock({ $0 }) { close(descriptor) } }
        #expect(inherited.withLock { $0.count } == 1)
        try await bench.sync(reader, .fullRefresh)
    }
}
