import Columns
import TestSupport
import Testing
import Transports
import Tributary

@testable import Conformance

/// What is used again of the kit's databases, and what never is.
@Suite("Logins and databases that are used again", .timeLimit(.minutes(2))) struct LoginPoolTests {
    @Test(
        "only a statement that reads, and calls nothing that lasts, leaves nothing in its session",
        arguments: [
            ("SELECT a FROM \"b\" WHERE c > 1", true), ("  with x as (select 1) select * from x", true),
            ("SHOW server_version", true), ("SET TimeZone = 'UTC'", false), ("BEGIN", false),
            ("SELECT set_config('a.b', '1', false)", false), ("SELECT pg_advisory_lock(1)", false),
            ("SELECT GET_LOCK('a', 1)", false), ("SELECT @a := 1", false), ("SELECT a INTO b FROM c", false),
            ("SELECT nextval('s')", false), ("WITH x AS (DELETE FROM a RETURNING 1) SELECT 1", false),
            ("CREATE TEMPORARY TABLE a (b int)", false), ("", false),
        ])
    func leavesNothing(_ text: String, _ isExpected: Bool) {
        #expect(StatementNature.of(text).leavesNothing == isExpected)
    }

    @Test(
        "a question to the catalogue is one about definitions or about figures, and asks for nothing else",
        arguments: [
            (
                "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
                StatementNature.Catalogue.definitions
            ),
            (
                """
                SELECT k.number FROM pg_catalog.pg_index x
                CROSS JOIN LATERAL unnest(x.indkey, x.indclass) WITH ORDINALITY AS k(number, kind, position)
                """, .definitions
            ),
            ("SELECT column_name FROM information_schema.columns WHERE table_schema = ? ORDER BY 1, 2", .definitions),
            ("SELECT c.reltuples FROM pg_catalog.pg_class c", .figures),
            ("SELECT table_rows FROM information_schema.tables", .figures),
            (
                """
                WITH RECURSIVE tree(oid) AS (SELECT h.inhrelid FROM pg_catalog.pg_inherits h)
                SELECT sum(pg_table_size(tree.oid)) FROM tree
                """, .figures
            ),
            ("SELECT t.a FROM (SELECT DISTINCT table_name AS a FROM information_schema.tables) t", .definitions),
            ("SELECT t.a FROM (SELECT DISTINCT a FROM orders) t", nil),
            ("SELECT a FROM (orders JOIN pg_catalog.pg_class c)", nil),
            ("SELECT random_thing() FROM pg_catalog.pg_class c", nil), ("SELECT * FROM information_schema.tables", nil),
            ("SELECT a FROM orders", nil), ("SELECT c.relname FROM pg_catalog.pg_class c, orders o", nil),
            ("SELECT c.relname FROM pg_catalog.pg_class c WHERE EXISTS (SELECT 1 FROM orders)", nil),
            ("SELECT 1 AS one", nil), ("SHOW server_version", nil), ("SELECT current_user", nil),
            ("SELECT update_time FROM information_schema.tables", nil),
        ])
    func catalogueAlone(_ text: String, _ expected: StatementNature.Catalogue?) {
        #expect(StatementNature.of(text).asksCatalogue == expected)
    }

    @Test("an answer is known to its role until what it is about changes, also where that is while it is asked for")
    func memo() async throws {
        let memo = CatalogueMemo()
        let asked = Lock(0)
        func ask(
            _ about: StatementNature.Catalogue = .definitions, to role: String = "reader", meanwhile: () -> Void = {}
        ) async throws -> Int {
            let question = CatalogueMemo.Question(role: role, statement: SQLStatement("SELECT \(about)"))
            let answer = try await memo.answer(question, about: about) {
                meanwhile()
                let number = asked.withLock { asked in
                    asked += 1
                    return asked
                }
                return Table(schema: TableSchema([]), columns: [], rowCount: number)
            }
            return answer.rowCount
        }
        #expect(try await [ask(), ask(), ask(to: "owner"), ask()] == [1, 1, 2, 1])
        memo.forget()
        #expect(try await [ask(meanwhile: memo.forget), ask(), ask()] == [3, 4, 4])
        #expect(try await [ask(.figures), ask(.figures)] == [5, 5])
        memo.forgetFigures()
        #expect(try await [ask(), ask(.figures)] == [4, 6])
        // What one database was asked the next need not be that is defined alike; its figures are its own.
        let common = DefinitionAnswers()
        memo.adopt(common)
        #expect(try await [ask(), ask(.figures)] == [7, 8])
        memo.forget()
        #expect(try await ask() == 9)
        memo.adopt(common)
        #expect(try await [ask(), ask(.figures)] == [7, 10])
    }

    @Test(
        "the catalogue tells what is defined now, and a role without rights is not told what another one was",
        .enabled(
            if: PostgresServer.isAvailable && LiveDatabaseConnector.builtInEngines.contains(.postgres),
            "no PostgreSQL server, or no driver for it"))
    func catalogue() async throws {
        let endpoint = try await PostgresServer.shared().endpoint("postgres")
        let stack = try DatabaseStack(connector: LiveDatabaseConnector(), servers: [endpoint.url("postgres")])
        let database = EngineDatabase(Self.world([1]), on: stack)
        let question = SQLStatement(
            """
            SELECT a.attname AS name FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            WHERE c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped AND has_table_privilege(c.oid, 'SELECT')
            """, [.string("a")])
        #expect(StatementNature.of(question.text).asksCatalogue == .definitions)
        func columns() async throws -> Int {
            let connection = try await EngineConnector(database).connect(to: Self.endpoint)
            let answer = try await connection.query(question)
            await connection.close()
            return answer.rowCount
        }
        #expect(try await database.scratch().catalogue != nil)
        #expect(try await [columns(), columns()] == [1, 1])
        try await database.commit(["ALTER TABLE a ADD COLUMN b int"])
        #expect(try await columns() == 2)
        try await database.commit(["REVOKE SELECT ON a FROM \(ProgramServer.reader)"])
        #expect(try await columns() == 0)
        await stack.close()
    }

    private static let table = SQLTableFacts(
        schema: "public", name: "a", isView: false, columns: [SQLTableFacts.Column(name: "id", type: "bigint")])

    private static func world(_ ids: [Int64], of script: String = "CREATE TABLE a (id bigint PRIMARY KEY);") -> SQLWorld
    {
        let grant = "\nGRANT SELECT ON a TO tributary_reader;"
        var world = SQLWorld(engine: .postgres, script: script + grant)
        world.contents = [(table, ids.map { World.Object(body: ["id": .number(JSONNumber($0))]) })]
        return world
    }

    /// Where a source's config says that its database is, and as whom it logs in there.
    private static let endpoint = DatabaseEndpoint(
        engine: .postgres, host: "db.example.com", port: 5432, database: "shop", user: ProgramServer.reader,
        password: Secret(ProgramServer.readerPassword))

    /// The process that serves a login, after a statement was run in it.
    private func process(_ connector: EngineConnector, then statement: String? = nil) async throws -> Value? {
        let connection = try await connector.connect(to: Self.endpoint)
        let answer = try await connection.query(SQLStatement("SELECT pg_backend_pid() AS pid"))
        if let statement { _ = try? await connection.query(SQLStatement(statement)) }
        await connection.close()
        await #expect(throws: SourceError.self) { try await connection.query(SQLStatement("SELECT 1 AS one")) }
        return answer.column("pid")?[0]
    }

    @Test(
        "a session is used again until it was told something, failed, or the definitions changed",
        .enabled(
            if: PostgresServer.isAvailable && LiveDatabaseConnector.builtInEngines.contains(.postgres),
            "no PostgreSQL server, or no driver for it"))
    func logins() async throws {
        let endpoint = try await PostgresServer.shared().endpoint("postgres")
        let stack = try DatabaseStack(connector: LiveDatabaseConnector(), servers: [endpoint.url("postgres")])
        let database = EngineDatabase(Self.world([1]), on: stack)
        let connector = EngineConnector(database)
        let first = try await process(connector)
        #expect(try await process(connector, then: "SELECT id FROM a") == first)
        #expect(try await process(connector, then: "SET statement_timeout = 1000") == first)
        let second = try await process(connector, then: "SELECT id FROM nowhere")
        #expect(second != first)
        let third = try await process(connector)
        #expect(third != second)
        try await database.commit(["INSERT INTO \"public\".\"a\" (\"id\") VALUES (2)"])
        #expect(try await process(connector) == third)
        try await database.commit(["ALTER TABLE a ADD COLUMN b int"])
        #expect(try await process(connector) != third)
        await stack.close()
    }

    @Test(
        "what is known of a database stays known after changes of rows, and after definitions that were undone",
        .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine: install postgresql"))
    func held() async throws {
        let endpoint = try await PostgresServer.shared().endpoint("postgres")
        let stack = try DatabaseStack(connector: LiveDatabaseConnector(), servers: [endpoint.url("postgres")])
        func known(_ world: SQLWorld, _ statement: String) async throws -> Bool {
            let database = EngineDatabase(world, on: stack)
            #expect(try await database.scratch().held != nil)
            try await database.commit([statement])
            return try await database.scratch().held != nil
        }
        let insert = "INSERT INTO \"public\".\"a\" (\"id\") VALUES (2)"
        #expect(try await known(Self.world([1]), insert))
        #expect(try await !known(Self.world([1]), "ALTER TABLE a ADD COLUMN b int"))
        let others = "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE c (a bigint REFERENCES a ON DELETE CASCADE);"
        #expect(try await !known(Self.world([1], of: others), insert))

        let database = EngineDatabase(Self.world([1]), on: stack)
        let held = try await database.scratch().held
        try await database.commit(["ALTER TABLE a RENAME TO b"])
        try await database.undo(["ALTER TABLE b RENAME TO a"], leaving: held)
        #expect(try await database.scratch().held?.script == held?.script)
        #expect(try await database.scratch().texts("SELECT id FROM a") == ["1"])
        await stack.close()
    }

    @Test("worlds that are only read share a database, the oldest ones give way, and a file is never shared")
    func shared() throws {
        let stack = try DatabaseStack(connector: LiveDatabaseConnector())
        let shared = SharedDatabases()
        let first = shared.database(Self.world([1]), on: stack)
        #expect(shared.database(Self.world([1]), on: stack) === first)
        for id in 2...Int64(SharedDatabases.limit) { _ = shared.database(Self.world([id]), on: stack) }
        #expect(shared.database(Self.world([1]), on: stack) === first)
        for id in 2...Int64(SharedDatabases.limit + 1) { _ = shared.database(Self.world([id]), on: stack) }
        #expect(shared.database(Self.world([1]), on: stack) !== first)
        let file = SQLWorld(engine: .sqlite, script: "CREATE TABLE a (id bigint);")
        #expect(shared.database(file, on: stack) !== shared.database(file, on: stack))
    }

    @Test("a moment with an offset is written in UTC where the column knows no zone")
    func offsets() {
        func literal(_ text: String, _ type: String, _ engine: DatabaseEngine) -> String {
            SQLText.literal(.string(text), of: SQLTableFacts.Column(name: "a", type: type), engine)
        }
        let text = "2025-03-01T07:10:00+05:30"
        #expect(literal(text, "datetime", .mysql) == "'2025-03-01 01:40:00'")
        #expect(literal(text, "timestamp without time zone", .postgres) == "'2025-03-01 01:40:00'")
        #expect(literal(text, "timestamp with time zone", .postgres) == "'\(text)'")
        #expect(literal("2025-03-01T07:10:00.5Z", "datetime", .mysql) == "'2025-03-01 07:10:00.5'")
        #expect(literal("2025-03-01", "datetime", .mysql) == "'2025-03-01'")
        #expect(literal("Party at 10:00:00-05", "text", .postgres) == "'Party at 10:00:00-05'")
    }

    @Test("the rows of a table are told in JSON, however many columns it has")
    func wide() async throws {
        try await wide(try await SQLiteServer().makeDatabase(), schema: "")
        guard PostgresServer.isAvailable else { return }
        let server = try ProgramServer(try await PostgresServer.shared().endpoint("postgres").url("postgres"))
        let scratch = try await server.makeDatabase()
        do {
            try await wide(scratch, schema: "public")
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    private func wide(_ scratch: any ScratchDatabase, schema: String) async throws {
        let columns = (0..<1_000).map { SQLTableFacts.Column(name: "c\($0)", type: "integer") }
        let list = columns.map { "\($0.name) integer" }.joined(separator: ", ")
        try await scratch.run("CREATE TABLE wide (\(list)); INSERT INTO wide (c7, c999) VALUES (8, 9);")
        let facts = SQLTableFacts(schema: schema, name: "wide", isView: false, columns: columns)
        let line = try await scratch.texts(SQLText.rows(of: facts, scratch.engine)).first ?? ""
        let row = try JSONValue(parsing: Array(line.utf8)).object
        #expect(row?.members.count == 1_000 && row?["c7"] == 8 && row?["c999"] == 9 && row?["c0"] == .null)
    }

    @Test("a definition loses its foreign keys and its counter, and keeps its partitions")
    func definitions() throws {
        let shown = """
            CREATE TABLE `a` (
              `id` bigint(20) NOT NULL,
              CONSTRAINT `b` FOREIGN KEY (`id`) REFERENCES `c` (`id`)
            ) ENGINE=InnoDB AUTO_INCREMENT=28
             PARTITION BY RANGE (`id`)
            (PARTITION `p` VALUES LESS THAN (5) ENGINE = InnoDB,
             PARTITION `q` VALUES LESS THAN MAXVALUE ENGINE = InnoDB)
            """
        #expect(
            try TableDefinition.withoutOthers(shown) == """
                CREATE TABLE `a` (
                  `id` bigint(20) NOT NULL
                ) ENGINE=InnoDB
                 PARTITION BY RANGE (`id`)
                (PARTITION `p` VALUES LESS THAN (5) ENGINE = InnoDB,
                 PARTITION `q` VALUES LESS THAN MAXVALUE ENGINE = InnoDB);
                """)
    }
}
