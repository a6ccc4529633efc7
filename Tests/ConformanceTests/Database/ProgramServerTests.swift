import Columns
import Foundation
import TestSupport
import Testing
import Transports
import Tributary

@testable import Conformance

/// The kit's own databases on real servers, written through a client that stays logged in.
@Suite("Databases of the kit", .timeLimit(.minutes(2))) struct ProgramServerTests {
    private func inScratch(_ url: String, _ body: (any ScratchDatabase) async throws -> Void) async throws {
        let server = try ProgramServer(url)
        let scratch = try await server.makeDatabase()
        do {
            try await body(scratch)
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    private func work(_ scratch: any ScratchDatabase, foreignKeysOff: String) async throws {
        try await scratch.run(
            "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint, FOREIGN KEY (id) REFERENCES a (id));")
        let error = await #expect(throws: ScratchFailure.self) {
            try await scratch.run("INSERT INTO nowhere VALUES (1);")
        }
        #expect(error?.problem.contains("nowhere") == true, "\(error?.problem ?? "")")
        #expect(error?.problem.contains("/tmp") == false, "\(error?.problem ?? "")")
        // The program ended with the mistake; the next script finds another.
        try await scratch.run("INSERT INTO a VALUES (1), (2);")
        #expect(try await scratch.texts("SELECT id FROM a ORDER BY id") == ["1", "2"])
        // What one script sets is gone in the next.
        try await scratch.run(foreignKeysOff + "INSERT INTO b VALUES (7);")
        await #expect(throws: ScratchFailure.self) { try await scratch.run("INSERT INTO b VALUES (8);") }
        #expect(try await scratch.texts("SELECT id FROM b") == ["7"])
        // More than a pipe holds, in and out.
        let many = (10..<20_000).map { "(\($0))" }.joined(separator: ",")
        try await scratch.run("INSERT INTO a VALUES \(many);")
        #expect(try await scratch.texts("SELECT id FROM a").count == 19_992)
    }

    @Test(
        "a mistake names itself and ends nothing, settings do not stay, long answers come whole: PostgreSQL",
        .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine: install postgresql"))
    func postgres() async throws {
        let endpoint = try await PostgresServer.shared().endpoint("postgres")
        try await inScratch(endpoint.url("postgres")) { scratch in
            try await work(scratch, foreignKeysOff: SQLText.withoutForeignKeys(.postgres))
        }
    }

    @Test(
        "a mistake names itself and ends nothing, settings do not stay, long answers come whole: MariaDB",
        .enabled(if: MariaDBServer.isAvailable, "no MariaDB server on this machine: install mariadb-server"))
    func mariaDB() async throws {
        let endpoint = try await MariaDBServer.shared().endpoint("mysql")
        try await inScratch(endpoint.url("mysql")) { scratch in
            try await work(scratch, foreignKeysOff: SQLText.withoutForeignKeys(.mysql))
        }
    }

    @Test(
        "MariaDB's estimates are settled to what is there, whatever it estimated before",
        .enabled(if: MariaDBServer.isAvailable, "no MariaDB server on this machine: install mariadb-server"))
    func estimates() async throws {
        let endpoint = try await MariaDBServer.shared().endpoint("mysql")
        try await inScratch(endpoint.url("mysql")) { scratch in
            // Nothing to count is no mistake.
            try await scratch.settleEstimates()
            // A table that gets another name is opened anew, with the figures that are kept of it.
            try await scratch.run(
                "CREATE TABLE a (id bigint PRIMARY KEY) STATS_AUTO_RECALC = 0; INSERT INTO a VALUES (1), (2), (3);"
                    + "UPDATE mysql.innodb_table_stats SET n_rows = 999 WHERE database_name = DATABASE();"
                    + "RENAME TABLE a TO `a ``b`; CREATE VIEW v AS SELECT id FROM `a ``b`;")
            let estimate =
                "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type <> 'VIEW'"
            #expect(try await scratch.texts(estimate) == ["999"])
            try await scratch.settleEstimates()
            #expect(try await scratch.texts(estimate) == ["3"])
        }
    }

    @Test(
        "a database that differs in rows alone keeps its definitions, any other is made anew",
        .enabled(if: PostgresServer.isAvailable && MariaDBServer.isAvailable, "install postgresql and mariadb-server"))
    func reuse() async throws {
        let postgres = try await PostgresServer.shared().endpoint("postgres")
        try await reuse(.postgres, "public", try ProgramServer(postgres.url("postgres")))
        let mariaDB = try await MariaDBServer.shared().endpoint("mysql")
        try await reuse(.mysql, "", try ProgramServer(mariaDB.url("mysql")))
    }

    private func reuse(_ engine: DatabaseEngine, _ schema: String, _ server: ProgramServer) async throws {
        let table = SQLTableFacts(
            schema: schema, name: "a", isView: false, columns: [SQLTableFacts.Column(name: "id", type: "bigint")])
        func world(_ ids: [Int64], of script: String = "CREATE TABLE a (id bigint PRIMARY KEY);") -> SQLWorld {
            var world = SQLWorld(engine: engine, script: script)
            world.contents = [(table, ids.map { World.Object(body: ["id": .number(JSONNumber($0))]) })]
            return world
        }
        /// The rows and the number of tables of a world's database, which is then given back.
        func seen(_ world: SQLWorld, adding definition: String? = nil) async throws -> [[String]] {
            let scratch = try await server.makeDatabase(for: world)
            defer { scratch.release() }
            try await scratch.fill(with: world)
            let rows = try await scratch.texts("SELECT id FROM a ORDER BY id")
            let place = engine == .postgres ? "'public'" : "DATABASE()"
            let tables = try await scratch.texts(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = \(place)")
            if let definition { _ = try await scratch.texts(definition) }
            return [rows, tables.sorted()]
        }
        do {
            #expect(try await seen(world([1, 2]), adding: "CREATE TABLE b (id bigint)") == [["1", "2"], ["a"]])
            #expect(try await seen(world([3])) == [["3"], ["a", "b"]])
            var changed = world([3])
            changed.changes = ["INSERT INTO a VALUES (4)"]
            #expect(try await seen(changed) == [["3", "4"], ["a", "b"]])
            // What changes have left is not known, and is taken away.
            #expect(try await seen(world([5])) == [["5"], ["a"]])
            #expect(try await seen(world([6], of: "CREATE TABLE a (id bigint);")) == [["6"], ["a"]])
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    @Test(
        "a table that an earlier use has changed gets its rows back, and definitions stay",
        .enabled(if: PostgresServer.isAvailable && MariaDBServer.isAvailable, "install postgresql and mariadb-server"))
    func restored() async throws {
        let postgres = try await PostgresServer.shared().endpoint("postgres")
        try await restored(.postgres, "public", postgres.url("postgres"))
        let mariaDB = try await MariaDBServer.shared().endpoint("mysql")
        try await restored(.mysql, "", mariaDB.url("mysql"))
    }

    private func restored(_ engine: DatabaseEngine, _ schema: String, _ url: String) async throws {
        let stack = try DatabaseStack(connector: LiveDatabaseConnector(), servers: [url])
        let script = """
            CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY);
            INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (7);
            """
        func table(_ name: String) -> SQLTableFacts {
            let id = SQLTableFacts.Column(name: "id", type: "bigint", isRequired: true)
            return SQLTableFacts(schema: schema, name: name, isView: false, columns: [id])
        }
        func world(_ name: String? = nil, _ ids: [Int64] = [], of script: String = script) -> SQLWorld {
            var world = SQLWorld(engine: engine, script: script)
            let rows = ids.map { World.Object(body: ["id": .number(JSONNumber($0))]) }
            if let name { world.contents = [(table(name), rows)] }
            return world
        }
        /// The rows of both tables, and how many tables there are besides.
        func seen(_ world: SQLWorld, adding definition: String? = nil) async throws -> [String] {
            let scratch = try await EngineDatabase(world, on: stack).scratch()
            defer { scratch.release() }
            let rows = [
                try await scratch.texts("SELECT id FROM a ORDER BY id"),
                try await scratch.texts("SELECT id FROM b ORDER BY id"),
            ]
            // Past what is known of the catalogue: the mark is made behind its back.
            let lines = try await scratch.texts(SQLText.catalogue(engine))
            if let definition { _ = try await scratch.texts(definition) }
            return rows.map { $0.joined(separator: " ") } + ["\(lines.count - 2)"]
        }
        do {
            let content = try await stack.content(of: world())
            #expect(Set(content.tables) == [table("a"), table("b")])
            #expect(try await seen(world("a", [3]), adding: "CREATE TABLE mark (id bigint)") == ["3", "7", "0"])
            #expect(try await seen(world("b", [8])) == ["1 2", "8", "1"])
            var changed = world("a", [4])
            changed.changes = ["CREATE TABLE more (id bigint)"]
            #expect(try await seen(changed) == ["4", "7", "2"])
            #expect(try await seen(world("b", [9])) == ["1 2", "9", "0"])
            // Of a script alone the figures must be what they are in a new database.
            #expect(try await seen(world("a", [5]), adding: "CREATE TABLE mark (id bigint)") == ["5", "7", "0"])
            #expect(try await seen(world()) == ["1 2", "7", "0"])
            // What acts when rows change is not known to be undone.
            let acting = script + "CREATE TABLE c (id bigint REFERENCES a (id) ON DELETE CASCADE);"
            _ = try await stack.content(of: world(of: acting))
            #expect(
                try await seen(world("a", [3], of: acting), adding: "CREATE TABLE mark (id bigint)") == ["3", "7", "1"])
            #expect(try await seen(world("b", [8], of: acting)) == ["1 2", "8", "1"])
        } catch {
            await stack.close()
            throw error
        }
        await stack.close()
    }
}
