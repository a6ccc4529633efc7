#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A local file, read with `pread` so that tasks can share it.
public final class FileSource: RandomAccessSource {
    public let name: String
    public let size: Int
    private let descriptor: Int32

    /// Opens the file at `path` for reading; it is closed with the last reference.
    public init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        name = path
        guard descriptor >= 0 else { throw ParquetError.system("opening it for reading", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = ParquetError.system("asking for its size", path)
            close(descriptor)
            throw error
        }
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    public func read(_ range: Range<Int>) throws -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= size else {
            throw ParquetError(.io, "bytes \(range) were asked for, of \(size)", file: name)
        }
        return try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while count < range.count, let base = buffer.baseAddress {
                let got = pread(descriptor, base + count, range.count - count, off_t(range.lowerBound + count))
                if got < 0 && errno == EINTR { continue }
                guard got >= 0 else { throw ParquetError.system("reading", name) }
                guard got > 0 else { throw ParquetError(.io, "it became shorter while it was read", file: name) }
                count += got
            }
        }
    }
}

/// A new local file, written from front to back.
///
/// `close()` makes it durable. A file that was not closed is to be deleted by whoever made it.
public actor FileSink: ByteSink {
    public nonisolated let path: String
    private var descriptor: Int32

    /// Creates the file at `path`; one that is there already is an error.
    public init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw ParquetError.system("creating it", path) }
    }

    deinit { if descriptor >= 0 { _ = systemClose(descriptor) } }

    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count, let base = buffer.baseAddress {
                let wrote = systemWrite(descriptor, base + done, buffer.count - done)
                if wrote < 0 && errno == EINTR { continue }
                guard wrote >= 0 else { throw ParquetError.system("writing", path) }
                done += wrote
            }
        }
    }

    /// Brings the bytes to the disk (`fsync`) when `durable`, and closes the file.
    public func close(durable: Bool = true) throws {
        guard descriptor >= 0 else { return }
        defer { descriptor = -1 }
        let synced = !durable || fsync(descriptor) == 0
        let error = synced ? nil : ParquetError.system("bringing it to the disk", path)
        guard systemClose(descriptor) == 0, synced else { throw error ?? ParquetError.system("closing it", path) }
    }
}

// Inside a type that has `close` and `write` of its own, the system's functions need another name.
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

extension ParquetError {
    /// The error of the last system call.
    fileprivate static func system(_ action: String, _ path: String) -> ParquetError {
        ParquetError(.io, "\(action): \(String(cString: strerror(errno)))", file: path)
    }
}
