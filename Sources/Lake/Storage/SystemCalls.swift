#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The few system calls that the local storage needs, with errors that say what to do.
enum SystemCalls {
    /// The error of the last system call, as a ``LakeError``.
    static func failure(_ action: String, _ path: String, code: Int32 = errno) -> LakeError {
        let problem = String(cString: strerror(code)).lowercasedFirst
        let (kind, advice): (LakeError.Kind, String) =
            switch code {
            case ENOSPC, EDQUOT, EFBIG:
                (.diskFull, "Free space on the disk, or choose a lake folder on another one, and run again.")
            case EACCES, EPERM, EROFS:
                (.notWritable, "Give this user the right to write there, or choose another lake folder.")
            case ENOTDIR, EEXIST, EISDIR:
                (.notWritable, "A file stands where a folder is needed, or the reverse; choose another lake folder.")
            case ENOENT: (.missing, "Check that nobody deletes files of the lake by hand.")
            case EMFILE, ENFILE: (.io, "Raise the limit of open files (ulimit -n).")
            default: (.io, "Check the disk and its mount, and run again.")
            }
        return LakeError(kind, action, path: path, problem: problem, advice: advice)
    }

    /// Makes a folder and all above it; those that are there already are fine. Brings new entries to the disk.
    static func makeFolders(_ path: String, durable: Bool) throws {
        if mkdir(path, 0o755) == 0 {
            if durable { try syncFolder(parent(path)) }
            return
        }
        switch errno {
        case EEXIST:
            guard isFolder(path) else { throw failure("Making a folder", path, code: ENOTDIR) }
        case ENOENT where parent(path) != path:
            try makeFolders(parent(path), durable: durable)
            try makeFolders(path, durable: durable)
        default: throw failure("Making a folder", path)
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Brings the entries of a folder to the disk, so that a new name survives a crash of the machine.
    static func syncFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("Opening a folder", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("Bringing a folder to the disk", path) }
    }

    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], path: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count, let base = buffer.baseAddress {
                let wrote = write(descriptor, base + done, buffer.count - done)
                if wrote < 0 && errno == EINTR { continue }
                guard wrote >= 0 else { throw failure("Writing a file", path) }
                done += wrote
            }
        }
    }

    static func readAll(_ descriptor: Int32, _ range: Range<Int>, path: String) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while count < range.count, let base = buffer.baseAddress {
                let got = pread(descriptor, base + count, range.count - count, off_t(range.lowerBound + count))
                if got < 0 && errno == EINTR { continue }
                guard got >= 0 else { throw failure("Reading a file", path) }
                guard got > 0 else {
                    throw LakeError(
                        .corrupt, "Reading a file", path: path,
                        problem: "it ends at byte \(range.lowerBound + count), before byte \(range.upperBound)",
                        advice: "The file was cut short; restore it, or reset the table and sync it again.")
                }
                count += got
            }
        }
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
