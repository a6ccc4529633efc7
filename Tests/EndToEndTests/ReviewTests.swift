import Foundation
import TestSupport
import Testing

/// `tributary review`, on a repository in which somebody changed a source.
@Suite(.timeLimit(.minutes(2))) struct ReviewTests {
    private struct Repository {
        let folder: TemporaryFolder
        let file = "Sources/SourceCatalog/SQLite/SQLiteSource.swift"

        init() throws {
            folder = try TemporaryFolder()
            try write(file, "struct SQLiteSource {}\n")
            try write("Documentation/sources/sqlite.md", "# SQLite\n")
            try git("init", "-q", "-b", "main")
            try commit()
        }

        func write(_ path: String, _ text: String) throws {
            let url = folder.url.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }

        func git(_ arguments: String...) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments =
                ["git", "-C", folder.url.path, "-c", "user.name=Test", "-c", "user.email=test@example.com"] + arguments
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }

        func commit() throws {
            try git("add", "-A")
            try git("commit", "-q", "-m", "a commit")
        }

        func review(_ arguments: String...) throws -> CommandLineTool.Result {
            try CommandLineTool(folder: folder.url).run(["review", "--package", folder.url.path] + arguments)
        }
    }

    private static let careless = """
        struct SQLiteSource {
            let note = "attempts to retry, see https://api.sqlite.example/v1"  // Date() in a comment
            func read() {
                print(secret.revealed)
                while true { Task.sleep(1) }
            }
        }

        """

    @Test("the changed source alone is reviewed, each remark with its line, and the exit code tells")
    func changed() throws {
        let repository = try Repository()
        try repository.write(repository.file, Self.careless)
        let result = try repository.review("--base", "HEAD")
        #expect(result.status == 5, "\(result.errors)")
        let text = result.output
        #expect(text.contains("Review of SQLite against") && !text.contains("Review of Stripe"))
        #expect(text.contains("\(repository.file):4: prints"))
        #expect(text.contains("\(repository.file):4: reveals a secret"))
        #expect(text.contains("\(repository.file):5: waits by itself"))
        #expect(text.contains("\(repository.file):5: a loop without a bound"))
        #expect(!text.contains(":2:"), "texts and comments are no code")
        #expect(text.contains("api.sqlite.example"))
        #expect(text.contains("There is no recorded traffic") && text.contains("There is no icon"))
        for number in 1...14 { #expect(text.contains(" \(number). "), "point \(number)") }
    }

    @Test("nothing changed means nothing to review; an unknown base is said to be one")
    func nothing() throws {
        let repository = try Repository()
        let quiet = try repository.review("--base", "HEAD")
        #expect(quiet.status == 0 && quiet.errors.contains("No source differs"))
        let unknown = try repository.review("--base", "nowhere")
        #expect(unknown.status == 9 && unknown.errors.contains("git does not know it"), "\(unknown.errors)")
    }

    @Test("SARIF, Markdown, HTML and JSON say the same")
    func formats() throws {
        let repository = try Repository()
        try repository.write(repository.file, "func f() { print(\"<b>\") }\n")
        let sarif = try repository.review("--base", "HEAD", "--format", "sarif").json() as? [String: Any]
        #expect(sarif?["version"] as? String == "2.1.0")
        let runs = try #require(sarif?["runs"] as? [[String: Any]])
        let results = try #require(runs.first?["results"] as? [[String: Any]])
        #expect(results.contains { "\($0)".contains("SQLiteSource.swift") && $0["level"] as? String == "error" })
        let markdown = try repository.review("--base", "HEAD", "--format", "markdown").output
        #expect(markdown.contains("## Review of SQLite") && markdown.contains("&lt;b&gt;") && !markdown.contains("<b>"))
        let page = repository.folder.url.appending(path: "review.html")
        _ = try repository.review("--base", "HEAD", "--format", "html", "--output", page.path)
        let html = try String(contentsOf: page, encoding: .utf8)
        #expect(html.contains("<h1>Review of SQLite") && html.contains("&lt;b&gt;") && !html.contains("<b>"))
        let json = try repository.review("--base", "HEAD", "--format", "json").json() as? [[String: Any]]
        #expect(json?.first?["source"] as? String == "SQLite")
    }
}
