import Foundation

/// A folder under the system's temporary folder that goes away with the value.
public final class TemporaryFolder: Sendable {
    public let url: URL

    /// Makes an empty folder that only its owner can enter.
    ///
    /// - Parameter prefersMemory: whether it lies in memory where the system has room for it there: for servers that make
    ///   and drop thousands of files.
    public init(_ label: String = "tributary", prefersMemory: Bool = false) throws {
        let place = prefersMemory ? Self.memory : nil
        url = (place ?? FileManager.default.temporaryDirectory)
            .appendingPathComponent("\(label)-\(UUID().uuidString.prefix(13))")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Linux's folder in memory, if 2 GiB are free there: in a container it may hold next to nothing.
    private static var memory: URL? {
        let place = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
        let free = try? FileManager.default.attributesOfFileSystem(forPath: place.path)[.systemFreeSize] as? NSNumber
        guard let free, free.int64Value >= 2 << 30, FileManager.default.isWritableFile(atPath: place.path) else {
            return nil
        }
        return place
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of the folder.
    public var path: String { url.path }

    /// A place inside it.
    public func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    /// Writes a text file and gives its path.
    @discardableResult
    public func write(_ text: String, to name: String, permissions: Int = 0o600) throws -> String {
        let file = file(name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file.path)
        return file.path
    }
}
