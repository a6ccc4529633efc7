import Foundation
import Tributary

/// Where the key of the pseudonyms is kept: never in the repository.
///
/// `TRIBUTARY_PSEUDONYM_KEY` (at least 16 bytes in base 64), else a file that is made on first use and that its owner alone
/// may read. Whoever is to record a further state of a scenario needs the same key.
public enum PseudonymKey {
    /// The environment variable that may hold it.
    public static let variable = "TRIBUTARY_PSEUDONYM_KEY"

    /// Finds the key, or makes one.
    ///
    /// - Throws: `SourceError` of kind `invalidConfig` for a key that is none, or a file that cannot be read or written.
    public static func find(environment: [String: String], file: URL) throws -> [UInt8] {
        if let text = environment[variable], !text.isEmpty { return try bytes(text, from: variable) }
        if let data = FileManager.default.contents(atPath: file.path) {
            return try bytes(String(decoding: data, as: UTF8.self), from: file.path)
        }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let isWritten = FileManager.default.createFile(
            atPath: file.path, contents: Data((Data(key).base64EncodedString() + "\n").utf8),
            attributes: [.posixPermissions: 0o600])
        guard isWritten else {
            throw SourceError(
                .invalidConfig, "Keeping the key of the pseudonyms in \(file.path): it cannot be written.",
                advice:
                    "Name another state folder with --state-folder, or set \(variable) to 32 random bytes in base 64.")
        }
        return key
    }

    private static func bytes(_ text: String, from place: String) throws -> [UInt8] {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let data = Data(base64Encoded: text), data.count >= 16 else {
            throw SourceError(
                .invalidConfig,
                "Reading the key of the pseudonyms from \(place): it is not base 64 of 16 bytes or more.",
                advice: "Make one with: head -c 32 /dev/urandom | base64")
        }
        return [UInt8](data)
    }
}
