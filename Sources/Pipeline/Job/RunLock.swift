import Foundation
import Lake
import Tributary

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// What lets one run of a table go on at a time.
public enum RunLocks: Sendable {
    /// Locks in `.locks` of a lake that is a local folder, else in `locks` of the store's folder, else in a folder among
    /// the system's temporary files.
    case automatic
    /// Locks in this folder, which is made if it is not there.
    case folder(String)
    /// No lock: for a lake that no other run can see, such as one in memory.
    case none

    /// Takes the lock of a table; nil where there is none to take.
    func lock(
        table: String, _ lake: any LakeStorage, _ store: StateStore?, startedAt: Int64
    ) throws -> RunLock? {
        let folder: String
        switch self {
        case .automatic where lake is LocalStorage: folder = lake.location + "/.locks"
        case .automatic: folder = store.map { $0.folder + "/locks" } ?? NSTemporaryDirectory() + "/tributary-locks"
        case .folder(let path): folder = path
        case .none: return nil
        }
        return try RunLock(folder: folder, table: table, startedAt: startedAt)
    }
}

/// Holds the lock of a table, on one machine.
///
/// It is an advisory lock of the kernel (`flock(2)`) on a small file, so it ends with the process, however that ends: a
/// lock left over by `kill -9` blocks nobody. The file tells who holds it. Runs on other machines are kept apart by the
/// lake's commits.
final class RunLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock of a table, or says who holds it.
    ///
    /// - Throws: `SourceError` of kind `alreadyRunning`, or `storage` where the folder is not writable.
    init(folder: String, table: String, startedAt: Int64) throws {
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let path = folder + "/" + LakePath.escapedName(table) + ".lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SourceError(
                .storage, "Locking \(table): \(path): \(String(cString: strerror(errno))).",
                advice: "Choose a lake, or a folder for locks, that this user may write to.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.holder(descriptor)
            close(descriptor)
            throw SourceError(
                .alreadyRunning, "Starting a sync of \(table): \(holder) is syncing this table.",
                advice: "Wait until it ends, or stop that process.")
        }
        writeHolder(startedAt)
    }

    deinit {
        ftruncate(descriptor, 0)
        // A child process that is just being started still has the descriptor, and would keep the lock for a moment longer.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private func writeHolder(_ startedAt: Int64) {
        let date = Date(timeIntervalSince1970: Double(startedAt) / 1_000_000)
        let text = "process \(getpid()), started \(date.ISO8601Format()),"
        ftruncate(descriptor, 0)
        // What the file says is for people; the lock holds without it.
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 200)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : "another process"
    }
}
