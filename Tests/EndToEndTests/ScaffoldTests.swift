import Foundation
import TestSupport
import Testing

/// `scaffold new-source`, in a copy of what it reads and edits.
@Suite(.timeLimit(.minutes(2))) struct ScaffoldTests {
    private func package() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for path in ["Templates", "Sources/SourceCatalog"] {
            let target = folder.url.appending(path: path)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: CommandLineTool.root.appending(path: path), to: target)
        }
        return folder
    }

    @Test("a new source is written from the templates and registered in order")
    func writesAndRegisters() throws {
        let folder = try package()
        let tool = CommandLineTool(name: "scaffold", folder: folder.url)
        let result = try tool.run(
            "new-source", "acme crm", "--base-url", "https://api.acme.example/v1/", "--package", folder.url.path)
        #expect(result.status == 0, "\(result.errors)")
        let source = try String(
            contentsOf: folder.url.appending(path: "Sources/SourceCatalog/AcmeCrm/AcmeCrmSource.swift"), encoding: .utf8
        )
        #expect(source.contains("type: \"AcmeCrm\"") && source.contains("\"https://api.acme.example/v1\""))
        #expect(!source.contains("__"))
        let registry = try String(
            contentsOf: folder.url.appending(path: "Sources/SourceCatalog/Registry.swift"), encoding: .utf8)
        let acme = try #require(registry.range(of: "AcmeCrmSource.self,"))
        let github = try #require(registry.range(of: "GitHubSource.self,"))
        #expect(acme.lowerBound < github.lowerBound)
    }

    @Test("nothing is overwritten, and a dry run writes nothing")
    func overwritesNothing() throws {
        let folder = try package()
        let tool = CommandLineTool(name: "scaffold", folder: folder.url)
        let path = folder.url.appending(path: "Sources/SourceCatalog/Acme").path
        #expect(try tool.run("new-source", "acme", "--package", folder.url.path, "--dry-run").status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try tool.run("new-source", "acme", "--package", folder.url.path).status == 0)
        let again = try tool.run("new-source", "acme", "--package", folder.url.path)
        #expect(again.status == 64 && again.errors.contains("is there already"))
        #expect(try tool.run("new-source", "7up", "--package", folder.url.path).status == 64)
        #expect(try tool.run("new-source", "zed", "--package", "/nowhere").status == 64)
    }
}
