import Columns
import Lake
import Tributary

/// A lake in memory: fast, copied in a moment, and cut off at any write.
public final class MemoryLake: LakeStorage {
    /// The files by path; a value, so that a lake is forked by copying it.
    public typealias Files = [String: [UInt8]]

    private let files: Lock<Files>
    private let steps: StepCounter?

    public let location = "memory:"

    public init(_ files: Files = [:], steps: StepCounter? = nil) {
        self.files = Lock(files)
        self.steps = steps
    }

    /// All files as they are now.
    public var contents: Files { files.withLock { $0 } }

    public func list(_ folder: String) async throws -> [StoredFile] {
        contents.filter { $0.key.hasPrefix(folder + "/") }
            .map { StoredFile(path: $0.key, size: $0.value.count, modified: 0) }
            .sorted { $0.path < $1.path }
    }

    public func size(of path: String) async throws -> Int? { files.withLock { $0[path]?.count } }

    public func read(_ path: String, range: Range<Int>?) async throws -> [UInt8] {
        guard let bytes = files.withLock({ $0[path] }) else { throw missing(path) }
        guard let range else { return bytes }
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { throw missing(path) }
        return Array(bytes[range])
    }

    public func createFile(_ path: String) async throws -> any LakeFile { MemoryFile(path: path, lake: self) }

    public func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws -> Bool {
        try steps?.pass(path.containsASCII("_delta_log") ? .commit : .write)
        return files.withLock { files in
            guard files[path] == nil else { return false }
            files[path] = bytes
            return true
        }
    }

    public func replace(_ path: String, with bytes: [UInt8]) async throws { try write(path, bytes) }

    public func delete(_ path: String) async throws {
        try steps?.pass(.write)
        _ = files.withLock { $0.removeValue(forKey: path) }
    }

    public func open(_ path: String) async throws -> any RandomAccessSource {
        MemoryContent(name: path, bytes: try await read(path, range: nil))
    }

    func write(_ path: String, _ bytes: [UInt8]) throws {
        try steps?.pass(.write)
        files.withLock { $0[path] = bytes }
    }

    private func missing(_ path: String) -> LakeError {
        LakeError(
            .missing, "Reading a file", path: path, problem: "it is not there", advice: "This is a lake in memory.")
    }
}

/// A file on its way into a ``MemoryLake``.
private actor MemoryFile: LakeFile {
    private let path: String
    private let lake: MemoryLake
    private var bytes: [UInt8] = []

    init(path: String, lake: MemoryLake) {
        self.path = path
        self.lake = lake
    }

    func write(_ bytes: [UInt8]) async throws { self.bytes.append(contentsOf: bytes) }
    func finish() async throws { try lake.write(path, bytes) }
    func abandon() async { bytes = [] }
}

/// A whole file in memory, open for reading.
private struct MemoryContent: RandomAccessSource {
    let name: String
    let bytes: [UInt8]
    var size: Int { bytes.count }
    func read(_ range: Range<Int>) async throws -> [UInt8] { Array(bytes[range]) }
}
