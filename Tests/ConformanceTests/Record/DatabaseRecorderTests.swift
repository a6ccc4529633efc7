import Cassettes
import Columns
import Conformance
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Transports
import Tributary

/// Records real database servers as seeds, and runs the kit on engines that are filled from them.
@Suite(.timeLimit(.minutes(15))) struct DatabaseRecorderTests {
    private static let rows = """
        INSERT INTO customers VALUES (1, 'Ada Lovelace', 'ada@acme-corp.io'), (2, 'Grace Hopper', 'grace@acme-corp.io');
        INSERT INTO orders VALUES (1, 1, 12.50, '2026-01-01 00:00:00'), (2, 2, 3.00, '2026-01-02 00:00:00'),
          (3, 1, 7.25, '2026-01-02 00:00:00');
        """

    /// Records two days of a database, and runs checks on what was written.
    private func record(
        _ type: String, _ config: JSONValue, in room: TemporaryFolder, execute: (String) async throws -> Void
    ) async throws -> Scenario {
        let fixtures = room.file("Fixtures")
        let source = try SourceRegistry.builtIn.source(type)
        var plan = RecordingPlan(
            source: source, config: config, scenario: "shop",
            clock: TimestampParser.microseconds("2026-01-07T12:00:00Z") ?? 0, today: "2026-01-07")
        plan.modes = ["customers": .fullRefresh]
        let key = Array("a key of pseudonyms for tests ..".utf8)
        let first = try await Recorder(plan: plan, live: ShopService.live, fixtures: fixtures, key: key).run()
        #expect(first.tables.map(\.name) == ["customers", "orders"])
        let folder = fixtures.appending(path: "\(type)/shop")
        let again = try await Recorder(plan: plan, live: ShopService.live, fixtures: fixtures, key: key)
            .run(replaces: true)
        #expect(again.changed.isEmpty)
        let refused = try #require(first.refusal, "\(first.notes)")
        try await execute(
            """
            INSERT INTO orders VALUES (4, 2, 99.00, '2026-01-08 00:00:00');
            UPDATE orders SET total = 8.5, updated_at = '2026-01-08 00:00:00' WHERE id = 3;
            DELETE FROM orders WHERE id = 1;
            """)
        plan.state = "t1"
        plan.clock += 86_400_000_000
        _ = try await Recorder(plan: plan, live: ShopService.live, fixtures: fixtures, key: key).run()
        let scenario = try Scenario(at: folder)
        #expect(scenario.manifest.states.map(\.seed) == ["seed/t0.sql", "seed/t1.sql"])
        #expect(scenario.manifest.expected["t0"]?["orders"]?["rows"]?.int64 == 3)
        #expect(scenario.manifest.expected["t1"]?["orders"]?["rows"]?.int64 == 3)
        let refusal = try Scenario(at: refused)
        #expect(refusal.manifest.schemas.map(\.name) == ["customers"])
        #expect(refusal.config["password"]?.string != scenario.config["password"]?.string)
        let files = ScenarioFiles(reading: folder).files
        let delta = String(decoding: files["seed/t1.sql"] ?? [], as: UTF8.self)
        // One line for each row that is gone, changed or new, and nothing of the rest.
        #expect(!delta.contains("customers"), "\(delta)")
        let statements = delta.filter { !"\"`".contains($0) }.split(separator: "\n").map(String.init)
        let verbs = statements.map { $0.prefix { $0 != " " } }
        #expect(verbs == ["DELETE", "UPDATE", "INSERT"], "\(delta)")
        #expect(statements[1].contains(" SET total = ") && !delta.contains("3.00"), "\(delta)")
        let text = files.values.map { String(decoding: $0, as: UTF8.self) }.joined()
        for secret in ["acme-corp", "Lovelace", "Hopper", "127.0.0.1"] { #expect(!text.contains(secret)) }
        return scenario
    }

    /// The statements of all states.
    private func script(_ scenario: Scenario) -> String {
        let files = ScenarioFiles(reading: scenario.folder).files
        return scenario.manifest.states.compactMap { $0.seed.flatMap { files[$0] } }
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    private func check(_ type: String, _ scenario: Scenario, server: String) async throws {
        let source = try SourceRegistry.builtIn.source(type)
        let stack = try DatabaseStack(
            connector: LiveDatabaseConnector(), servers: server.isEmpty ? [] : [server])
        let runner = CheckRunner(catalogue: CheckCatalogue.all, stack: Material.stack, databases: stack)
        var options = CheckRunner.Options(today: "2026-01-08")
        options.profile = .quick
        options.width = 2
        let cases = runner.cases(of: source, scenarios: [scenario], options: options)
        let results = await runner.run(cases, options: options)
        await stack.close()
        let bad = results.filter { $0.isFailure(strict: false) }.map { "\($0.item.id): \($0.verdict)" }
        #expect(bad.isEmpty, "\(bad.joined(separator: "\n"))")
        #expect(results.contains { $0.verdict.name == "passed" && $0.item.table == "orders" })
    }

    private static func config(_ endpoint: DatabaseEndpoint, _ more: [(String, JSONValue)]) -> JSONValue {
        .object(
            JSONObject(
                [
                    ("host", .string(endpoint.host)), ("port", .number(JSONNumber(Int64(endpoint.port)))),
                    ("database", .string(endpoint.database)), ("user", .string(endpoint.user)),
                    ("password", .string(endpoint.password?.revealed ?? "")),
                ] + more))
    }

    private static let drivers = LiveDatabaseConnector.builtInEngines

    @Test(
        "PostgreSQL",
        .enabled(if: drivers.contains(.postgres), "this build has no PostgreSQL driver: use --traits PostgreSQL"),
        .enabled(if: PostgresServer.isAvailable))
    func postgres() async throws {
        let server = try await PostgresServer.shared()
        let database = try await server.makeDatabase(
            """
            CREATE TABLE customers (id bigint PRIMARY KEY, name text, email varchar(60));
            CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers,
              total numeric(12,2) NOT NULL, updated_at timestamptz NOT NULL);
            CREATE INDEX ON orders (updated_at);
            \(Self.rows)
            """)
        let endpoint = server.endpoint(database)
        let room = try TemporaryFolder("recorded")
        let scenario = try await record("postgres", Self.config(endpoint, [("schema", "public")]), in: room) {
            try await server.execute($0, in: database)
        }
        try await check("postgres", scenario, server: server.endpoint("postgres").url("postgres"))
    }

    @Test(
        "MariaDB", .enabled(if: drivers.contains(.mysql), "this build has no MariaDB driver: use --traits MariaDB"),
        .enabled(if: MariaDBServer.isAvailable))
    func mariaDB() async throws {
        let server = try await MariaDBServer.shared()
        let database = try await server.makeDatabase(
            """
            CREATE TABLE customers (id bigint PRIMARY KEY, name text, email varchar(60));
            CREATE TABLE orders (id bigint PRIMARY KEY AUTO_INCREMENT, customer_id bigint REFERENCES customers (id),
              total decimal(12,2) NOT NULL, updated_at datetime NOT NULL, KEY (updated_at));
            \(Self.rows)
            """)
        let endpoint = server.endpoint(database)
        let room = try TemporaryFolder("recorded")
        let scenario = try await record("mysql", Self.config(endpoint, [("using_ssl", false)]), in: room) {
            _ = try await server.execute($0, in: database)
        }
        let other = try await server.makeDatabase(script(scenario))
        let sums = try await server.execute("SELECT count(*), sum(total), max(updated_at) FROM orders", in: other)
        #expect(sums.contains("110.5") && sums.contains("2026-01-08"), "\(sums)")
    }
}
