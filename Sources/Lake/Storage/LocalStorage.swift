import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The lake in a folder of this machine.
///
/// A commit is made with `link(2)`, which fails where the name is taken; `rename(2)` would overwrite. The folder must be
/// on a file system with hard links.
public struct LocalStorage: LakeStorage {
    public let location: String
    /// Whether files and folders are brought to the disk (`fsync`). Off, a crash of the machine may lose commits; a crash
    /// of the process alone never does.
    private let isDurable: Bool

    /// Makes a storage on `folder`, which is created with the first file.
    public init(_ folder: String, isDurable: Bool = true) {
        let trimmed = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        location = trimmed.isEmpty ? "." : trimmed
        self.isDurable = isDurable
    }

    public func list(_ folder: String) throws -> [StoredFile] {
        if !folder.isEmpty { try LakePath.check(folder) }
        var found: [StoredFile] = []
        try walk(folder, into: &found)
        return found.sorted { $0.path < $1.path }
    }

    public func size(of path: String) throws -> Int? {
        let full = try absolute(path)
        var status = stat()
        guard stat(full, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SystemCalls.failure("Asking for the size of a file", full)
        }
        return Int(status.st_size)
    }

    public func read(_ path: String, range: Range<Int>?) throws -> [UInt8] {
        let file = try LocalSource(path: absolute(path))
        return try file.read(range ?? 0..<file.size)
    }

    public func open(_ path: String) throws -> any RandomAccessSource { try LocalSource(path: absolute(path)) }

    public func createFile(_ path: String) throws -> any LakeFile { try makeFile(path) }

    public func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws -> Bool {
        let file = try makeFile(path)
        try file.write(bytes)
        return try file.publish(replacing: false)
    }

    public func replace(_ path: String, with bytes: [UInt8]) throws {
        let file = try makeFile(path)
        try file.write(bytes)
        _ = try file.publish(replacing: true)
    }

    public func delete(_ path: String) throws {
        let full = try absolute(path)
        guard unlink(full) == 0 || errno == ENOENT || errno == ENOTDIR else {
            throw SystemCalls.failure("Deleting a file", full)
        }
        removeEmptyFolders(above: path)
    }

    private func makeFile(_ path: String) throws -> LocalFile {
        let full = try absolute(path)
        try SystemCalls.makeFolders(SystemCalls.parent(full), durable: isDurable)
        return try LocalFile(path: full, isDurable: isDurable)
    }

    private func absolute(_ path: String) throws -> String {
        try LakePath.check(path)
        return "\(location)/\(path)"
    }

    /// Partition folders that ran empty go too; a folder that is not empty refuses, and that is fine.
    private func removeEmptyFolders(above path: String) {
        var folder = SystemCalls.parent(path)
        while folder != ".", rmdir("\(location)/\(folder)") == 0 { folder = SystemCalls.parent(folder) }
    }

    private func walk(_ folder: String, into found: inout [StoredFile]) throws {
        let full = folder.isEmpty ? location : "\(location)/\(folder)"
        guard let stream = opendir(full) else {
            if errno == ENOENT || errno == ENOTDIR { return }
            throw SystemCalls.failure("Listing a folder", full)
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            try visit(folder.isEmpty ? name : "\(folder)/\(name)", into: &found)
        }
    }

    private func visit(_ path: String, into found: inout [StoredFile]) throws {
        var status = stat()
        // Symbolic links are not followed: they could leave the lake. A file may vanish while the folder is listed.
        guard lstat("\(location)/\(path)", &status) == 0 else { return }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: try walk(path, into: &found)
        case S_IFREG:
            let modified = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1_000
            found.append(StoredFile(path: path, size: Int(status.st_size), modified: modified))
        default: break
        }
    }
}

/// A new local file: written under a name of its own, and given its final name when it is complete.
final class LocalFile: LakeFile {
    /// The open descriptor, or -1 once the file is finished or abandoned.
    private let descriptor: Atomic<Int32>
    private let path: String
    private let temporary: String
    private let isDurable: Bool

    init(path: String, isDurable: Bool) throws {
        self.path = path
        self.isDurable = isDurable
        let unique = String(UInt64.random(in: 0 ... .max), radix: 36)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        temporary = "\(SystemCalls.parent(path))/.\(name.prefix(200)).\(unique).tmp"
        let opened = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        descriptor = Atomic(opened)
        guard opened >= 0 else { throw SystemCalls.failure("Creating a file", path) }
    }

    deinit { discard() }

    func write(_ bytes: [UInt8]) throws {
        try SystemCalls.writeAll(descriptor.load(ordering: .relaxed), bytes, path: path)
    }

    func finish() throws { _ = try publish(replacing: true) }

    func abandon() { discard() }

    /// Gives the file its name. False when it may not replace a file and one is there.
    func publish(replacing: Bool) throws -> Bool {
        defer { discard() }
        let file = descriptor.load(ordering: .relaxed)
        guard !isDurable || fsync(file) == 0 else { throw SystemCalls.failure("Bringing a file to the disk", path) }
        if replacing {
            guard rename(temporary, path) == 0 else { throw SystemCalls.failure("Naming a file", path) }
        } else if link(temporary, path) != 0 {
            if errno == EEXIST { return false }
            throw SystemCalls.failure("Committing", path)
        }
        if isDurable { try SystemCalls.syncFolder(SystemCalls.parent(path)) }
        return true
    }

    private func discard() {
        let file = descriptor.exchange(-1, ordering: .relaxed)
        guard file >= 0 else { return }
        close(file)
        // After a rename the name is gone already.
        unlink(temporary)
    }
}

/// A local file opened for reading, which tasks may share (`pread`).
final class LocalSource: RandomAccessSource {
    let name: String
    let size: Int
    private let descriptor: Int32

    init(path: String) throws {
        name = path
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCalls.failure("Opening a file", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = SystemCalls.failure("Asking for the size of a file", path)
            close(descriptor)
            throw error
        }
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    func read(_ range: Range<Int>) throws -> [UInt8] { try SystemCalls.readAll(descriptor, range, path: name) }
}
