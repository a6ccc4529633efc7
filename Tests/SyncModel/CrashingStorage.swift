import Lake

/// A storage whose every operation is two steps of a ``CrashPoint``: before it, and after it.
public struct CrashingStorage: LakeStorage {
    let base: LocalStorage
    let crash: CrashPoint

    public init(_ base: LocalStorage, _ crash: CrashPoint) {
        self.base = base
        self.crash = crash
    }

    public var location: String { base.location }

    public func list(_ folder: String) async throws -> [StoredFile] {
        try crash.step()
        return try base.list(folder)
    }

    public func size(of path: String) async throws -> Int? { try base.size(of: path) }

    public func read(_ path: String, range: Range<Int>?) async throws -> [UInt8] {
        try crash.step()
        return try base.read(path, range: range)
    }

    public func createFile(_ path: String) async throws -> any LakeFile {
        try crash.step()
        return CrashingFile(base: try base.createFile(path), crash: crash)
    }

    public func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws -> Bool {
        try crash.step()
        let isFirst = try base.putIfAbsent(path, bytes)
        try crash.step()
        return isFirst
    }

    public func replace(_ path: String, with bytes: [UInt8]) async throws {
        try crash.step()
        try base.replace(path, with: bytes)
        try crash.step()
    }

    public func delete(_ path: String) async throws {
        try crash.step()
        try base.delete(path)
        try crash.step()
    }

    public func open(_ path: String) async throws -> any RandomAccessSource { try base.open(path) }
}

/// A file that may be cut short by the crash.
struct CrashingFile: LakeFile {
    let base: any LakeFile
    let crash: CrashPoint

    func write(_ bytes: [UInt8]) async throws {
        try crash.step()
        try await base.write(bytes)
    }

    func finish() async throws {
        try crash.step()
        try await base.finish()
        try crash.step()
    }

    func abandon() async { await base.abandon() }
}
