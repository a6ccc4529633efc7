/// Where the lake's files lie: a local folder, or a bucket.
///
/// Paths are relative to the storage's root, with `/` between names, and cannot leave it (see ``LakePath``). All errors
/// are ``LakeError``. A file, once there, never changes, except by ``replace(_:with:)``.
public protocol LakeStorage: Sendable {
    /// How messages and other engines address the root: an absolute folder, or `s3://bucket/prefix`.
    var location: String { get }

    /// The files below `folder`, at any depth, in order of their paths; none when the folder is not there.
    func list(_ folder: String) async throws -> [StoredFile]

    /// The length of a file in bytes, or nil when it is not there.
    func size(of path: String) async throws -> Int?

    /// Reads `range` of a file, or all of it.
    func read(_ path: String, range: Range<Int>?) async throws -> [UInt8]

    /// Starts a new file that is seen by others only once it is finished.
    func createFile(_ path: String) async throws -> any LakeFile

    /// Puts a small file there unless one of that name exists, as one indivisible step that has reached the disk when it
    /// returns. False: another file was there first, and was left alone.
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws -> Bool

    /// Puts a small file there, in place of any old one, as one indivisible step.
    func replace(_ path: String, with bytes: [UInt8]) async throws

    /// Deletes a file; one that is not there is no error.
    func delete(_ path: String) async throws

    /// A file opened for reading at any place.
    func open(_ path: String) async throws -> any RandomAccessSource
}

/// A new file that grows at its end.
public protocol LakeFile: ByteSink {
    /// Makes the file durable, and visible under its name. It takes no more bytes.
    func finish() async throws
    /// Throws away what was written. Does nothing after ``finish()``.
    func abandon() async
}

/// One file of a storage.
public struct StoredFile: Hashable, Sendable {
    /// Relative to the root of the storage.
    public var path: String
    /// The length in bytes.
    public var size: Int
    /// When the file was last written: microseconds since 1970, UTC, by the storage's own clock.
    public var modified: Int64

    public init(path: String, size: Int, modified: Int64) {
        self.path = path
        self.size = size
        self.modified = modified
    }
}
