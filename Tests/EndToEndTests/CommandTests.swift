import Foundation
import TestSupport
import Testing

/// The commands, from connecting to the history, over a SQLite file; and what they say to bad input.
@Suite(.timeLimit(.minutes(5))) struct CommandTests {
    /// A shop's database, and a tool whose connection `shop` reads it.
    private struct Shop {
        let folder: TemporaryFolder
        let tool: CommandLineTool
        let file: URL

        init(connected: Bool = true) throws {
            folder = try TemporaryFolder()
            tool = CommandLineTool(folder: folder.url)
            file = folder.url.appending(path: "shop.db")
            try execute(
                """
                CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, amount REAL, updated_at TIMESTAMP NOT NULL);
                INSERT INTO orders VALUES (1, 'Ada', 9.5, '2025-01-01 10:00:00'), (2, 'Bo', 12, '2025-01-02 10:00:00');
                CREATE TABLE notes (body TEXT);
                INSERT INTO notes VALUES ('first');
                """)
            guard connected else { return }
            let result = try tool.run("connect", "sqlite", "--name", "shop", "--set", "path=\(file.path)")
            #expect(result.status == 0, "\(result.errors)")
        }

        func execute(_ sql: String) throws { try SQLiteFile.execute(sql, on: file.path) }
    }

    @Test("connect, schemas, sync, sync again and runs tell one story")
    func tellOneStory() throws {
        let shop = try Shop()
        let schemas = try #require(try shop.tool.run("schemas", "shop", "--json").json() as? [[String: Any]])
        let orders = try #require(schemas.first { $0["name"] as? String == "orders" })
        #expect(orders["primaryKeys"] as? [String] == ["id"])
        #expect((orders["cursorFields"] as? [String])?.contains { $0.hasPrefix("updated_at") } == true)

        let first = try summary(shop.tool.run("sync", "shop", "orders", "--json"))
        #expect(first["rowsInserted"] as? Int == 2)
        try shop.execute(
            """
            UPDATE orders SET amount = 10, updated_at = '2025-01-03 10:00:00' WHERE id = 1;
            INSERT INTO orders VALUES (3, 'Cy', 1, '2025-01-03 11:00:00');
            """)
        let second = try summary(shop.tool.run("sync", "shop", "orders", "--json"))
        #expect(second["rowsInserted"] as? Int == 1)
        #expect(second["rowsUpdated"] as? Int == 1)
        #expect(second["tableRows"] as? Int == 3)
        let third = try summary(shop.tool.run("sync", "shop", "orders", "--json"))
        #expect(third["rowsInserted"] as? Int == 0)
        #expect(third["watermarkAfter"] as? String == second["watermarkAfter"] as? String)

        let runs = try #require(try shop.tool.run("runs", "--json").json() as? [[String: Any]])
        #expect(runs.map { $0["status"] as? String } == ["completed", "completed", "completed"])
        #expect(try shop.tool.run("compact", "shop").status == 0)
        #expect(try shop.tool.run("vacuum", "shop", "--dry-run").status == 0)
    }

    @Test("a first read begins where the user says, and the next one remembers it")
    func historyStart() throws {
        let shop = try Shop()
        let first = try summary(
            shop.tool.run("sync", "shop", "orders", "--history-start", "2025-01-02", "--json"))
        #expect(first["rowsInserted"] as? Int == 1)
        try shop.execute("INSERT INTO orders VALUES (3, 'Cy', 1, '2025-01-03 11:00:00');")
        let second = try summary(shop.tool.run("sync", "shop", "orders", "--reset", "--json"))
        #expect(second["tableRows"] as? Int == 2)
        let third = try summary(
            shop.tool.run("sync", "shop", "orders", "--reset", "--history-start", "2025-01-01", "--json"))
        #expect(third["tableRows"] as? Int == 3)
    }

    private func summary(_ result: CommandLineTool.Result) throws -> [String: Any] {
        #expect(result.status == 0, "\(result.errors)")
        let outcomes = try #require(try result.json() as? [[String: Any]])
        return try #require(outcomes.first?["summary"] as? [String: Any])
    }

    @Test("a form is printed as JSON and as JSON Schema", arguments: ["stripe", "github", "sqlite"])
    func printsForms(source: String) throws {
        let folder = try TemporaryFolder()
        let both = try #require(
            try CommandLineTool(folder: folder.url).run("form", source).json() as? [String: Any])
        #expect((both["form"] as? [String: Any])?["fields"] is [Any])
        #expect(
            (both["schema"] as? [String: Any])?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    }

    @Test("an account is stored once, listed without its tokens, taken by a connection and forgotten")
    func accounts() throws {
        let folder = try TemporaryFolder()
        let tool = CommandLineTool(folder: folder.url)
        let token = folder.url.appending(path: "token")
        try Data("gho_notARealToken0000\n".utf8).write(to: token)
        let made = try tool.run(
            "accounts", "add", "github", "--set", "label=Acme", "--set", "access_token=@\(token.path)", "--set",
            "expires_in=3600")
        #expect(made.status == 0 && made.output.contains("under the number 1"), "\(made.errors)")
        let list = try tool.run("accounts")
        #expect(list.output.contains("Acme") && list.output.contains("github") && !list.output.contains("gho_"))
        let json = try #require(try tool.run("accounts", "list", "--json").json() as? [[String: Any]])
        #expect(json.first?["isRefreshed"] as? Bool == false && json.first?["expiresAt"] is Int)
        let connected = try tool.run(
            "connect", "github", "--no-validate", "--set", "auth_method=oauth", "--set",
            "auth_method.github_integration_id=1", "--set", "repositories=acme/site")
        #expect(connected.status == 0, "\(connected.errors)")
        #expect(try tool.run("accounts", "forget", "1").status == 0)
        let gone = try tool.run(
            "connect", "github", "--name", "gone", "--set", "auth_method=oauth", "--set",
            "auth_method.github_integration_id=1", "--set", "repositories=acme/site")
        #expect(gone.status != 0 && gone.errors.contains("Integration not found: 1"), "\(gone.errors)")
        #expect(try tool.run("accounts", "forget", "1").errors.contains("no such account"))
    }

    /// A wrong call, its exit code, and what its message must say.
    struct Wrong: CustomTestStringConvertible, Sendable {
        var arguments: [String]
        var status: Int32
        var says: [String]
        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(
        "each wrong call gets one clear message and its exit code",
        arguments: [
            Wrong(arguments: ["connect", "stripy"], status: 9, says: ["stripy", "Stripe"]),
            Wrong(arguments: ["connect", "sqlite", "--set", "pth=/tmp/x"], status: 2, says: ["pth", "path"]),
            Wrong(arguments: ["connect", "sqlite"], status: 2, says: ["path", "required"]),
            Wrong(arguments: ["connect", "sqlite", "--set", "path"], status: 64, says: ["key=value"]),
            Wrong(arguments: ["connect", "sqlite", "--config", "/nowhere.json"], status: 64, says: ["/nowhere.json"]),
            Wrong(
                arguments: ["connect", "sqlite", "--set", "path=/nowhere/shop.db"], status: 9,
                says: ["/nowhere/shop.db"]),
            Wrong(arguments: ["connect", "sqlite", "--name", "../up", "--set", "path=x"], status: 2, says: ["../up"]),
            Wrong(
                arguments: ["connect", "sqlite", "--name", "shop", "--set", "path=x"], status: 2, says: ["--replace"]),
            Wrong(arguments: ["schemas", "shoop"], status: 9, says: ["shoop", "shop"]),
            Wrong(arguments: ["sync", "shop", "oders"], status: 9, says: ["oders", "orders"]),
            Wrong(arguments: ["sync", "shop", "orders", "--mode", "sideways"], status: 64, says: ["sideways"]),
            Wrong(arguments: ["sync", "shop", "orders", "--cursor", "color"], status: 5, says: ["color"]),
            Wrong(arguments: ["sync", "shop", "notes", "--mode", "incremental"], status: 5, says: ["notes"]),
            Wrong(
                arguments: ["sync", "shop", "orders", "--history-start", "last week"], status: 2,
                says: ["last week", "orders", "--history-start"]),
            Wrong(arguments: ["sync", "shop", "orders", "--max-rows", "1"], status: 8, says: ["orders"]),
            Wrong(
                arguments: ["sync", "shop", "orders", "--lake", "/dev/null/lake"], status: 6, says: ["/dev/null/lake"]),
            Wrong(arguments: ["compact", "shop", "missing"], status: 9, says: ["missing"]),
            Wrong(arguments: ["accounts", "add", "gihub"], status: 9, says: ["gihub", "github"]),
            Wrong(arguments: ["accounts", "add", "github"], status: 2, says: ["label", "access_token"]),
            Wrong(
                arguments: [
                    "accounts", "add", "github", "--set", "label=A", "--set", "access_token=x", "--set",
                    "refresh_token=y",
                ], status: 2, says: ["token_url"]),
        ])
    func saysWhatIsWrong(wrong: Wrong) throws {
        let shop = try Shop()
        let result = try shop.tool.run(wrong.arguments)
        #expect(result.status == wrong.status, "\(result.errors)")
        for text in wrong.says { #expect(result.errors.contains(text), "\(result.errors)") }
        #expect(!result.errors.contains("failed to"))
        let lake = shop.folder.url.appending(path: "lake/shop/orders").path
        #expect(!FileManager.default.fileExists(atPath: lake), "a wrong call leaves no partial table")
    }

    @Test(
        "a misspelt name is told with the one that was meant, and its own exit code",
        arguments: [
            (["chekc"], 64, "There is no command 'tributary chekc'. Did you mean 'check'?"),
            (["fixtures", "inspekt"], 64, "Did you mean 'inspect'?"),
            (["check", "--check", "key-uniqe-over-table"], 64, "Did you mean 'key-unique-over-table'?"),
            (["check", "--check", "a,b"], 64, "Give --check once for each."),
            (["check", "strpe"], 9, "Did you mean 'Stripe'?"),
            (["check", "stripe", "--scenario", "biling"], 9, "Did you mean 'billing'?"),
            (["check", "sqlite", "--table", "stok", "--check", "key-non-null"], 9, "Did you mean 'stock'?"),
            (["preview", "stripe", "--scenario", "biling"], 9, "Did you mean 'billing'?"),
            (["preview", "stripe", "--scenario", "billing", "--at", "t9"], 9, "the state 't9'"),
            (["preview", "stripe", "--scenario", "billing", "--fixtures", "/nowhere"], 9, "there is no folder"),
        ])
    func misspelt(_ arguments: [String], _ status: Int32, _ words: String) throws {
        let folder = try TemporaryFolder()
        let result = try CommandLineTool(folder: folder.url).run(arguments)
        #expect(result.status == status && result.errors.contains(words), "\(result.errors)")
    }

    @Test("a source with fixtures that the program does not know is told to be newer than the program")
    func olderThanTheSource() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "Fixtures/acme"), withIntermediateDirectories: true)
        let made = try CommandLineTool(folder: folder.url).run(["check", "Acme"], at: folder.url)
        #expect(made.status == 9 && made.errors.contains("Build it again"), "\(made.errors)")
    }

    @Test("accepted failures of one table with one reason stand together")
    func acceptedTogether() throws {
        let folder = try TemporaryFolder()
        let made = try CommandLineTool(folder: folder.url).run(
            "check", "github", "--scenario", "forbidden", "--table", "tributary-demo/hidden.labels", "--profile",
            "quick")
        let lines = made.output.split(separator: "\n").filter { $0.hasPrefix("waived until") }
        #expect(made.status == 0 && lines.count == 1, "\(made.output)")
        #expect(lines.first?.contains(/hidden\.labels \/ [0-9]+ checks: the token does not see/) == true, "\(lines)")
    }

    @Test("failures of a scenario that nobody recorded are told apart, and how to be rid of it")
    func madeUpScenario() throws {
        let folder = try TemporaryFolder()
        let copy = folder.url.appending(path: "Fixtures/stripe/bad-credentials")
        try FileManager.default.createDirectory(at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
        let original = CommandLineTool.root.appending(path: "Fixtures/stripe/bad-credentials")
        try FileManager.default.copyItem(at: original, to: copy)
        let manifest = copy.appending(path: "manifest.json")
        let text = try String(contentsOf: manifest, encoding: .utf8)
        // A scenario of a refusal whose story is that of a success.
        try text.replacing("\"documented\"", with: "\"synthetic\"").replacing("errors:", with: "x:")
            .replacing("error:", with: "x:").write(to: manifest, atomically: true, encoding: .utf8)
        let made = try CommandLineTool(folder: folder.url).run(
            "check", "stripe", "--check", "credentials-good-accepted", "--fixtures",
            folder.url.appending(path: "Fixtures").path)
        #expect(made.status == 5 && made.output.contains("Failures of made-up scenarios: 1 of 1."), "\(made.output)")
        #expect(made.output.contains("rm -r") && made.output.contains("bad-credentials"), "\(made.output)")
    }

    @Test("a damaged lake is told by file and line, and nothing is written")
    func tellsDamage() throws {
        let shop = try Shop()
        #expect(try shop.tool.run("sync", "shop", "orders").status == 0)
        let log = shop.folder.url.appending(path: "lake/shop/orders/_delta_log/00000000000000000000.json")
        let text = try String(contentsOf: log, encoding: .utf8)
        try String(text.prefix(text.count / 2)).write(to: log, atomically: true, encoding: .utf8)
        let result = try shop.tool.run("sync", "shop", "orders")
        #expect(result.status == 6, "\(result.errors)")
        #expect(result.errors.contains("00000000000000000000.json"))
    }

    @Test("a secret stands in no file of the state folder and in no output")
    func hidesSecrets() throws {
        let folder = try TemporaryFolder()
        let tool = CommandLineTool(folder: folder.url)
        let secret = "hunter2-correct-horse"
        let result = try tool.run(
            "connect", "stripe", "--no-validate", "--set", "auth_method.selection=api_key", "--set",
            "auth_method.stripe_secret_key=\(secret)")
        #expect(result.status == 0, "\(result.errors)")
        #expect(!(result.output + result.errors).contains(secret))
        let state = folder.url.appending(path: "state")
        for name in try FileManager.default.contentsOfDirectory(atPath: state.path) {
            let bytes = FileManager.default.contents(atPath: state.appending(path: name).path) ?? Data()
            #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(name)")
        }
    }
}
