import Columns
import Foundation
import TestSupport
import Testing
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
            #expect(try await seen(changed) == [["3", "4"], ["a"]])
            // The first one was left alone, and is taken for what it nearly holds; the changed one has to be emptied.
            #expect(try await seen(world([5])) == [["5"], ["a", "b"]])
            #expect(try await seen(world([6], of: "CREATE TABLE a (id bigint);")) == [["6"], ["a"]])
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }
}
