import Foundation
import Tributary

/// Where the parts of a source stand in a package.
struct SourceFolder {
    let package: URL
    let source: AnySource

    var id: String { source.description.type.lowercased() }

    /// The folder of the code, relative to the package.
    var code: String? {
        let sources = (try? FileManager.default.contentsOfDirectory(atPath: path("Sources"))) ?? []
        return sources.sorted().map { "Sources/\($0)/\(source.description.type)" }.first(where: exists)
    }

    var fixtures: String { "Fixtures/\(id)" }
    var page: String { "Documentation/sources/\(id).md" }
    /// The icon, beside the code's folder.
    var icon: String? {
        code.map { "\(($0 as NSString).deletingLastPathComponent)/Icons/\(source.description.icon).svg" }
    }

    func exists(_ relative: String) -> Bool { FileManager.default.fileExists(atPath: path(relative)) }
    func path(_ relative: String) -> String { package.appending(path: relative).path }

    /// The places of the source, relative to the package: what begins with one of them belongs to it.
    var parts: [String] {
        [code.map { $0 + "/" }, fixtures + "/", page, icon].compactMap { $0 }
    }

    /// Whether a commit has no code of the source, so that there is nothing to compare with.
    func isNew(since base: String, in git: Git) -> Bool {
        guard code != nil, let folders = git.run("ls-tree", "-r", "-d", "--name-only", base, "Sources/") else {
            return false
        }
        return !folders.split(separator: "\n").contains { $0.hasSuffix("/\(source.description.type)") }
    }

    /// The Swift files of the source.
    func swiftFiles() -> [SourceText] {
        guard let code else { return [] }
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: path(code))) ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            let file = "\(code)/\(name)"
            return (try? String(contentsOfFile: path(file), encoding: .utf8)).map { SourceText(file: file, text: $0) }
        }
    }
}
