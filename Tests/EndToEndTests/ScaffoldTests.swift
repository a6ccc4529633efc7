import Foundation
import TestSupport
import Testing

/// `scaffold new-source`, in a copy of what it reads and edits. That what it writes compiles and passes is for
/// `scripts/authors` to prove, which builds it.
@Suite(.timeLimit(.minutes(2))) struct ScaffoldTests {
    @Test("a new source is written from the templates and registered in order")
    func writesAndRegisters() throws {
        let room = try ScaffoldRoom.made("acme crm", "--base-url", "https://api.acme.example/v1/")
        let source = try room.text("Sources/SourceCatalog/AcmeCrm/AcmeCrmSource.swift")
        #expect(
            source.contains("type: \"AcmeCrm\", label: \"Acme Crm\"")
                && source.contains("\"https://api.acme.example/v1\""))
        #expect(!source.contains("__"))
        let registry = try room.text("Sources/SourceCatalog/Registry.swift")
        let acme = try #require(registry.range(of: "AcmeCrmSource.self,"))
        let github = try #require(registry.range(of: "GitHubSource.self,"))
        #expect(acme.lowerBound < github.lowerBound)
        #expect(try room.text("Tests/SourceCatalogTests/Golden/identifiers.txt").contains("AcmeCrm.access_token"))
    }

    @Test("the first scenario, the page, the icon and the redaction rules come with it")
    func comesWhole() throws {
        let room = try ScaffoldRoom()
        let result = try room.scaffold("acme", "--table", "invoices:number:changed_at", "--pagination", "offset")
        #expect(result.status == 0, "\(result.errors)")
        let model = try room.text("Fixtures/acme/example/model.json")
        #expect(model.contains("\"offset\"") && model.contains("changed_at"))
        #expect(try room.text("Fixtures/acme/example/manifest.json").contains("synthetic"))
        #expect(try room.text("Documentation/sources/acme.md").contains("## Permissions"))
        for path in [
            "Fixtures/acme/redaction.json", "Sources/SourceCatalog/Icons/acme.svg", "Fixtures/acme/example/t0.har",
        ] {
            #expect(try !room.text(path).isEmpty)
        }
        #expect(result.output.contains("tributary check acme"))
    }

    @Test("a key of several columns is the table's, the model's and the scenario's", arguments: ["rest", "graphql"])
    func compositeKey(_ kind: String) throws {
        let room = try ScaffoldRoom.made("acme", "--kind", kind, "--table", "lines:order_id+number:changed_at")
        let source = try room.text("Sources/SourceCatalog/Acme/AcmeSource.swift")
        #expect(source.contains(#"eys: ["order_id", "number"], "#) && source.contains("changed_at"), "\(source)")
        let manifest = try room.text("Fixtures/acme/example/manifest.json")
        #expect(manifest.replacing(/\s+/, with: "").contains(#""keys":["order_id","number"]"#), "\(manifest)")
        if kind == "rest" {
            let model = try room.text("Fixtures/acme/example/model.json").replacing(/\s+/, with: "")
            #expect(model.contains(#""key":["order_id","number"]"#), "\(model)")
        }
    }

    @Test("a part of the host in braces becomes a field of the form that leads to no other host")
    func hostParts() throws {
        let room = try ScaffoldRoom.made(
            "acme", "--auth", "none", "--base-url", "https://{account_id}.{region}.acme.example/v1/")
        let source = try room.text("Sources/SourceCatalog/Acme/AcmeSource.swift")
        #expect(source.contains(#""https://\(config.accountId).\(config.region).acme.example/v1""#), "\(source)")
        #expect(source.contains(#"@Input("Account id", placeholder: "acme", rule: .hostLabel) var accountId: String"#))
        #expect(!source.contains("init() {}"))
        let manifest = try room.text("Fixtures/acme/example/manifest.json")
        #expect(manifest.contains(#""account_id" : "acme""#), "\(manifest)")
        #expect(try room.text("Fixtures/acme/example/t0.har").contains("https://acme.acme.acme.example/v1/items"))
        #expect(try room.text("Tests/SourceCatalogTests/Golden/identifiers.txt").contains("Acme.account_id"))
    }

    @Test(
        "where users fill in the whole host no redirect is followed, and else they are",
        arguments: [("rest", "page"), ("rest", "none"), ("graphql", "none"), ("file", "link")])
    func hostOfUsers(_ kind: String, _ pagination: String) throws {
        for (url, isWhole) in [("https://{host}/v1", true), ("https://{workspace}.acme.example/v1", false)] {
            let options = kind == "graphql" ? [] : ["--pagination", pagination]
            let room = try ScaffoldRoom.made(["acme", "--kind", kind, "--base-url", url] + options)
            let source = try room.text("Sources/SourceCatalog/Acme/AcmeSource.swift")
            #expect(source.contains(",\n            followsRedirects: false)\n") == isWhole, "\(source)")
        }
    }

    @Test("a wrong option is told with the command's own usage, once; what does not go together without it")
    func usage() throws {
        let room = try ScaffoldRoom()
        let wrong = try room.scaffold("acme", "--table", "items:i d")
        #expect(wrong.errors.components(separatedBy: "Usage: scaffold new-source").count == 2, "\(wrong.errors)")
        #expect(wrong.errors.contains("'items:i d'") && wrong.errors.contains("'i d' is no name"), "\(wrong.errors)")
        let twice = try room.scaffold("acme", "--table", "items:id", "--table", "items:uuid")
        #expect(!twice.errors.contains("Usage") && twice.errors.contains("one name"), "\(twice.errors)")
    }

    @Test("nothing is overwritten, and a dry run writes nothing")
    func overwritesNothing() throws {
        let room = try ScaffoldRoom()
        let path = room.url.appending(path: "Sources/SourceCatalog/Acme").path
        #expect(try room.scaffold("acme", "--dry-run").status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try room.scaffold("acme").status == 0)
        let again = try room.scaffold("acme")
        #expect(again.status == 64 && again.errors.contains("is there already"))
    }

    @Test(
        "a wrong word is refused with what is needed, and nothing is written",
        arguments: [
            (["7up"], "a letter first"),
            (["acme", "--table", "items"], "name[=/path]:key"),
            (["acme", "--table", "items:id", "--table", "items:uuid"], "one name"),
            (["acme", "--table", "it\"ems:id"], "name[=/path]:key"),
            (["acme", "--table", "items:id+"], "'' is no name"),
            (["acme", "--table", "items:id+id"], "a column twice"),
            (["acme", "--base-url", "ftp://x"], "an address such as"),
            (["acme", "--base-url", "https://acme.example/{tenant}/v1"], "client(for:in:)"),
            (["acme", "--base-url", "https://{access_token}.acme.example"], "take another name"),
            (["acme", "--label", "a\"b"], "quotation marks"),
            (["acme", "--pagination", "pages"], "pagination"),
            (["acme", "--kind", "file", "--table", "a:id", "--table", "b:id"], "one table"),
            (["acme", "--from-openapi", "/nowhere.yaml"], "no such file"),
        ])
    func refuses(_ arguments: [String], _ words: String) throws {
        let room = try ScaffoldRoom()
        let result = try room.scaffold(arguments)
        #expect(result.status == 64 && result.errors.contains(words), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: room.url.appending(path: "Fixtures/acme").path))
    }

    @Test("a step that is not possible leaves nothing behind")
    func leavesNothing() throws {
        let room = try ScaffoldRoom()
        // The icons' folder is a file: the source can be written, its icon cannot.
        let icons = room.url.appending(path: "Sources/SourceCatalog/Icons")
        try FileManager.default.removeItem(at: icons)
        try Data("in the way".utf8).write(to: icons)
        let before = try room.text("Sources/SourceCatalog/Registry.swift")
        let result = try room.scaffold("acme")
        #expect(result.status == 64 && result.errors.contains("Nothing was left behind"), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: room.url.appending(path: "Sources/SourceCatalog/Acme").path))
        #expect(try room.text("Sources/SourceCatalog/Registry.swift") == before)
        let elsewhere = try room.tool.run(["new-source", "zed", "--package", "/nowhere"])
        #expect(elsewhere.status == 64 && elsewhere.errors.contains("Tributary's own folder"))
    }
}
