import Foundation

/// Compression for tests, by the system's own `gzip`.
public enum Gzip {
    /// A gzip stream of the bytes.
    public static func compress(_ bytes: [UInt8]) async throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let file = folder.file("plain")
        try Data(bytes).write(to: file)
        try await ServerProcess.check("/bin/gzip", ["-9", "-k", file.path], folder: folder.url)
        return Array(try Data(contentsOf: folder.file("plain.gz")))
    }
}
