import Columns
import Crypto
import Foundation
import Tributary

/// The files of a scenario in memory, on their way to the disk: all of them, or none.
public struct ScenarioFiles: Sendable {
    /// Contents by path in the scenario's folder.
    public var files: [String: [UInt8]]

    public init(_ files: [String: [UInt8]] = [:]) { self.files = files }

    /// Reads a scenario's folder; empty when there is none.
    public init(reading folder: URL) {
        files = [:]
        guard let walker = FileManager.default.enumerator(atPath: folder.path) else { return }
        for case let path as String in walker {
            var isFolder: ObjCBool = false
            let file = folder.appendingPathComponent(path).path
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            if let data = FileManager.default.contents(atPath: file) { files[path] = [UInt8](data) }
        }
    }

    /// What a scanner finds in them, as files of `name`, such as `acme/orders`.
    public func findings(_ scanner: LeakScanner, name: String) -> [LeakFinding] {
        files.sorted { $0.key < $1.key }.flatMap { scanner.scan($0.value, file: "\(name)/\($0.key)") }
    }

    /// SHA-256 of one file's content, as a manifest has it.
    public static func digest(_ content: [UInt8]) -> String {
        "sha256:" + Hexadecimal.text(SHA256.hash(data: Data(content)))
    }

    /// SHA-256 over HAR files, cassettes and bodies: an edit by hand breaks it.
    public var seal: String {
        var hash = SHA256()
        for (path, content) in files.sorted(by: { $0.key < $1.key }) where Self.isSealed(path) {
            hash.update(data: Data("\(path)\0\(content.count)\0".utf8))
            hash.update(data: Data(content))
        }
        return "sha256:" + Hexadecimal.text(hash.finalize())
    }

    private static func isSealed(_ path: String) -> Bool {
        path.hasSuffix(".har") || path.hasSuffix(".dbc") || path.hasPrefix("bodies/") || path.hasPrefix("seed/")
    }

    /// Writes the scenario in place of what is there. A failure half-way leaves what was there.
    ///
    /// - Throws: The file system's error, or a `SourceError` of kind `storage`.
    public func write(to folder: URL) throws {
        let manager = FileManager.default
        let parent = folder.deletingLastPathComponent()
        try manager.createDirectory(at: parent, withIntermediateDirectories: true)
        let draft = parent.appendingPathComponent(".\(folder.lastPathComponent)-\(UUID().uuidString.prefix(8))")
        defer { try? manager.removeItem(at: draft) }
        for (path, content) in files {
            let file = draft.appendingPathComponent(path)
            try manager.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content).write(to: file)
        }
        guard manager.fileExists(atPath: folder.path) else { return try manager.moveItem(at: draft, to: folder) }
        let old = parent.appendingPathComponent(draft.lastPathComponent + "-old")
        try manager.moveItem(at: folder, to: old)
        do {
            try manager.moveItem(at: draft, to: folder)
        } catch {
            try manager.moveItem(at: old, to: folder)
            throw error
        }
        try manager.removeItem(at: old)
    }
}

extension JSONValue {
    /// The text of a file: indented by two, with an end to its last line.
    package var document: [UInt8] { serialized(indentation: 2) + [0x0A] }
}
