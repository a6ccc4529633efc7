import Foundation
import Tributary

/// A path inside a scenario's folder. What a fixture's file names is read from there and from nowhere else.
struct FixturePath: Hashable, Sendable {
    /// Relative, with `/` between its parts.
    let text: String

    /// - Throws: the problem as text when the path is absolute, empty, or would leave the folder.
    init(_ text: String) throws(Problem) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isOrdinary = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        guard isOrdinary, !text.contains("\\"), !text.contains("\0"), !text.contains(":") else {
            throw Problem(text: "the path \"\(text)\" must be relative and stay inside the scenario's folder")
        }
        self.text = text
    }

    struct Problem: Error { let text: String }

    /// The file itself, once links are resolved; nil when it is missing or a link leads out of the folder.
    func resolved(in folder: URL) -> URL? {
        let root = folder.resolvingSymlinksInPath().path
        let file = folder.appendingPathComponent(text).resolvingSymlinksInPath()
        guard file.path.hasPrefix(root + "/") else { return nil }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue else {
            return nil
        }
        return file
    }
}
