import Foundation
import TestSupport
import Testing

/// A copy of what `scaffold` reads and edits, and the command in it.
struct ScaffoldRoom {
    private let folder: TemporaryFolder
    var url: URL { folder.url }

    /// - Parameter isEmpty: without that copy, for a package elsewhere.
    init(isEmpty: Bool = false) throws {
        folder = try TemporaryFolder()
        for path in isEmpty ? [] : ["Templates", "Sources/SourceCatalog", "Tests/SourceCatalogTests/Golden"] {
            let target = url.appending(path: path)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: CommandLineTool.root.appending(path: path), to: target)
        }
    }

    var tool: CommandLineTool { CommandLineTool(name: "scaffold", folder: url) }

    /// Runs `new-source` here.
    func scaffold(_ arguments: [String]) throws -> CommandLineTool.Result {
        try tool.run(["new-source"] + arguments + ["--package", url.path])
    }

    func scaffold(_ arguments: String...) throws -> CommandLineTool.Result { try scaffold(arguments) }

    func text(_ path: String) throws -> String { try String(contentsOf: url.appending(path: path), encoding: .utf8) }

    /// A room in which `new-source` has made a source.
    static func made(_ arguments: [String]) throws -> ScaffoldRoom {
        let room = try ScaffoldRoom()
        let result = try room.scaffold(arguments)
        try #require(result.status == 0, "\(result.errors)")
        return room
    }

    static func made(_ arguments: String...) throws -> ScaffoldRoom { try made(arguments) }
}
