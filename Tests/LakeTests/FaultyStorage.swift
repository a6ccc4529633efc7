import TestSupport

@testable import Lake

/// A storage that breaks at one call, and stays broken: what a crash, a full disk or a lost network look like to a writer.
final class FaultyStorage: LakeStorage {
    struct State: Sendable {
        var calls = 0
        var breaksAt: Int?
        var fault = LakeError(.io, "Working", path: "", problem: "broken by the test", advice: "None.")
        /// Whether the call that breaks has its effect before it fails: the answer is lost, not the request.
        var answerIsLost = false
        var recovers = false
        var log: [String] = []
    }

    private let inner: LocalStorage
    private let state: Guarded<State>

    init(_ inner: LocalStorage) {
        self.inner = inner
        state = Guarded(State())
    }

    var location: String { inner.location }

    /// Breaks at the call after `count` more; nil never.
    func breakAfter(_ count: Int?, _ fault: LakeError? = nil, answerIsLost: Bool = false, recovers: Bool = false) {
        state.withLock {
            $0.calls = 0
            $0.breaksAt = count
            $0.answerIsLost = answerIsLost
            $0.recovers = recovers
            if let fault { $0.fault = fault }
            $0.log = []
        }
    }

    /// Calls since ``breakAfter(_:_:answerIsLost:recovers:)``.
    var calls: Int { state.withLock { $0.calls } }
    /// The names of the calls.
    var log: [String] { state.withLock { $0.log } }

    /// Counts a call, and throws when it is to break; `body` is its effect.
    func step<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        let (breaks, state) = state.withLock { state in
            state.log.append(name)
            defer { state.calls += 1 }
            guard let at = state.breaksAt else { return (false, state) }
            return (state.recovers ? state.calls == at : state.calls >= at, state)
        }
        guard breaks else { return try body() }
        if state.answerIsLost, state.calls == state.breaksAt { _ = try body() }
        throw state.fault
    }

    func list(_ folder: String) throws -> [StoredFile] { try step("list \(folder)") { try inner.list(folder) } }
    func size(of path: String) throws -> Int? { try step("size \(path)") { try inner.size(of: path) } }
    func read(_ path: String, range: Range<Int>?) throws -> [UInt8] {
        try step("read \(path)") { try inner.read(path, range: range) }
    }
    func createFile(_ path: String) throws -> any LakeFile {
        try step("create \(path)") { FaultyFile(storage: self, inner: try inner.createFile(path), path: path) }
    }
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws -> Bool {
        try step("put \(path)") { try inner.putIfAbsent(path, bytes) }
    }
    func replace(_ path: String, with bytes: [UInt8]) throws {
        try step("replace \(path)") { try inner.replace(path, with: bytes) }
    }
    func delete(_ path: String) throws { try step("delete \(path)") { try inner.delete(path) } }
    func open(_ path: String) throws -> any RandomAccessSource { try step("open \(path)") { try inner.open(path) } }
}

/// A new file of a storage that breaks.
final class FaultyFile: LakeFile {
    private let storage: FaultyStorage
    private let inner: any LakeFile
    private let path: String

    init(storage: FaultyStorage, inner: any LakeFile, path: String) {
        self.storage = storage
        self.inner = inner
        self.path = path
    }

    func write(_ bytes: [UInt8]) async throws {
        try storage.step("write \(path)") {}
        try await inner.write(bytes)
    }

    func finish() async throws {
        try storage.step("finish \(path)") {}
        try await inner.finish()
    }

    func abandon() async { await inner.abandon() }
}
