import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Transports
import Tributary

/// A source over Datasette: bare lists, led on by Link fields, in the order and within the bounds that are asked for.
struct ShopSource: RESTSource {
    static let description = SourceDescription(
        type: "Shop", label: "Shop", category: .payments, docs: "https://docs.datasette.io/en/stable/json_api.html")

    struct Config: FormFields {
        @Input("URL") var baseURL: String
        @Input("Token") var token: Secret
    }

    static let endpoints = [
        RESTEndpoint(
            "orders", path: "/shop/orders.json", primaryKeys: ["id"], rows: "",
            incremental: [
                .datetime("updated_at", parameter: "updated_at__gte", query: ["_sort": "updated_at"], sort: .ascending)
            ], query: ["_shape": "array"]),
        RESTEndpoint(
            "customers", path: "/shop/customers.json", primaryKeys: ["id"], rows: "", query: ["_shape": "array"]),
    ]

    let probe = "/shop.json"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: config.baseURL, authorization: .bearer(config.token), paginator: .linkHeader,
            pageSize: PageSize("_size", 100),
            // Datasette answers 403 to a token that it does not know.
            actions: [
                ResponseAction(
                    [403], text: "<title>forbidden", .fail("The token is not known.", kind: .invalidCredentials))
            ])
    }
}

/// Datasette with a small shop, and what it takes to record it.
struct ShopService {
    /// What the source asks; Datasette stands in for it.
    static let origin = "https://api.shop.example"
    static let token = "tok_9XyBv2Kq7LmZ4RtW8sNc"
    let service: ForeignService
    let room: TemporaryFolder
    let key = Array("a key of pseudonyms for tests ..".utf8)

    init() async throws {
        service = try await .datasette(Self.day(1), token: Self.token)
        room = try TemporaryFolder("recorded")
        // How long a query took is another number each time.
        let rules = fixtures.appending(path: "shop/redaction.json")
        try FileManager.default.createDirectory(
            at: rules.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(#"{"rules": [{"json": "query_ms", "action": "drop"}]}"#.utf8).write(to: rules)
    }

    var fixtures: URL { room.file("Fixtures") }
    var folder: URL { fixtures.appending(path: "shop/orders") }
    var source: AnySource { AnySource(ShopSource.self) }

    static func day(_ day: Int) -> [String] {
        if day > 1 {
            return [
                "INSERT INTO orders VALUES (13, 1, 'new@acme-corp.io', 9950, '2026-01-08T09:00:00Z')",
                "UPDATE orders SET total = 125, updated_at = '2026-01-08T10:00:00Z' WHERE id = 2",
            ]
        }
        let tables = [
            "CREATE TABLE customers (id integer primary key, name text, email text)",
            "CREATE TABLE orders (id integer primary key, customer integer, email text, total integer, updated_at text)",
        ]
        let customers = (1...4).map {
            "INSERT INTO customers VALUES (\($0), 'Ada Lovelace \($0)', 'user\($0)@acme-corp.io')"
        }
        let orders = (1...12).map { id in
            "INSERT INTO orders VALUES (\(id), \(id % 4 + 1), 'user\(id % 4 + 1)@acme-corp.io', \(id)50, "
                + "'2026-01-\(String(format: "%02d", id / 2 + 1))T00:00:00Z')"
        }
        return tables + customers + orders
    }

    func plan(_ state: String = "t0", clock: String = "2026-01-07T12:00:00Z") -> RecordingPlan {
        var plan = RecordingPlan(
            source: source, config: ["base_url": .string(Self.origin), "token": .string(Self.token)],
            scenario: "orders", clock: TimestampParser.microseconds(clock) ?? 0, today: "2026-01-07")
        plan.state = state
        return plan
    }

    func recorder(_ plan: RecordingPlan, key: [UInt8]? = nil) -> Recorder {
        var live = Self.live
        let places = [Self.origin: service.url]
        live.http = { wrap in
            LiveHTTP.make(policy: .unrestricted) { wrap(RelocatingHTTPClient($0, places: places)) }
        }
        return Recorder(plan: plan, live: live, fixtures: fixtures, key: key ?? self.key)
    }

    /// Production's own stack, on this machine's network.
    static var live: LiveSide {
        LiveSide(
            http: { LiveHTTP.make(policy: .unrestricted, wrapping: $0) }, databases: LiveDatabaseConnector(),
            tunnels: NothingThere(), integrations: MemoryIntegrations(),
            hosts: HostValidator(policy: .unrestricted, resolver: SystemResolver()), replay: Material.stack)
    }

    /// What the kit says of what was recorded: cases that failed or could not run, and how many passed.
    static func verdicts(
        _ source: AnySource, _ folder: URL, profile: Profile = .full, checks: Set<String> = []
    ) async throws -> (bad: [String], passed: Int) {
        let results = try await Material.results(source, folder, profile: profile, checks: checks)
        let bad = results.filter { $0.isFailure(strict: false) }.map { "\($0.item.id): \($0.verdict)" }
        return (bad, results.count { $0.verdict.name == "passed" })
    }

    /// All that was written, as one text.
    func everything(below folder: URL? = nil) -> String {
        ScenarioFiles(reading: folder ?? fixtures).files.values.map { String(decoding: $0, as: UTF8.self) }.joined()
    }
}
