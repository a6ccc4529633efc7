import Foundation
import Tributary

/// A file of a source's code.
struct SourceFile: Sendable {
    /// Below the repository.
    var path: String
    var text: String
    var lines: [String] { text.components(separatedBy: "\n") }
}

extension CheckCase {
    /// The folder of the source's code below the repository: that of its Swift type.
    var sourceFolder: String {
        let type = source.swiftType.prefix { $0 != "<" }
        let name = type.split(separator: ".").last ?? type
        let folder = name.hasSuffix("Source") ? String(name.dropLast(6)) : String(name)
        let modules = (try? FileManager.default.contentsOfDirectory(atPath: repository.appending(path: "Sources").path))
        let own = "Sources/SourceCatalog/\(folder)"
        if exists(own) { return own }
        // A package of sources alone has a module of another name.
        return (modules ?? []).sorted().map { "Sources/\($0)/\(folder)" }.first(where: exists) ?? own
    }

    /// The Swift files of the source; none where its code lies elsewhere.
    func sourceFiles() -> [SourceFile] {
        let root = repository.appending(path: sourceFolder)
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            text("\(sourceFolder)/\(name)").map { SourceFile(path: "\(sourceFolder)/\(name)", text: $0) }
        }
    }
}
