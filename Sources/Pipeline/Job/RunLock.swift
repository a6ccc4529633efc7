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

/// Lets one run of a table go on at a time, on one machine.
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
