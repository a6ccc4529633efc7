import Crypto
import Foundation
import Tributary

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// Where the key of a state store comes from: the variable `TRIBUTARY_KEY`, else a file that only its owner may read.
enum KeyFile {
    static let variable = "TRIBUTARY_KEY"
    static let byteCount = 32

    /// The key; the file is made on first use.
    static func key(in folder: String, environment: [String: String]) throws -> [UInt8] {
        if let text = environment[variable], !text.isEmpty { return try parse(text, from: "$\(variable)") }
        let path = folder + "/key"
        guard FileManager.default.fileExists(atPath: path) else { return try create(path) }
        try checkPermissions(path)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SourceError(
                .storage, "Reading the key file \(path): it cannot be read.", advice: "Check who owns the file.")
        }
        return try parse(String(decoding: data, as: UTF8.self), from: path)
    }

    private static func parse(_ text: String, from place: String) throws -> [UInt8] {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if let data = Data(base64Encoded: text), data.count == byteCount { return Array(data) }
        throw SourceError(
            .invalidConfig, "Reading the key from \(place): not \(byteCount) bytes in base 64.",
            advice: "Make a key with: head -c 32 /dev/urandom | base64")
    }

    private static func checkPermissions(_ path: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw SourceError(
                .storage, "Reading the key file \(path): others than its owner may read it.",
                advice: "Run: chmod 600 \(path)")
        }
    }

    /// Makes the file under another name and links it into place: of two first runs at once one wins, and the other
    /// reads the winner's key, whole.
    private static func create(_ path: String) throws -> [UInt8] {
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let text = Data(key).base64EncodedString() + "\n"
        let temporary = path + ".\(UUID().uuidString)"
        let made = FileManager.default.createFile(
            atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard made else {
            throw SourceError(
                .storage, "Writing the key file \(path): the folder is not writable.",
                advice: "Choose another state folder, or give the key in $\(variable).")
        }
        defer { unlink(temporary) }
        if link(temporary, path) == 0 { return key }
        guard errno == EEXIST, let data = FileManager.default.contents(atPath: path) else {
            throw SourceError(.storage, "Writing the key file \(path): \(String(cString: strerror(errno))).")
        }
        return try parse(String(decoding: data, as: UTF8.self), from: path)
    }
}
