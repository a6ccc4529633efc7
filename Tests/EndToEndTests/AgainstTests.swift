import Foundation
import TestSupport
import Testing

/// `tributary check --against` and `--portrait`: versions of a source on the same traffic.
@Suite(.timeLimit(.minutes(5))) struct AgainstTests {
    /// What one version made of the SQLite fixtures, as the command stored it.
    private static func portrait(_ folder: URL) throws -> URL {
        let file = folder.appending(path: "portrait.json")
        let result = try CommandLineTool(folder: folder).run(
            "check", "sqlite", "--scenario", "shop", "--portrait", file.path)
        try #require(result.status == 0, "\(result.errors)")
        return file
    }

    /// The same, changed as a text.
    private static func change(_ file: URL, _ change: (inout String) -> Void) throws {
        var text = try String(contentsOf: file, encoding: .utf8)
        change(&text)
        try Data(text.utf8).write(to: file)
    }

    private static func compare(_ folder: URL, with file: URL, _ more: String...) throws -> CommandLineTool.Result {
        try CommandLineTool(folder: folder).run(
            ["check", "sqlite", "--scenario", "shop", "--against", file.path] + more)
    }

    @Test("a version that is compared with itself shows no change; with another, each change, and the exit code tells")
    func stored() throws {
        let folder = try TemporaryFolder()
        let file = try Self.portrait(folder.url)
        let same = try Self.compare(folder.url, with: file)
        #expect(same.status == 0 && same.output.contains("9 tables") && same.output.contains("no change"), "\(same)")

        // The earlier version spelled a value otherwise, and knew of one table less.
        try Self.change(file) { text in
            text = text.replacing("\"country\":\"FR\"", with: "\"country\":\"France\"")
            text = text.replacing("\"name\":\"stock\",\"primaryKeys\"", with: "\"name\":\"depot\",\"primaryKeys\"")
        }
        let other = try Self.compare(folder.url, with: file)
        #expect(other.status == 5, "\(other.errors)")
        #expect(other.output.contains("Column country has other values"), "\(other.output)")
        #expect(other.output.contains("was France, is FR"))
        #expect(other.output.contains("sqlite / depot, tables: The table is gone, or was renamed."))
        #expect(other.output.contains("sqlite / stock, tables: The table is new."))

        let json = try Self.compare(folder.url, with: file, "--format", "json").json() as? [String: Any]
        let changes = try #require(json?["changes"] as? [[String: Any]])
        #expect(changes.first?["impact"] as? String == "breaking" && changes.count >= 3)
    }

    @Test("a file that is no portrait, and a revision that git does not know, are told in words")
    func wrong() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "portrait.json")
        try Data("{}".utf8).write(to: file)
        let broken = try Self.compare(folder.url, with: file)
        #expect(broken.status != 0 && broken.errors.contains("--portrait"), "\(broken.errors)")
        let unknown = try CommandLineTool(folder: folder.url).run("check", "sqlite", "--against", "no-such-revision")
        #expect(unknown.status == 9 && unknown.errors.contains("git does not know it"), "\(unknown.errors)")
        let html = try Self.compare(folder.url, with: file, "--format", "html")
        #expect(html.status == 64 && html.errors.contains("text or json"))
    }

    /// A repository whose program is small: it gives a stored portrait, and so stands for an earlier version.
    private struct EarlierProgram {
        let folder: TemporaryFolder
        var repository: URL { folder.url.appending(path: "repository") }

        init(_ portrait: URL, source: String) throws {
            folder = try TemporaryFolder()
            try write(
                "Package.swift",
                """
                // swift-tools-version: 6.0
                import PackageDescription
                let package = Package(name: "earlier", targets: [.executableTarget(name: "tributary", path: "Program")])
                """)
            try write("Program/main.swift", source)
            try FileManager.default.copyItem(at: portrait, to: repository.appending(path: "portrait.json"))
            for arguments in [["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "earlier"]] {
                try git(arguments)
            }
            // What is built is the revision, and not what stands in the checkout.
            try write("Program/main.swift", "this is no Swift")
        }

        static let program = """
            import Foundation
            let arguments = CommandLine.arguments
            guard let index = arguments.firstIndex(of: "--portrait") else { exit(64) }
            try FileManager.default.copyItem(atPath: "portrait.json", toPath: arguments[index + 1])
            """

        /// The repositories that the build of the revision has.
        func borrowed() throws -> Set<String> {
            let place = folder.url.appending(path: "cache/against")
            let names = try FileManager.default.subpathsOfDirectory(atPath: place.path)
            let parts = names.map { $0.split(separator: "/") }.filter { $0.count == 4 && $0[2] == "repositories" }
            return Set(parts.map { String($0[3]) })
        }

        private func write(_ path: String, _ text: String) throws {
            let url = repository.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }

        private func git(_ arguments: [String]) throws {
            try Git.run(arguments, in: repository)
        }

        func compare(_ more: String...) throws -> CommandLineTool.Result {
            let cache = folder.url.appending(path: "cache").path
            return try CommandLineTool(folder: folder.url, environment: ["TRIBUTARY_CACHE": cache]).run(
                [
                    "check", "sqlite", "--scenario", "shop", "--against", "HEAD", "--fixtures",
                    CommandLineTool.root.appending(path: "Fixtures").path,
                ] + more, at: repository)
        }
    }

    @Test("a revision is written out beside the checkout, built, run and compared; the checkout is left as it was")
    func revision() throws {
        let folder = try TemporaryFolder()
        let file = try Self.portrait(folder.url)
        try Self.change(file) { $0 = $0.replacing("\"country\":\"FR\"", with: "\"country\":\"France\"") }
        let earlier = try EarlierProgram(file, source: EarlierProgram.program)
        let result = try earlier.compare()
        #expect(result.status == 5, "\(result.errors)")
        #expect(result.output.contains("was France, is FR"), "\(result.output)\(result.errors)")
        #expect(result.errors.contains(/Building [0-9a-f]{12}, \d/), "the time goes on: \(result.errors)")
        let fetched = CommandLineTool.products.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "repositories")
        let names = try FileManager.default.contentsOfDirectory(atPath: fetched.path)
        let borrowed = try earlier.borrowed()
        #expect(!names.isEmpty && borrowed.isSuperset(of: names), "nothing is fetched twice")
        let left = try FileManager.default.contentsOfDirectory(atPath: earlier.repository.path).sorted()
        #expect(left == [".git", "Package.swift", "Program", "portrait.json"])
    }

    @Test("a revision that does not build, or is older than comparisons, is said to be so")
    func unbuildable() throws {
        let folder = try TemporaryFolder()
        let file = try Self.portrait(folder.url)
        let broken = try EarlierProgram(file, source: "let number: Int = \"no\"").compare()
        #expect(broken.status == 9 && broken.errors.contains("does not build"), "\(broken.errors)")
        #expect(broken.errors.contains("cannot convert value"), "the compiler's own words are shown")
        let old = try EarlierProgram(file, source: "import Foundation\nexit(64)").compare()
        #expect(old.status == 9 && old.errors.contains("older than comparisons"), "\(old.errors)")
    }
}
