import Foundation
import TestSupport
import Testing

/// `tributary review`, on a repository in which somebody changed a source.
@Suite(.timeLimit(.minutes(5))) struct ReviewTests {
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
            try Git.run(arguments, in: folder.url)
        }

        func commit() throws {
            try git("add", "-A")
            try git("commit", "-q", "-m", "a commit")
        }

        func review(_ arguments: String...) throws -> CommandLineTool.Result { try review(arguments) }

        func review(_ arguments: [String]) throws -> CommandLineTool.Result {
            try CommandLineTool(folder: folder.url).run(["review", "--package", folder.url.path] + arguments)
        }
    }

    /// What a hurried author might write: one line for each thing that a reviewer looks for.
    private static let careless = ##"""
        import Glibc
        struct SQLiteSource {
            let note = "attempts to retry, see https://api.sqlite.internal/v1"  // Date() in a comment
            func read(config: Config) async throws {
                let key = config.apiKey.revealed
                print("reading")
                while true { try await Task.sleep(for: .seconds(1)) }
                for attempt in 0..<5 { try await once(attempt) }
                throw SourceError(.upstreamFailure, "The key \(key) was refused.")
                let url = "http://stats.elsewhere.internal/?t=\(config.apiKey.revealed)"
                let text = """
                    while true { print("this is a text") }
                    """
                /* URLSession.shared in a comment
                   that spans lines: Date() */
                let data = try await URLSession.shared.data(from: url)
                let known = [NonRetryableError("attempts", message: "The vendor's words.")]
            }
        }

        """##

    @Test("the changed source alone is reviewed, each remark with its line, and the exit code tells")
    func changed() throws {
        let repository = try Repository()
        try repository.write(repository.file, Self.careless)
        let result = try repository.review("--base", "HEAD")
        #expect(result.status == 5, "\(result.errors)")
        let text = result.output
        #expect(text.contains("Review of SQLite against") && !text.contains("Review of Stripe"))
        for (line, words) in [
            (1, "imports Glibc"), (5, "reveals a secret"), (6, "prints"), (7, "waits by itself"),
            (7, "a loop that the upstream may keep going"), (8, "looks like a second layer of retries"),
            (9, "puts the secret in key into a text"), (10, "puts the secret in apiKey into a text"),
            (10, "stats.elsewhere.internal is asked without encryption"), (3, "api.sqlite.internal is not on the site"),
            (16, "goes round the transports"),
        ] {
            #expect(text.contains("\(repository.file):\(line): \(words)"), "\(line): \(words)\n\(text)")
        }
        for line in [11, 12, 13, 14, 15, 17] {
            #expect(!text.contains("\(repository.file):\(line): "), "line \(line) is a text or a comment")
        }
        #expect(text.contains("There is no recorded traffic") && text.contains("There is no icon"))
        #expect(text.contains("not compared: ") && text.contains("does not build"), "the base is no package")
        for number in 1...14 { #expect(text.contains(" \(number). "), "point \(number)") }
    }

    @Test("where the package has rules for the formatter, what it says is told with its line and how to mend it")
    func format() throws {
        let repository = try Repository()
        try repository.write(repository.file, "struct SQLiteSource {\n  let a = 1;\n}\n")
        let without = try repository.review("--base", "HEAD", "--no-compare").output
        #expect(!without.contains("formatter"), "\(without)")
        let rules = try String(contentsOf: CommandLineTool.root.appending(path: ".swift-format"), encoding: .utf8)
        try repository.write(".swift-format", rules)
        let text = try repository.review("--base", "HEAD", "--no-compare").output
        #expect(text.contains("\(repository.file):2: the formatter says: [DoNotUseSemicolons]"), "\(text)")
        #expect(text.contains("`swift format format -i \(repository.file)`"), "\(text)")
        try repository.write(repository.file, "struct SQLiteSource {\n    let a = 1\n}\n")
        #expect(try repository.review("--base", "HEAD", "--no-compare").output.contains("nothing to say"))
    }

    @Test("a name that is kept for examples is no finding, and one thing is not told as several")
    func examples() throws {
        let repository = try Repository()
        let hosts = [
            "http://api.acme.test", "https://api.example.com/v1", "https://acme.example", "https://example.internal",
        ]
        let lines = hosts.enumerated().map { "let host\($0) = \"\($1)\"\n" }
        try repository.write(repository.file, lines.joined())
        let text = try repository.review("--base", "HEAD", "--no-compare").output
        for host in ["api.acme.test", "api.example.com", "acme.example"] {
            #expect(
                text.contains("✓ \(repository.file):") && text.contains(": \(host) is a name for examples"), "\(text)")
        }
        #expect(text.contains("example.internal is not on the site"))
        #expect(text.contains("1 file differs from"), "\(text)")
    }

    @Test("of a source that the base does not have nothing is built, for there is nothing to compare with")
    func new() throws {
        let repository = try Repository()
        try repository.write("Sources/SourceCatalog/Stripe/StripeSource.swift", "struct StripeSource {}\n")
        let result = try repository.review("--base", "HEAD")
        #expect(result.output.contains("1 file differs from") && result.output.contains("the source is new"))
        #expect(!result.errors.contains("Building"), "\(result.errors)")
        #expect(!result.output.contains("not compared"), "\(result.output)")
    }

    @Test("fixtures: age, size, missing states, and edits by hand that broke the seal")
    func fixtures() throws {
        let repository = try Repository()
        let from = CommandLineTool.root.appending(path: "Fixtures/sqlite").path
        try repository.write("Fixtures/README.md", "")
        let place = repository.folder.url.appending(path: "Fixtures/sqlite")
        try FileManager.default.copyItem(atPath: from, toPath: place.path)
        let file = place.appending(path: "missing-file/manifest.json")
        let manifest = try String(contentsOf: file, encoding: .utf8)
        let changed = manifest.replacing(
            #/"kind": "synthetic"/#,
            with: #""kind": "recorded", "recordedAt": "2020-01-02", "seal": "sha256:00""#)
        try #require(changed != manifest)
        try Data(changed.utf8).write(to: file)
        let text = try repository.review("--base", "HEAD", "--profile", "quick", "--no-compare").output
        #expect(text.contains("missing-file: of 2020-01-02, "), "\(text)")
        #expect(text.contains("missing-file: the seal does not fit the files"))
        #expect(text.contains("2 scenarios read 9 tables") && text.contains("1 recorded, 1 synthetic"))
        #expect(text.contains("not compared: --no-compare was given."))
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
        let files = ["md", "sarif", "html"].map { repository.folder.url.appending(path: "report.\($0)") }
        let all = try repository.review(["--base", "HEAD"] + files.flatMap { ["--write", $0.path] })
        #expect(all.output.contains("Review of SQLite") && all.status == 5)
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        #expect(texts[0].hasPrefix("## Review of SQLite") && texts[1].contains("2.1.0"))
        #expect(texts[2].hasPrefix("<!doctype html>"))
        let odd = try repository.review("--base", "HEAD", "--write", "report.doc")
        #expect(odd.status == 64 && odd.errors.contains(".sarif"))
        let json = try repository.review("--base", "HEAD", "--format", "json").json() as? [[String: Any]]
        #expect(json?.first?["source"] as? String == "SQLite")
    }
}
