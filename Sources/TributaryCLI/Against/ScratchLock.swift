import Foundation
import Tributary

/// Keeps a folder to one process at a time: an advisory lock of the kernel (`flock(2)`), which ends with the process.
final class ScratchLock {
    private let descriptor: Int32

    /// Waits until no other process has the lock.
    ///
    /// - Throws: `SourceError` of kind `storage` where the folder is not writable.
    init(_ file: URL) throws {
        descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SourceError(.storage, "Locking \(file.path): \(String(cString: strerror(errno))).")
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            Console.note("Another comparison is building; waiting for it.")
            while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        }
    }

    deinit { close(descriptor) }
}
