import Columns
import Foundation
import Lake
import Pipeline
import SyncModel
import TestSupport
import Testing
import Tributary

@Suite("Retries and resuming") struct RetryTests {
    private static func thing(_ id: Int64) -> JSONValue {
        ["id": .number(JSONNumber(id)), "number": .number(JSONNumber(id))]
    }

    /// A read of `count` rows that fails in front of row `cut`.
    private static func cutRead(
        _ inputs: SourceInputs, count: Int64 = 6, cut: Int64?, tokens: Bool, error: SourceError
    ) -> SourceResponse {
        var first: Int64 = 1
        if let token = inputs.resumeToken?.value.int64 { first = token + 1 }
        if case .integer(let last) = inputs.watermark.last, inputs.resumeToken == nil { first = last + 1 }
        return SourceResponse(
            primaryKeys: ["id"],
            items: Items { [first] emit in
                guard first <= count else { return }
                for id in first...count {
                    if id == cut { throw error }
                    let token = tokens ? ResumeToken(.number(JSONNumber(id))) : nil
                    try await emit(.row(thing(id).object ?? [:]), resume: token)
                }
            })
    }

    private static let transient = SourceError(.upstreamFailure, "Reading: 503.", recovery: .retry(after: nil))

    @Test(
        "errors that may pass are tried again, so often as the sync type allows",
        arguments: [
            (SyncType.fullRefresh, false, 3), (.incremental, false, 9), (.append, false, 9), (.fullRefresh, true, 20),
        ])
    func attempts(_ syncType: SyncType, _ tokens: Bool, _ expected: Int) async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { inputs, _ in Self.cutRead(inputs, cut: 2, tokens: tokens, error: Self.transient) }
        let cursor = syncType == .fullRefresh ? nil : "number"
        #expect(await bench.failure(reader, syncType, cursor: cursor)?.kind == .upstreamFailure)
        #expect(reader.inputs.count == expected)
        #expect(bench.retries.count == expected - 1)
        #expect(
            Array(bench.retries.prefix(3))
                == Array([Duration.seconds(1), .seconds(2), .seconds(4)].prefix(expected - 1)))
    }

    @Test("the pause that the upstream asks for is kept")
    func retryAfter() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { inputs, call in
            let error = SourceError(.rateLimited, "Reading: 429.", recovery: .retry(after: .seconds(90)))
            return Self.cutRead(inputs, cut: call == 1 ? 3 : nil, tokens: false, error: error)
        }
        let summary = try await bench.sync(reader, .incremental, cursor: "number")
        #expect(bench.retries == [.seconds(90)] && summary.attempts == 2)
        #expect(try await bench.rows("id").count == 6)
        // What was complete before the error is not read again.
        #expect(reader.inputs[1].watermark.last == .integer(1))
    }

    @Test("an error that a layer below has retried is not tried again without progress")
    func noCompounding() async throws {
        let bench = try SyncBench()
        var error = Self.transient
        error.wasRetried = true
        let reader = ScriptedReader { [error] _, _ in throw error }
        #expect(await bench.failure(reader, .fullRefresh)?.kind == .upstreamFailure)
        #expect(reader.inputs.count == 1)
    }

    @Test("errors that nobody can retry away are final, leave no partial table, and switch the table off")
    func final() async throws {
        let bench = try SyncBench(withStore: true)
        let reader = ScriptedReader(
            nonRetryableErrors: [NonRetryableError("insufficient scope", message: "Give the key the scope read.")]
        ) { inputs, _ in
            let error = SourceError(.upstreamFailure, "Reading: Insufficient Scope.", recovery: .retry(after: nil))
            return Self.cutRead(inputs, cut: 3, tokens: false, error: error)
        }
        let error = await bench.failure(reader, .incremental, cursor: "number") { $0.options.commitBytes = 1 << 20 }
        #expect(error?.message == "Give the key the scope read." && reader.inputs.count == 1)
        #expect(try await bench.snapshot() == nil)
        let run = try #require(try bench.store?.runs().first)
        #expect(run.status == .failed && run.error == "Give the key the scope read." && run.endedAt != nil)
        let settings = try bench.store?.settings(connection: "bench", schema: "things")
        #expect(settings?.disabledReason == "Give the key the scope read.")
        try await bench.sync(ScriptedReader { _, _ in .rows([Self.thing(1)]) }, .incremental, cursor: "number")
        #expect(try bench.store?.settings(connection: "bench", schema: "things")?.disabledReason == nil)
    }

    @Test("an author who swallows the pipeline's errors does not hide them")
    func swallowed() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in
            SourceResponse(
                primaryKeys: ["id"],
                items: Items { emit in
                    for _ in 1...3 { try? await emit(.json(Array("nonsense".utf8), rows: "data")) }
                })
        }
        #expect(await bench.failure(reader, .fullRefresh)?.kind == .unexpectedAnswer)
        #expect(try await bench.snapshot() == nil)
    }

    @Test("a full refresh goes on from its token, each row once", arguments: [1, 2, 4])
    func resumedRefresh(_ batchRows: Int) async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { inputs, call in
            Self.cutRead(inputs, cut: call == 1 ? 5 : nil, tokens: true, error: Self.transient)
        }
        try await bench.sync(reader, .fullRefresh) { $0.options.batchRows = batchRows }
        #expect(reader.inputs.map { $0.resumeToken?.value } == [nil, 4])
        #expect(try await bench.rows("id") == ["1", "2", "3", "4", "5", "6"])
        #expect(try await bench.snapshot(stage: "rebuild") == nil)
    }

    @Test("a token is given back only to the same read", arguments: ["same", "config", "lookback", "old"])
    func tokenIdentity(_ change: String) async throws {
        let bench = try SyncBench()
        let stop = SourceError(.unexpectedAnswer, "Reading: odd.")
        func reader(_ config: JSONValue, cut: Int64?) -> ScriptedReader {
            ScriptedReader(identity: config) { inputs, _ in Self.cutRead(inputs, cut: cut, tokens: true, error: stop) }
        }
        #expect(await bench.failure(reader(["a": 1], cut: 5), .incremental, cursor: "number") != nil)
        let again = reader(change == "config" ? ["a": 2] : ["a": 1], cut: nil)
        if change == "old" { bench.clock.advance(by: .seconds(90_000)) }
        try await bench.sync(again, .incremental, cursor: "number") {
            if change == "lookback" { $0.lookback = .seconds(5) }
        }
        #expect(again.inputs[0].resumeToken?.value == (change == "same" ? 4 : nil))
        #expect(again.inputs[0].watermark.last == (change == "same" ? nil : .integer(3)))
        #expect(try await bench.rows("id") == ["1", "2", "3", "4", "5", "6"])
        let third = reader(["a": 1], cut: nil)
        try await bench.sync(third, .incremental, cursor: "number")
        #expect(third.inputs[0].resumeToken == nil)
        #expect(third.inputs[0].watermark.last == .integer(6))
    }

    @Test("a refused token starts the read anew without it", arguments: [SyncType.fullRefresh, .incremental])
    func expiredToken(_ syncType: SyncType) async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { inputs, call in
            if inputs.resumeToken != nil { throw SourceError(.resumeTokenExpired, "Reading: the cursor is gone.") }
            return Self.cutRead(inputs, cut: call == 1 ? 5 : nil, tokens: true, error: Self.transient)
        }
        try await bench.sync(reader, syncType, cursor: syncType == .fullRefresh ? nil : "number")
        #expect(reader.inputs.map { $0.resumeToken == nil } == [true, false, true])
        #expect(try await bench.rows("id") == ["1", "2", "3", "4", "5", "6"])
    }

    @Test("tokens are ignored where the response says so")
    func noResume() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { inputs, call in
            var response = Self.cutRead(inputs, cut: call == 1 ? 5 : nil, tokens: true, error: Self.transient)
            response.supportsResume = false
            return response
        }
        try await bench.sync(reader, .fullRefresh)
        #expect(reader.inputs.allSatisfy { $0.resumeToken == nil })
        #expect(try await bench.rows("id").count == 6)
    }

    @Test("a cancelled run commits what is complete, and the next one goes on from there")
    func cancellation() async throws {
        let bench = try SyncBench(withStore: true)
        let reader = ScriptedReader { inputs, call in
            guard call == 1 else { return Self.cutRead(inputs, cut: nil, tokens: false, error: Self.transient) }
            return SourceResponse(
                primaryKeys: ["id"],
                items: Items { emit in
                    for id in 1...4 { try await emit(.row(Self.thing(Int64(id)).object ?? [:])) }
                    withUnsafeCurrentTask { $0?.cancel() }
                    try await emit(.row(Self.thing(5).object ?? [:]))
                })
        }
        let task = Task {
            try await bench.sync(reader, .incremental, cursor: "number") {
                $0.options.commitBytes = 1 << 20
                $0.options.batchRows = 3
            }
        }
        #expect(try await task.value.wasCancelled)
        #expect(try await bench.rows("id") == ["1", "2", "3", "4"])
        #expect(try bench.store?.runs().first?.status == .cancelled)
        try await bench.sync(reader, .incremental, cursor: "number")
        #expect(reader.inputs[1].watermark.last == .integer(3))
        #expect(try await bench.rows("id").count == 6)
    }

    @Test("items may come from several tasks at once")
    func concurrentEmission() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in
            SourceResponse(
                primaryKeys: ["id"],
                items: Items { emit in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for lane in 0..<8 {
                            group.addTask {
                                for number in 0..<25 {
                                    try await emit(.row(Self.thing(Int64(lane * 100 + number)).object ?? [:]))
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                })
        }
        try await bench.sync(reader, .incremental, cursor: "number") {
            $0.options.batchRows = 7
            $0.options.commitBytes = 4_096
        }
        #expect(Set(try await bench.rows("id")).count == 200)
    }

    @Test("a full disk is final and told; a storage that fails for a moment is tried again", arguments: [true, false])
    func storageErrors(_ isFull: Bool) async throws {
        let bench = try SyncBench()
        let storage = FailingStorage(base: bench.lake, kind: isFull ? .diskFull : .io)
        let engine = SyncEngine(
            reader: ScriptedReader { inputs, _ in
                Self.cutRead(inputs, cut: nil, tokens: false, error: Self.transient)
            }, context: NoNetwork.context(clock: bench.clock), lake: storage, locks: .folder(bench.folder))
        let request = bench.request(.incremental, cursor: "number")
        guard isFull else {
            #expect(try await engine.run(request).attempts == 2)
            #expect(try await bench.rows("id").count == 6)
            return
        }
        let error = await #expect(throws: SourceError.self) { try await engine.run(request) }
        #expect(error?.kind == .storage && error?.message.contains("the test says so") == true)
        #expect(try await bench.snapshot() == nil)
    }

    @Test("a commit that another run made in between is not overwritten")
    func overtaken() async throws {
        let bench = try SyncBench()
        let other = try SyncBench()
        let reader = ScriptedReader { inputs, call in
            if call == 1 {
                // Another machine, which does not see our lock, syncs the same table meanwhile.
                let engine = SyncEngine(
                    reader: ScriptedReader { _, _ in .rows([Self.thing(1), Self.thing(2)]) },
                    context: NoNetwork.context(clock: bench.clock), lake: bench.lake, locks: .folder(other.folder))
                _ = try await engine.run(bench.request(.incremental, cursor: "number"))
            }
            return Self.cutRead(inputs, cut: nil, tokens: false, error: Self.transient)
        }
        let summary = try await bench.sync(reader, .incremental, cursor: "number")
        #expect(summary.attempts == 2)
        #expect(reader.inputs[1].watermark.last == .integer(2))
        #expect(try await bench.rows("id") == ["1", "2", "3", "4", "5", "6"])
    }
}

/// A storage whose first commit fails.
private final class FailingStorage: LakeStorage {
    private let base: LocalStorage
    private let kind: LakeError.Kind
    private let hasFailed = Lock(false)

    init(base: LocalStorage, kind: LakeError.Kind) {
        self.base = base
        self.kind = kind
    }

    var location: String { base.location }
    func list(_ folder: String) async throws -> [StoredFile] { try base.list(folder) }
    func size(of path: String) async throws -> Int? { try base.size(of: path) }
    func read(_ path: String, range: Range<Int>?) async throws -> [UInt8] { try base.read(path, range: range) }
    func createFile(_ path: String) async throws -> any LakeFile { try base.createFile(path) }
    func replace(_ path: String, with bytes: [UInt8]) async throws { try base.replace(path, with: bytes) }
    func delete(_ path: String) async throws { try base.delete(path) }
    func open(_ path: String) async throws -> any RandomAccessSource { try base.open(path) }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws -> Bool {
        let isFirst = hasFailed.withLock { failed in
            defer { failed = true }
            return !failed
        }
        guard !isFirst else {
            throw LakeError(kind, "Writing a file", path: path, problem: "the test says so", advice: "None.")
        }
        return try base.putIfAbsent(path, bytes)
    }
}
