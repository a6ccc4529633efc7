import Columns
import TestSupport
import Testing
import Tributary

@Suite("Database discovery")
struct DatabaseDiscoveryTests {
    static let shop = """
        CREATE TABLE customers (id int NOT NULL PRIMARY KEY, name varchar(80), born date);
        CREATE TABLE order_lines (
          order_id int NOT NULL, number int NOT NULL, customer_id int NOT NULL, amount decimal(10, 2) NOT NULL,
          updated_at timestamp NULL, PRIMARY KEY (order_id, number),
          CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers (id));
        CREATE INDEX lines_updated ON order_lines (updated_at);
        CREATE TABLE codes (code varchar(9) NOT NULL, region varchar(2) NOT NULL, label varchar(9));
        CREATE UNIQUE INDEX codes_unique ON codes (region, code);
        CREATE UNIQUE INDEX codes_label ON codes (label);
        CREATE TABLE loose (ID bigint, seen date);
        CREATE TABLE keyless (a int, b int);
        CREATE VIEW recent AS SELECT id, name FROM customers;
        """

    @Test("tables, views, keys, indexes and references are found", arguments: DatabaseLab.Engine.available)
    func shop(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, Self.shop)
        let schemas = try await lab.source.schemas(in: lab.context)
        #expect(schemas.map(\.name) == ["codes", "customers", "keyless", "loose", "order_lines", "recent"])
        #expect(
            schemas.map(\.primaryKeys) == [
                ["region", "code"], ["id"], [], [engine == .postgres ? "id" : "ID"], ["order_id", "number"], ["id"],
            ])
        let lines = try await lab.schema("order_lines")
        #expect(lines.columns.map(\.name) == ["order_id", "number", "customer_id", "amount", "updated_at"])
        #expect(lines.columns.map(\.isNullable) == [false, false, false, false, true])
        #expect(lines.foreignKeys == [ForeignKey(column: "customer_id", targetTable: "customers", targetColumn: "id")])
        let updated = try #require(lines.incrementalFields.first { $0.name == "updated_at" })
        #expect(updated.type == .timestamp)
        #expect(updated.isNullable)
        #expect(updated.isIndexed == true)
        let number = try #require(lines.incrementalFields.first { $0.name == "number" })
        #expect(number.type == .integer)
        #expect(number.isIndexed == false)
        #expect(lines.supportsIncremental)
        let keyless = try await lab.schema("keyless")
        #expect(!keyless.supportsIncremental)
        #expect(keyless.supportsAppend)
    }

    @Test("names of any spelling can be listed and read", arguments: DatabaseLab.Engine.available)
    func oddNames(_ engine: DatabaseLab.Engine) async throws {
        let names = [
            "we\"ird", "select", "Ünï cödé", "sp ace", "semi;colon", "tick`s", "do.t", "per%cent", "a'b", "q?m",
        ]
        let lab = try await DatabaseLab(engine, "CREATE TABLE plain (id int PRIMARY KEY)")
        for name in names {
            let quoted = lab.quote(name)
            try await lab.execute(
                "CREATE TABLE \(quoted) (\(quoted) int NOT NULL PRIMARY KEY); INSERT INTO \(quoted) VALUES (1), (2)")
        }
        let schemas = try await lab.source.schemas(in: lab.context)
        #expect(Set(schemas.map(\.name)) == Set(names + ["plain"]))
        for name in names {
            let field = IncrementalField(name, .integer)
            let rows = try await lab.read(
                SourceInputs(
                    schema: name, syncType: .incremental, cursorField: field, watermark: Watermark(last: .integer(2))))
            #expect(rows.values(name) == [.int(2)], "\(name)")
        }
    }

    @Test("a hostile name finds no table and does no harm", arguments: DatabaseLab.Engine.available)
    func injection(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
        for name in ["t; DROP TABLE t", "t\" WHERE 1=1 --", "t` --", "' OR '1'='1", "t' --"] {
            let error = await #expect(throws: SourceError.self) { try await lab.read(SourceInputs(schema: name)) }
            #expect(error?.kind == .unknownSchema)
        }
        #expect(try await lab.read(SourceInputs(schema: "t")).count == 1)
    }

    @Test("a table that is not there is named, with the nearest one", arguments: DatabaseLab.Engine.available)
    func missingTable(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE customers (id int PRIMARY KEY)")
        let error = await #expect(throws: SourceError.self) { try await lab.read(SourceInputs(schema: "custmers")) }
        #expect(error?.kind == .unknownSchema)
        #expect(error?.message.contains("custmers") == true)
        #expect(error?.advice == "Did you mean 'customers'?")
    }

    @Test("statistics give an estimate and a partition layout", arguments: DatabaseLab.Engine.available)
    func statistics(_ engine: DatabaseLab.Engine) async throws {
        guard engine != .sqlite else { return }
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int PRIMARY KEY, pad varchar(200))")
        try await lab.execute("INSERT INTO t SELECT i, repeat('x', 200) FROM \(lab.series(5000)) WHERE i > 0")
        try await lab.execute(engine == .postgres ? "ANALYZE t" : "ANALYZE TABLE t")
        let schema = try await lab.schema("t")
        #expect((4500...5500).contains(schema.estimatedRowCount ?? 0))
        let response = try await lab.source.read(SourceInputs(schema: "t"), in: lab.context)
        #expect(response.rowsToSync == 5000)
        #expect(response.partitioning.count == 1)
        // 200 MiB in rows of 200 to 400 bytes.
        #expect((500_000...1_100_000).contains(response.partitioning.size ?? 0))
    }

    #if PostgreSQL
        @Test(
            "without a schema all are listed, by schema.table",
            .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine"))
        func allSchemas() async throws {
            let lab = try await DatabaseLab(
                .postgres,
                """
                CREATE SCHEMA "my.shop"; CREATE TABLE "my.shop"."a.b" (id int PRIMARY KEY); CREATE TABLE t (id int);
                INSERT INTO "my.shop"."a.b" VALUES (7);
                """)
            let source = try lab.source(changing: ["schema": .null])
            #expect(try await source.schemas(in: lab.context).map(\.name) == ["my.shop.a.b", "public.t"])
            #expect(try await lab.read(SourceInputs(schema: "my.shop.a.b"), from: source).values("id") == [.int(7)])
        }

        @Test(
            "row-level security is told, unreadable tables are not offered, parts of a partitioned table neither",
            .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine"))
        func permissions() async throws {
            let lab = try await DatabaseLab(
                .postgres,
                """
                CREATE TABLE open_table (id int PRIMARY KEY); CREATE TABLE hidden (id int PRIMARY KEY);
                CREATE TABLE guarded (id int PRIMARY KEY, owner text);
                ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
                CREATE POLICY own ON guarded USING (owner = current_user);
                CREATE TABLE parted (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                INSERT INTO parted SELECT i, '2024-03-01' FROM generate_series(1, 1000) i; ANALYZE parted, parted_1;
                CREATE ROLE analyst LOGIN PASSWORD 'analyst'; GRANT SELECT ON open_table, guarded, parted TO analyst;
                """)
            let source = try lab.source(changing: ["user": "analyst", "password": "analyst"])
            let schemas = try await source.schemas(in: lab.context)
            #expect(schemas.map(\.name) == ["guarded", "open_table", "parted"])
            #expect(schemas.map { $0.rowSecurityWarning != nil } == [true, false, false])
            #expect(schemas.last?.estimatedRowCount == 1000)
            #expect(schemas.last?.primaryKeys == ["id", "day"])
            let error = await #expect(throws: SourceError.self) {
                try await source.validateCredentials(schema: "hidden", in: lab.context)
            }
            #expect(error?.kind == .permissionDenied)
            try await source.validateCredentials(schema: "open_table", in: lab.context)
        }
    #endif
}
