import ArgumentParser
import Foundation

/// The files of a new source, made in memory, written together or not at all.
struct SourceDraft {
    static let registryPath = "Sources/SourceCatalog/Registry.swift"

    /// A file to be written, relative to the package.
    struct File {
        var path: String
        var text: String
    }

    let files: [File]
    private let registry: String
    private let package: URL

    /// Fills the templates.
    ///
    /// - Throws: `ValidationError` when the folder is not this package, or something of this name is there.
    init(type: SourceTypeName, marks: [String: String], package: URL) throws {
        self.package = package
        let swift = try Self.filled("Templates/source-rest/Source.swift", marks, in: package)
        let icon = try Self.filled("Templates/source-rest/icon.svg", marks, in: package)
        files = [
            File(path: "Sources/SourceCatalog/\(type.text)/\(type.text)Source.swift", text: swift),
            File(path: "Sources/SourceCatalog/Icons/\(type.text.lowercased()).svg", text: icon),
        ]
        for file in files where FileManager.default.fileExists(atPath: package.appending(path: file.path).path) {
            throw ValidationError("Making the source \(type.text): \(file.path) is there already; choose another name.")
        }
        registry = try RegistryEdit(text: Self.text(Self.registryPath, in: package)).adding("\(type.text)Source")
    }

    /// Writes everything; on an error takes back what was written.
    func write() throws {
        var written: [URL] = []
        do {
            for file in files {
                let url = package.appending(path: file.path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                written.append(url)
                try file.text.write(to: url, atomically: true, encoding: .utf8)
            }
            try registry.write(to: package.appending(path: Self.registryPath), atomically: true, encoding: .utf8)
        } catch {
            for url in written { try? FileManager.default.removeItem(at: url) }
            if let folder = written.first?.deletingLastPathComponent() {
                try? FileManager.default.removeItem(at: folder)
            }
            throw ValidationError("Writing the source: \(error.localizedDescription) Nothing was left behind.")
        }
    }

    private static func filled(_ path: String, _ marks: [String: String], in package: URL) throws -> String {
        try marks.reduce(text(path, in: package)) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }

    private static func text(_ path: String, in package: URL) throws -> String {
        guard let text = try? String(contentsOf: package.appending(path: path), encoding: .utf8) else {
            throw ValidationError(
                "Reading \(path): it is not there. Run this in Tributary's own folder, or give --package FOLDER.")
        }
        return text
    }
}

/// Adds a line to the registry's one list, in alphabetical order.
struct RegistryEdit {
    let text: String

    /// The registry with `type` in its place.
    ///
    /// - Throws: `ValidationError` when the list is not where it is expected, or has the type.
    func adding(_ type: String) throws -> String {
        var lines = text.components(separatedBy: "\n")
        let entries = lines.indices.filter { lines[$0].trimmingCharacters(in: .whitespaces).hasSuffix("Source.self,") }
        guard let first = entries.first, let last = entries.last else {
            throw ValidationError("Editing \(SourceDraft.registryPath): its list of sources was not found.")
        }
        let line = lines[first].prefix { $0 == " " } + "\(type).self,"
        let names = entries.map { lines[$0].trimmingCharacters(in: .whitespaces) }
        guard !names.contains("\(type).self,") else {
            throw ValidationError("Editing \(SourceDraft.registryPath): \(type) is registered already.")
        }
        let place = entries.first { lines[$0].trimmingCharacters(in: .whitespaces) > "\(type).self," } ?? last + 1
        lines.insert(String(line), at: place)
        return lines.joined(separator: "\n")
    }
}
