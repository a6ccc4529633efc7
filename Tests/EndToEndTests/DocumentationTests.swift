import Foundation
import Spawn
import TestSupport
import Testing

/// What the documents show is true: their Swift compiles, their commands exist, their links lead somewhere.
@Suite(.timeLimit(.minutes(5))) struct DocumentationTests {
    /// The documents that people read.
    static let pages: [String] = {
        let folder = CommandLineTool.root.appending(path: "Documentation")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        let found = files.compactMap { $0 as? URL }.filter { $0.pathExtension == "md" }.map(\.path)
        let root = CommandLineTool.root.path + "/"
        return ["README.md", "CONTRIBUTING.md"] + found.map { $0.replacingOccurrences(of: root, with: "") }.sorted()
    }()

    private static func text(_ page: String) throws -> String {
        try String(contentsOf: CommandLineTool.root.appending(path: page), encoding: .utf8)
    }

    /// The blocks of a language, in order.
    private static func blocks(_ language: String, in text: String) -> [String] {
        text.components(separatedBy: "```\(language)\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    }

    @Test("every block of Swift compiles", arguments: pages)
    func swift(_ page: String) throws {
        let blocks = Self.blocks("swift", in: try Self.text(page))
        if blocks.isEmpty { return }
        let folder = try TemporaryFolder()
        let modules = CommandLineTool.products.appending(path: "Modules").path
        for (index, block) in blocks.enumerated() {
            let file = folder.url.appending(path: "Block\(index).swift")
            let imports = "import Columns\nimport Tributary\n\n"
            try Data((imports + block).utf8).write(to: file)
            let outcome = try ToolProcess.run([
                "swiftc", "-typecheck", "-swift-version", "6", "-parse-as-library", "-I", modules, file.path,
            ])
            #expect(outcome.status == 0, "block \(index + 1) of \(page):\n\(outcome.text)")
        }
    }

    @Test("every command that is shown exists, with its options", arguments: pages)
    func commands(_ page: String) throws {
        let folder = try TemporaryFolder()
        let text = try Self.text(page)
        let lines = Self.blocks("sh", in: text).joined(separator: "\n").replacingOccurrences(of: "\\\n", with: " ")
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: "#")[0].split(separator: " ").map(String.init)
            guard let place = words.firstIndex(where: { $0 == "tributary" || $0 == "scaffold" }),
                place + 1 < words.count
            else { continue }
            let tool = CommandLineTool(name: words[place], folder: folder.url)
            var help = try tool.run(["help", words[place + 1]])
            if help.output.contains("SUBCOMMANDS:"), place + 2 < words.count {
                help = try tool.run(["help", words[place + 1], words[place + 2]])
            }
            #expect(help.status == 0, "\(line): \(help.errors)")
            for option in words[(place + 2)...] where option.hasPrefix("--") {
                let name = option.split(separator: "=")[0]
                #expect(help.output.contains(name), "\(page): '\(line)' gives \(name), which there is not")
            }
        }
    }

    @Test("every link to a file leads to one", arguments: pages)
    func links(_ page: String) throws {
        let folder = CommandLineTool.root.appending(path: page).deletingLastPathComponent()
        for match in try Self.text(page).matches(of: /\]\(([^)#]+)(#[^)]*)?\)/) {
            let target = String(match.1)
            if target.hasPrefix("http") || target.hasPrefix("doc:") || !target.contains(where: { "./".contains($0) }) {
                continue
            }
            let path = folder.appending(path: target).path
            #expect(FileManager.default.fileExists(atPath: path), "\(page): \(target)")
        }
    }

    @Test("the generated pages are up to date", arguments: ["CatalogueOfSources.md", "CatalogueOfChecks.md"])
    func generated(_ name: String) throws {
        let folder = try TemporaryFolder()
        let result = try CommandLineTool(folder: folder.url).run("docs", "--output", folder.url.path)
        #expect(result.status == 0, "\(result.errors)")
        let made = try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
        let kept = try Self.text("Documentation/Tributary.docc/\(name)")
        #expect(made == kept, "run tributary docs")
    }

    /// Builds a catalog as `scripts/docs` does, with the reference of the modules that this test was built with.
    private static func build(_ catalog: URL, in folder: URL) throws -> ToolProcess.Outcome {
        try ToolProcess.run([
            CommandLineTool.root.appending(path: "scripts/docs").path, folder.appending(path: "out").path,
            CommandLineTool.products.appending(path: "Modules").path, catalog.path,
        ])
    }

    private static let catalog = CommandLineTool.root.appending(path: "Documentation/Tributary.docc")

    @Test("the documentation builds without a warning, pages and reference")
    func catalog() throws {
        let folder = try TemporaryFolder()
        let built = try Self.build(Self.catalog, in: folder.url)
        #expect(built.status == 0, "\(built.text)")
        let pages = folder.url.appending(path: "out/Tributary.doccarchive/data/documentation")
        for page in ["tributary/yourfirstsource.json", "tributary/architecture.json", "tributary/source.json"] {
            #expect(FileManager.default.fileExists(atPath: pages.appending(path: page).path), "\(page)")
        }
    }

    @Test("a link that leads nowhere fails the documentation")
    func brokenLink() throws {
        let folder = try TemporaryFolder()
        let copy = folder.url.appending(path: "Tributary.docc")
        try FileManager.default.copyItem(at: Self.catalog, to: copy)
        let page = copy.appending(path: "Webhooks.md")
        let text = try String(contentsOf: page, encoding: .utf8) + "\nSee <doc:NoSuchPage>.\n"
        try Data(text.utf8).write(to: page)
        let built = try Self.build(copy, in: folder.url)
        #expect(built.status != 0 && built.text.contains("NoSuchPage"), "\(built.text)")
    }

    @Test("every page is reached from the first one")
    func reached() throws {
        let front = try Self.text("Documentation/Tributary.docc/Tributary.md")
        for page in Self.pages where page.hasPrefix("Documentation/Tributary.docc/") && !page.hasSuffix("/Tributary.md")
        {
            let name = URL(filePath: page).deletingPathExtension().lastPathComponent
            #expect(front.contains("<doc:\(name)>"), "\(name) is not in Tributary.md")
        }
    }

    @Test("every block says what it is, so that one of the tests here holds it", arguments: pages)
    func languages(_ page: String) throws {
        let fences = try Self.text(page).split(separator: "\n").filter { $0.hasPrefix("```") && $0.count > 3 }
        let known: Set<Substring> = ["swift", "sh", "json", "text"]
        for fence in fences { #expect(known.contains(fence.dropFirst(3)), "\(page): \(fence)") }
    }

    @Test("every block of JSON parses", arguments: pages)
    func json(_ page: String) throws {
        for block in Self.blocks("json", in: try Self.text(page)) {
            #expect(throws: Never.self, "\(page): \(block)") {
                try JSONSerialization.jsonObject(with: Data(block.utf8))
            }
        }
    }

    @Test("every check that a page names is in the catalogue", arguments: pages)
    func checks(_ page: String) throws {
        let text = try Self.text(page)
        // These name faults as well; tests of their own hold them.
        if page.hasSuffix("CatalogueOfChecks.md") || page.hasSuffix("DetectionMatrix.md") { return }
        let folder = try TemporaryFolder()
        let list = try CommandLineTool(folder: folder.url).run("check", "--list").output
        let known = Set(list.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) })
        let groups = Set(known.compactMap { $0.split(separator: "-").first.map(String.init) })
        for match in text.matches(of: /`([a-z]+(?:-[a-z0-9]+){2,})`/) {
            let name = String(match.1)
            guard let group = name.split(separator: "-").first, groups.contains(String(group)) else { continue }
            #expect(known.contains(name), "\(page) names \(name), which there is not")
        }
    }
}
