import Cassettes
import Columns
import Conformance
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Transports
import Tributary

/// Tables of odd but lawful forms, recorded from a real server: a correct source must pass on them.
@Suite("Checks on tables of odd forms", .timeLimit(.minutes(5))) struct OddTablesTests {
    private static let drivers = LiveDatabaseConnector.builtInEngines

    private func expectPassed(
        _ type: String, _ endpoint: DatabaseEndpoint, _ more: [(String, JSONValue)], server url: String,
        _ checks: [String: Set<String>]
    ) async throws {
        let room = try TemporaryFolder("odd")
        let config: [(String, JSONValue)] = [
            ("host", .string(endpoint.host)), ("port", .number(JSONNumber(Int64(endpoint.port)))),
            ("database", .string(endpoint.database)), ("user", .string(endpoint.user)),
            ("password", .string(endpoint.password?.revealed ?? "")),
        ]
        let source = try SourceRegistry.builtIn.source(type)
        let plan = RecordingPlan(
            source: source, config: .object(JSONObject(config + more)), scenario: "odd",
            clock: TimestampParser.microseconds("2026-01-07T12:00:00Z") ?? 0, today: "2026-01-07")
        let key = Array("a key of pseudonyms for tests ..".utf8)
        _ = try await Recorder(plan: plan, live: ShopService.live, fixtures: room.url, key: key).run()
        let stack = try DatabaseStack(connector: LiveDatabaseConnector(), servers: [url])
        for (table, names) in checks.sorted(by: { $0.key < $1.key }) {
            let results = try await Material.results(
                source, room.url.appending(path: "\(type)/odd"), checks: names, tables: [table], databases: stack)
            #expect(Set(results.map(\.item.check.name)) == names)
            for result in results { #expect(result.verdict.name == "passed", "\(result.item.id): \(result.verdict)") }
        }
        await stack.close()
    }

    private static let rows = """
        INSERT INTO users VALUES
          ('00000000-0000-4000-8000-000000001eef', 'u1@example.com', '2025-02-01 00:37:00', 1.005),
          ('00000000-0000-4000-8000-000000003dde', 'u2@example.com', '2025-02-01 01:14:00', 2.010),
          ('00000000-0000-4000-8000-000000005ccd', 'u3@example.com', '2025-02-01 01:51:00', 14.070),
          ('00000000-0000-4000-8000-000000007bbc', NULL, '2025-02-01 02:28:00', 4.020);
        INSERT INTO log_lines VALUES ('2025-03-01 00:00:01', 'a', 1), ('2025-03-01 00:00:02', 'b', 2),
          ('2025-03-01 00:00:02', 'b', 2), ('2025-03-01 00:00:02', 'c', 0), ('2025-03-01 00:00:03', 'd', 1),
          ('2025-03-01 00:00:04', 'e', 1), ('2025-03-01 00:00:04', 'f', 1), (NULL, 'g', 1);
        """

    private static let checks: [String: Set<String>] = [
        // Rows that nothing tells apart.
        "log_lines": ["resume-at-every-step", "resume-checkpoint-never-ahead", "resume-mid-page", "db-keyset-ties"],
        // A second unique column, and a cursor with fewer digits than the lake's column.
        "users": [
            "watermark-boundary-ties-kept", "watermark-chosen-field-honoured", "db-consistent-read",
            "db-server-side-cursor",
        ],
        // A key in which the cursor leaves nothing but a day, in a partitioned table.
        "measurements": ["watermark-page-of-ties-progresses", "resume-state-bounded", "db-consistent-read"],
        // Names with capitals, blanks and signs.
        "Order Items": ["read-figures-as-recorded", "db-identifiers-quoted", "db-read-paths-agree"],
        // A view whose rows change while it is read.
        "seen users": ["watermark-update-during-run"],
    ]

    @Test(
        "PostgreSQL",
        .enabled(if: PostgresServer.isAvailable && drivers.contains(.postgres), "no PostgreSQL server, or no driver"))
    func postgres() async throws {
        let server = try await PostgresServer.shared()
        let database = try await server.makeDatabase(
            """
            CREATE TABLE users (id uuid PRIMARY KEY, email varchar(60) UNIQUE CHECK (email LIKE '%@%'),
              seen_at timestamp NOT NULL, balance numeric);
            CREATE TABLE log_lines (at timestamptz, line text, level smallint);
            \(Self.rows)
            CREATE VIEW "seen users" AS SELECT id, email, seen_at FROM users;
            CREATE TABLE measurements (id bigint GENERATED ALWAYS AS IDENTITY, taken_on date NOT NULL, value real,
              PRIMARY KEY (id, taken_on)) PARTITION BY RANGE (taken_on);
            CREATE TABLE m2024 PARTITION OF measurements FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            CREATE TABLE m2025 PARTITION OF measurements FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
            INSERT INTO measurements (taken_on, value) SELECT '2024-12-25'::date + i, i FROM generate_series(1, 12) i;
            CREATE TABLE "Order Items" ("Order Id" uuid, "line-no" int, "Select" text, tags text[], counts int[][],
              "updatedAt" timestamptz NOT NULL, PRIMARY KEY ("Order Id", "line-no"));
            INSERT INTO "Order Items" SELECT ('00000000-0000-4000-8000-' || lpad((i % 3)::text, 12, '0'))::uuid, i,
              'it''s', ARRAY['a', 'b "c"', NULL, '\\', i::text], ARRAY[[i, NULL], [3, 4]],
              '2025-03-01 00:00:00+00'::timestamptz + i / 2 * interval '7 minutes'
              FROM generate_series(1, 9) i;
            """)
        try await expectPassed(
            "postgres", server.endpoint(database), [("schema", "public")],
            server: server.endpoint("postgres").url("postgres"), Self.checks)
    }

    @Test(
        "MariaDB",
        .enabled(if: MariaDBServer.isAvailable && drivers.contains(.mysql), "no MariaDB server, or no driver for it"))
    func mariaDB() async throws {
        let server = try await MariaDBServer.shared()
        let database = try await server.makeDatabase(
            """
            CREATE TABLE users (id char(36) PRIMARY KEY, email varchar(60) UNIQUE, seen_at datetime NOT NULL,
              balance decimal(20, 6));
            CREATE TABLE log_lines (at datetime, line text, level smallint);
            \(Self.rows)
            CREATE VIEW `seen users` AS SELECT id, email, seen_at FROM users;
            CREATE TABLE measurements (id bigint NOT NULL, taken_on date NOT NULL, value float,
              PRIMARY KEY (id, taken_on)) PARTITION BY RANGE (year(taken_on))
              (PARTITION p24 VALUES LESS THAN (2025), PARTITION p25 VALUES LESS THAN (2026));
            INSERT INTO measurements VALUES (1, '2024-12-29', 1), (2, '2024-12-30', 2), (3, '2024-12-31', 3),
              (4, '2025-01-01', 4), (5, '2025-01-02', 5), (6, '2025-01-03', 6);
            CREATE TABLE `Order Items` (`Order Id` char(36), `line-no` int unsigned, `Select` text, attrs json,
              raw varbinary(20), `updatedAt` timestamp(6) NOT NULL, PRIMARY KEY (`Order Id`, `line-no`));
            INSERT INTO `Order Items` VALUES ('a', 1, 'it''s', '{"i": 1}', X'00ff', '2025-03-01 00:00:00.25'),
              ('a', 2, NULL, '[1, 2.50, null]', X'01', '2025-03-01 00:00:00.25'),
              ('b', 1, '', NULL, NULL, '2025-03-01 00:07:00.5');
            """)
        try await expectPassed(
            "mysql", server.endpoint(database), [("using_ssl", false)],
            server: server.endpoint("mysql").url("mysql"), Self.checks)
    }
}
