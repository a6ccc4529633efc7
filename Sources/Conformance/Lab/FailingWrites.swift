import Lake
import Tributary

/// A disk that refuses one write, and works again afterwards.
struct FailingWrites: LakeStorage {
    /// What is written.
    enum Kind: String, CaseIterable {
        case file
        case commit

        /// The step of a run that it is.
        var step: StepCounter.Step { self == .file ? .write : .commit }
    }

    let base: any LakeStorage
    let kind: Kind
    /// The write of this kind that is refused, counted from 1.
    let failing: Int
    private let count = Lock(0)

    init(_ base: any LakeStorage, _ kind: Kind, failing: Int) {
        self.base = base
        self.kind = kind
        self.failing = failing
    }

    var location: String { base.location }
    func list(_ folder: String) async throws -> [StoredFile] { try await base.list(folder) }
    func size(of path: String) async throws -> Int? { try await base.size(of: path) }
    func read(_ path: String, range: Range<Int>?) async throws -> [UInt8] { try await base.read(path, range: range) }
    func delete(_ path: String) async throws { try await base.delete(path) }
    func open(_ path: String) async throws -> any RandomAccessSource { try await base.open(path) }

    func createFile(_ path: String) async throws -> any LakeFile {
        RefusableFile(base: try await base.createFile(path)) { try refuse(.file, path) }
    }

    func replace(_ path: String, with bytes: [UInt8]) async throws {
        try refuse(.file, path)
        try await base.replace(path, with: bytes)
    }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws -> Bool {
        try refuse(path.containsASCII("_delta_log") ? .commit : .file, path)
        return try await base.putIfAbsent(path, bytes)
    }

    private func refuse(_ write: Kind, _ path: String) throws {
        guard write == kind else { return }
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard number == failing else { return }
        throw LakeError(
            .io, "Writing a \(kind.rawValue)", path: path, problem: "the disk refuses it",
            advice: "This disk fails on purpose.")
    }
}

/// A file whose end may be refused.
private struct RefusableFile: LakeFile {
    let base: any LakeFile
    let refuse: @Sendable () throws -> Void

    func write(_ bytes: [UInt8]) async throws { try await base.write(bytes) }

    func finish() async throws {
        try refuse()
        try await base.finish()
    }

    func abandon() async { await base.abandon() }
}
