import Foundation

/// A folder under the system's temporary folder that goes away with the value.
public final class TemporaryFolder: Sendable {
    public let url: URL

    /// Makes an empty folder that only its owner can enter.
    public init(_ label: String = "tributary") throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("\(label)-\(UUID().uuidString.prefix(13))")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
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
