import ArgumentParser
import Foundation

/// The files of a new package of sources, made in memory, written together or not at all.
struct PackageDraft {
    private let folder: URL
    private let files: [(path: String, data: Data)]

    /// Fills the templates of a package.
    ///
    /// - Throws: `ValidationError` for a name that cannot be, a folder that is there, or templates that are not.
    init(at folder: URL, tributary: String, templates: TemplateFolder) throws {
        self.folder = folder
        let name = folder.lastPathComponent.lowercased()
        guard TablePlan.isName(name) else {
            throw ValidationError(
                "Reading the name '\(name)': letters, digits, '-' and '_', a letter first, are needed.")
        }
        if FileManager.default.fileExists(atPath: folder.path) {
            throw ValidationError("Making the package \(name): \(folder.path) is there already; choose another folder.")
        }
        let marks = [
            "__package__": name, "__Module__": try SourceTypeName(name).text,
            "__tributary__": Self.dependency(tributary),
        ]
        let module = marks["__Module__"] ?? name
        let places = [
            ("Package.swift", "Package.swift"), ("README.md", "README.md"), ("gitignore", ".gitignore"),
            ("ci.yml", ".github/workflows/ci.yml"), ("main.swift", "Sources/Program/main.swift"),
            ("Registry.swift", "Sources/\(module)/Registry.swift"),
            ("ConformanceTests.swift", "Tests/ConformanceTests/ConformanceTests.swift"),
        ]
        var files = try places.map { template, path in
            (path, Data(Self.sorted(try templates.filled("Templates/package/\(template)", marks)).utf8))
        }
        files.append(("Sources/\(module)/Icons/.keep", Data()))
        files.append(("Fixtures/.keep", Data()))
        files.append((".swift-format", Data(try templates.text(".swift-format").utf8)))
        self.files = files
    }

    var names: [String] { files.map(\.path).filter { !$0.hasSuffix(".keep") } }

    /// Writes into a folder beside the target and moves it there at the end.
    func write() throws {
        let draft = folder.deletingLastPathComponent().appending(path: ".\(folder.lastPathComponent).new")
        do {
            for (path, data) in files {
                let url = draft.appending(path: path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try data.write(to: url)
            }
            try FileManager.default.moveItem(at: draft, to: folder)
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw ValidationError("Writing the package: \(error.localizedDescription) Nothing was left behind.")
        }
    }

    /// Imports in alphabetical order, as the formatter wants them whatever the module is called.
    private static func sorted(_ text: String) -> String {
        var lines = text.components(separatedBy: "\n")
        let count = lines.prefix { $0.hasPrefix("import ") }.count
        lines[..<count].sort()
        return lines.joined(separator: "\n")
    }

    /// The dependency as a manifest has it. A folder is named, since its own name may be another.
    private static func dependency(_ place: String) -> String {
        if place.contains("://") { return ".package(url: \"\(place)\", branch: \"main\")" }
        return ".package(name: \"tributary\", path: \"\(URL(filePath: place).standardizedFileURL.path)\")"
    }
}
