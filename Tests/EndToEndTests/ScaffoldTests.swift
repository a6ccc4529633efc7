import Foundation
import TestSupport
import Testing

/// `scaffold new-source`, in a copy of what it reads and edits. That what it writes compiles and passes is for
/// `scripts/authors` to prove, which builds it.
@Suite(.timeLimit(.minutes(2))) struct ScaffoldTests {
    private func package() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for path in ["Templates", "Sources/SourceCatalog", "Tests/SourceCatalogTests/Golden"] {
            let target = folder.url.appending(path: path)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: CommandLineTool.root.appending(path: path), to: target)
        }
        return folder
    }

    private func scaffold(_ folder: TemporaryFolder, _ arguments: String...) throws -> CommandLineTool.Result {
        try scaffold(folder, arguments)
    }

    private func scaffold(_ folder: TemporaryFolder, _ arguments: [String]) throws -> CommandLineTool.Result {
        let tool = CommandLineTool(name: "scaffold", folder: folder.url)
        return try tool.run(["new-source"] + arguments + ["--package", folder.url.path])
    }

    private func text(_ folder: TemporaryFolder, _ path: String) throws -> String {
        try String(contentsOf: folder.url.appending(path: path), encoding: .utf8)
    }

    @Test("a new source is written from the templates and registered in order")
    func writesAndRegisters() throws {
        let folder = try package()
        let result = try scaffold(folder, "acme crm", "--base-url", "https://api.acme.example/v1/")
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/AcmeCrm/AcmeCrmSource.swift")
        #expect(
            source.contains("type: \"AcmeCrm\", label: \"Acme Crm\"")
                && source.contains("\"https://api.acme.example/v1\""))
        #expect(!source.contains("__"))
        let registry = try text(folder, "Sources/SourceCatalog/Registry.swift")
        let acme = try #require(registry.range(of: "AcmeCrmSource.self,"))
        let github = try #require(registry.range(of: "GitHubSource.self,"))
        #expect(acme.lowerBound < github.lowerBound)
        #expect(try text(folder, "Tests/SourceCatalogTests/Golden/identifiers.txt").contains("AcmeCrm.access_token"))
    }

    @Test("the first scenario, the page, the icon and the redaction rules come with it")
    func comesWhole() throws {
        let folder = try package()
        let result = try scaffold(folder, "acme", "--table", "invoices:number:changed_at", "--pagination", "offset")
        #expect(result.status == 0, "\(result.errors)")
        let model = try text(folder, "Fixtures/acme/example/model.json")
        #expect(model.contains("\"offset\"") && model.contains("changed_at"))
        #expect(try text(folder, "Fixtures/acme/example/manifest.json").contains("synthetic"))
        #expect(try text(folder, "Documentation/sources/acme.md").contains("## Permissions"))
        for path in [
            "Fixtures/acme/redaction.json", "Sources/SourceCatalog/Icons/acme.svg", "Fixtures/acme/example/t0.har",
        ] {
            #expect(try !text(folder, path).isEmpty)
        }
        #expect(result.output.contains("tributary check acme"))
    }

    @Test("a key of several columns is the table's, the model's and the scenario's", arguments: ["rest", "graphql"])
    func compositeKey(_ kind: String) throws {
        let folder = try package()
        let result = try scaffold(folder, "acme", "--kind", kind, "--table", "lines:order_id+number:changed_at")
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/Acme/AcmeSource.swift")
        #expect(source.contains(#"eys: ["order_id", "number"], "#) && source.contains("changed_at"), "\(source)")
        let manifest = try text(folder, "Fixtures/acme/example/manifest.json")
        #expect(manifest.replacing(/\s+/, with: "").contains(#""keys":["order_id","number"]"#), "\(manifest)")
        if kind == "rest" {
            let model = try text(folder, "Fixtures/acme/example/model.json").replacing(/\s+/, with: "")
            #expect(model.contains(#""key":["order_id","number"]"#), "\(model)")
        }
    }

    @Test("what an API calls the parts of its lists is in the source and in its first scenario")
    func namesOfTheAPI() throws {
        let folder = try package()
        let result = try scaffold(
            folder, "acme", "--pagination", "header", "--next", "X-Next", "--rows", "result.items", "--page-size",
            "_limit",
            "--order-by", "_sort", "--table", "items=/shop/items:id:changed=changed[gte]")
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/Acme/AcmeSource.swift")
        for part in [
            #"path: "/shop/items", primaryKeys: ["id"], rows: "result.items""#,
            #".datetime("changed", parameter: "changed[gte]", query: ["_sort": "changed"])"#,
            #"paginator: .nextURL(header: "X-Next"), pageSize: PageSize("_limit", 100)"#, #""/shop/items?_limit=1""#,
        ] {
            #expect(source.contains(part), "\(part): \(source)")
        }
        let model = try text(folder, "Fixtures/acme/example/model.json")
        #expect(model.contains("X-Next") && model.contains("_sort") && model.contains("changed[gte]"), "\(model)")
        for wrong in ["items=shop:id", "items=/a b:id", "items:id:changed=a&b"] {
            #expect(try scaffold(folder, "other", "--table", wrong).status != 0, "\(wrong)")
        }
    }

    @Test("a search by POST has its parameters in a body, its total in a header, its times as numbers")
    func searches() throws {
        let folder = try package()
        let result = try scaffold(
            folder, "acme", "--method", "post", "--pagination", "offset", "--next", "header:X-Total", "--position",
            "paging.offset", "--page-size", "paging.limit", "--order-by", "sort.by", "--order-by", "sort.way=asc",
            "--table", "items=/items/search:id:changed=filter.since@epoch-milliseconds")
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/Acme/AcmeSource.swift")
        for part in [
            #"path: "/items/search", method: .post"#,
            #""changed", parameter: .body("filter.since"), format: .epochMilliseconds"#,
            #"body: ["sort.by": "changed", "sort.way": "asc"]"#, #"total: .header("X-Total")"#,
            #"RESTRequest(.post, probe, body: ["paging": ["limit": 1]])"#,
        ] {
            #expect(source.contains(part), "\(part): \(source)")
        }
        let recording = try text(folder, "Fixtures/acme/example/t0.har")
        #expect(recording.contains("X-Total") && !recording.contains("?"), "\(recording)")
        let model = try text(folder, "Fixtures/acme/example/model.json").replacing(/\s+/, with: "")
        #expect(
            model.contains(#""headers":{"X-Total":"$total"}"#) && model.contains(#""sort.by+sort.way":{"changed+asc""#))
    }

    @Test(
        "a key's header, constants, a bound within a text and lists under their tables' names are written and recorded")
    func partsOfTheirOwn() throws {
        let folder = try package()
        let result = try scaffold(
            folder, "tracker", "--auth", "api-key", "--api-key-in", "header:X-Tracker-Key", "--pagination", "offset",
            "--rows", "{table}", "--query", "f=json", "--header", "X-Version=2026-01", "--table",
            "issues=/issues.json:id:updated_on=updated_on=>={value}")
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/Tracker/TrackerSource.swift")
        for part in [
            #"header: "X-Tracker-Key""#, #"query: ["f": "json"]"#, #"rows: "issues""#,
            #"headers: ["X-Version": "2026-01"]"#, #"parameter: "updated_on", template: ">={value}""#,
        ] {
            #expect(source.contains(part), "\(part): \(source)")
        }
        #expect(try text(folder, "Fixtures/tracker/example/t0.har").contains("/issues.json?offset=0&limit=100&f=json"))
        #expect(try text(folder, "Fixtures/tracker/example/model.json").contains(#""template" : ">={value}""#))
    }

    @Test(
        "how numbered pages end is told by the name of the place, or by short pages",
        arguments: [
            ("total", #"total: "total""#), ("meta.page_count", #"totalPages: "meta.page_count""#),
            ("has_more", #"hasMore: "has_more""#), ("", #".pageNumber(parameter: "page"), pageSize"#),
        ])
    func endOfPages(_ next: String, _ part: String) throws {
        let folder = try package()
        let result = try scaffold(folder, "acme", "--pagination", "page", "--next", next, "--order-by", "")
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/Acme/AcmeSource.swift")
        #expect(source.contains(part), "\(source)")
    }

    @Test(
        "an option that does not go with the others is told with what does",
        arguments: [
            (["--pagination", "cursor", "--next", ""], "only offsets and pages"),
            (["--pagination", "next-url", "--next", "header:X"], "--pagination header"),
            (["--method", "post", "--kind", "file"], "only a source of kind rest"),
            (["--table", "items:id:at@epoch"], "epoch-seconds"),
            (["--order-by", "sort={field"], "{field}:asc"), (["--query", "format"], "format=json"),
            (["--header", "Accept"], "is no header"), (["--header", "Authorization=x"], "--auth"),
            (["--api-key-in", "header:X-Key"], "--auth api-key"),
            (["--table", "lines=/orders/{orders.id}/lines:id"], "give orders by --table"),
            (["--table", "lines=/orders/{orders.id}/lines/{lines.id}:id"], "FanOut.md"),
            (["--table", "lines=/orders/{orders}/lines:id"], "FanOut.md"),
            (["--table", "a:id", "--table", "b=/a/{a.id}/b:id", "--table", "c=/b/{b.id}/c:id"], "FanOut.md"),
            (["--method", "post", "--table", "a:id", "--table", "b=/a/{a.id}/b:id"], "by GET alone"),
            (["--table", "items:id:at=filter=at>=value"], ">={value}"),
            (["--kind", "graphql", "--rows", "data.items"], "part of the query"),
            (["--kind", "graphql", "--table", "items:id:at=since"], "part of the query"),
            (["--kind", "graphql", "--table", "items=/a:id", "--table", "lines=/b:id"], "one path"),
            (["--from-openapi", "https://acme.example/openapi.json"], "curl -o openapi.json"),
        ])
    func options(_ options: [String], _ told: String) throws {
        let result = try scaffold(package(), ["acme"] + options)
        #expect(result.status != 0 && result.errors.contains(told), "\(result.errors)")
    }

    @Test("a table that is asked for by the rows of another has their field in its key, and comes behind them")
    func childTable() throws {
        let folder = try package()
        let result = try scaffold(
            folder, "acme", "--table", "lines=/orders/{orders.id}/lines:number", "--table", "orders:id")
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/Acme/AcmeSource.swift")
        #expect(
            source.contains(#"path: "/orders/{orders.id}/lines", primaryKeys: ["_orders_id", "number"]"#), "\(source)")
        #expect(source.contains(#"parent: "orders""#) && source.contains(#"let probe = "/orders?"#), "\(source)")
        let model = try text(folder, "Fixtures/acme/example/model.json")
        #expect(model.contains(#""_orders_id" : "id""#) && model.contains("/orders/{_orders_id}/lines"), "\(model)")
        #expect(try text(folder, "Fixtures/acme/example/t0.har").contains("/v1/orders/ord_113/lines"))
    }

    @Test("a part of the host in braces becomes a field of the form that leads to no other host")
    func hostParts() throws {
        let folder = try package()
        let result = try scaffold(
            folder, "acme", "--auth", "none", "--base-url", "https://{account_id}.{region}.acme.example/v1/")
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/Acme/AcmeSource.swift")
        #expect(source.contains(#""https://\(config.accountId).\(config.region).acme.example/v1""#), "\(source)")
        #expect(source.contains(#"@Input("Account id", placeholder: "acme", rule: .hostLabel) var accountId: String"#))
        #expect(!source.contains("init() {}"))
        let manifest = try text(folder, "Fixtures/acme/example/manifest.json")
        #expect(manifest.contains(#""account_id" : "acme""#), "\(manifest)")
        #expect(try text(folder, "Fixtures/acme/example/t0.har").contains("https://acme.acme.acme.example/v1/items"))
        #expect(try text(folder, "Tests/SourceCatalogTests/Golden/identifiers.txt").contains("Acme.account_id"))
    }

    @Test(
        "where users fill in the whole host no redirect is followed, and else they are",
        arguments: [("rest", "page"), ("rest", "none"), ("graphql", "none"), ("file", "link")])
    func hostOfUsers(_ kind: String, _ pagination: String) throws {
        for (url, isWhole) in [("https://{host}/v1", true), ("https://{workspace}.acme.example/v1", false)] {
            let folder = try package()
            let options = kind == "graphql" ? [] : ["--pagination", pagination]
            let result = try scaffold(folder, ["acme", "--kind", kind, "--base-url", url] + options)
            #expect(result.status == 0, "\(result.errors)")
            let source = try text(folder, "Sources/SourceCatalog/Acme/AcmeSource.swift")
            #expect(source.contains(",\n            followsRedirects: false)\n") == isWhole, "\(source)")
        }
    }

    @Test("a wrong option is told with the command's own usage, once; what does not go together without it")
    func usage() throws {
        let folder = try package()
        let wrong = try scaffold(folder, "acme", "--table", "items:i d")
        #expect(wrong.errors.components(separatedBy: "Usage: scaffold new-source").count == 2, "\(wrong.errors)")
        #expect(wrong.errors.contains("'items:i d'") && wrong.errors.contains("'i d' is no name"), "\(wrong.errors)")
        let twice = try scaffold(folder, "acme", "--table", "items:id", "--table", "items:uuid")
        #expect(!twice.errors.contains("Usage") && twice.errors.contains("one name"), "\(twice.errors)")
    }

    @Test("nothing is overwritten, and a dry run writes nothing")
    func overwritesNothing() throws {
        let folder = try package()
        let path = folder.url.appending(path: "Sources/SourceCatalog/Acme").path
        #expect(try scaffold(folder, "acme", "--dry-run").status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try scaffold(folder, "acme").status == 0)
        let again = try scaffold(folder, "acme")
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
        let folder = try package()
        let tool = CommandLineTool(name: "scaffold", folder: folder.url)
        let result = try tool.run(["new-source"] + arguments + ["--package", folder.url.path])
        #expect(result.status == 64 && result.errors.contains(words), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "Fixtures/acme").path))
    }

    @Test("a step that is not possible leaves nothing behind")
    func leavesNothing() throws {
        let folder = try package()
        // The icons' folder is a file: the source can be written, its icon cannot.
        let icons = folder.url.appending(path: "Sources/SourceCatalog/Icons")
        try FileManager.default.removeItem(at: icons)
        try Data("in the way".utf8).write(to: icons)
        let before = try text(folder, "Sources/SourceCatalog/Registry.swift")
        let result = try scaffold(folder, "acme")
        #expect(result.status == 64 && result.errors.contains("Nothing was left behind"), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "Sources/SourceCatalog/Acme").path))
        #expect(try text(folder, "Sources/SourceCatalog/Registry.swift") == before)
        let tool = CommandLineTool(name: "scaffold", folder: folder.url)
        let elsewhere = try tool.run(["new-source", "zed", "--package", "/nowhere"])
        #expect(elsewhere.status == 64 && elsewhere.errors.contains("Tributary's own folder"))
    }

    @Test("a package of sources is made whole, takes sources, and is never overwritten")
    func newPackage() throws {
        let folder = try TemporaryFolder()
        let place = folder.url.appending(path: "acme-sources")
        let tool = CommandLineTool(name: "scaffold", folder: folder.url)
        let made = try tool.run("new-package", place.path)
        #expect(made.status == 0, "\(made.errors)")
        let added = try tool.run("new-source", "acme", "--package", place.path, "--table", "items:id:updated_at")
        #expect(added.status == 0, "\(added.errors)")
        let registry = try text(folder, "acme-sources/Sources/AcmeSources/Registry.swift")
        #expect(registry.contains("        AcmeSource.self\n"))
        #expect(
            try text(folder, "acme-sources/Sources/AcmeSources/Acme/AcmeSource.swift").contains("struct AcmeSource"))
        #expect(try text(folder, "acme-sources/Package.swift").contains("path: \"\(CommandLineTool.root.path)\""))
        #expect(try text(folder, "acme-sources/.github/workflows/ci.yml").contains("swift test"))
        #expect(try tool.run("new-package", place.path).status == 64)
        #expect(try tool.run("new-source", "shop", "--kind", "sql", "--package", place.path).status == 64)
        #expect(try tool.run("new-package", folder.url.appending(path: "7up").path).status == 64)
    }

    @Test("an OpenAPI document proposes tables, keys, paging, types and authorization", arguments: ["yaml", "json"])
    func openAPI(_ format: String) throws {
        let folder = try package()
        let file = folder.url.appending(path: "api.\(format)")
        try Data((format == "yaml" ? Self.yaml : Self.json).utf8).write(to: file)
        let result = try scaffold(folder, "harbour", "--from-openapi", file.path)
        #expect(result.status == 0, "\(result.errors)")
        let source = try text(folder, "Sources/SourceCatalog/Harbour/HarbourSource.swift")
        #expect(source.contains("label: \"Harbour API\""))
        #expect(source.contains("https://eu.harbour.example/v2"))
        #expect(source.contains("header: \"X-Harbour-Key\""))
        #expect(source.contains(".cursor(parameter: \"after\", from: \"meta.next_cursor\")"))
        #expect(source.contains("PageSize(\"page_size\", 50)"))
        #expect(source.contains("\"berths\", path: \"/port/berths\", primaryKeys: [\"id\"], rows: \"data\""))
        #expect(source.contains(".datetime(\"updated_at\", parameter: \"updated_since\""))
        #expect(source.contains("partitioning: .datetime(\"created_at\", by: .month)"))
        #expect(source.contains("\"built_on\": .date32"))
        #expect(result.errors.contains("/port/berths/{id}/ships"))
    }

    private static let yaml = """
        openapi: 3.0.3
        info: {title: Harbour API, version: "2"}
        servers:
          - url: https://{region}.harbour.example/v2/
            variables: {region: {default: eu}}
        security: [{key: []}]
        paths:
          /port/berths:
            get:
              parameters:
                - {name: after, in: query, schema: {type: string}}
                - {name: page_size, in: query, schema: {type: integer, maximum: 50}}
                - {$ref: '#/components/parameters/Since'}
              responses:
                '200':
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          data: {type: array, items: {$ref: '#/components/schemas/Berth'}}
                          meta: {type: object, properties: {next_cursor: {type: string}}}
          /port/berths/{id}/ships:
            get: {responses: {'200': {description: Ships}}}
        components:
          securitySchemes: {key: {type: apiKey, in: header, name: X-Harbour-Key}}
          parameters:
            Since: {name: updated_since, in: query, schema: {type: string, format: date-time}}
          schemas:
            Berth:
              allOf:
                - {type: object, properties: {id: {type: string}}}
                - type: object
                  properties:
                    updated_at: {type: string, format: date-time}
                    created_at: {type: string, format: date-time}
                    built_on: {type: string, format: date}
        """

    private static let json = """
        {"openapi": "3.1.0", "info": {"title": "Harbour API", "version": "2"},
         "servers": [{"url": "https://eu.harbour.example/v2"}],
         "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Harbour-Key"}}},
         "paths": {
          "/port/berths/{id}/ships": {"get": {"responses": {}}},
          "/port/berths": {"get": {"parameters": [
            {"name": "after", "in": "query"}, {"name": "updated_since", "in": "query"},
            {"name": "page_size", "in": "query", "schema": {"type": "integer", "maximum": 50}}],
           "responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "properties": {
             "data": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"},
               "updated_at": {"type": "string", "format": "date-time"},
               "created_at": {"type": "string", "format": "date-time"},
               "built_on": {"type": "string", "format": "date"}}}},
             "meta": {"type": "object", "properties": {"next_cursor": {"type": "string"}}}}}}}}}}}}}
        """
}
