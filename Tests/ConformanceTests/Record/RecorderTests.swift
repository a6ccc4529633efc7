import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

/// Records Datasette, which pages by Link fields and takes bounds and orders.
@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"), .timeLimit(.minutes(5)))
struct RecorderTests {
    @Test("a recording holds the account's rows, none of its secrets and people, and passes the kit")
    func firstState() async throws {
        let shop = try await ShopService()
        let outcome = try await shop.recorder(shop.plan()).run()
        let text = shop.everything()
        for secret in [ShopService.token, "acme-corp", "Lovelace", "127.0.0.1"] { #expect(!text.contains(secret)) }
        let scenario = try Scenario(at: shop.folder)
        #expect(scenario.manifest.schemas.map(\.name) == ["orders", "customers"])
        #expect(scenario.manifest.schemas[0].field?.name == "updated_at")
        #expect(scenario.manifest.expected["t0"]?["orders"]?["rows"]?.int64 == 12)
        #expect(scenario.manifest.expected["t0"]?["orders"]?["cursorLast"]?.string == "2026-01-07T00:00:00Z")
        #expect(scenario.manifest.expected["t0"]?["customers"]?["rows"]?.int64 == 4)
        let strange = outcome.tables.filter { !$0.isModelled }
        #expect(strange.isEmpty, "\(outcome.notes)")
        let model = try #require(try ModelDeclaration(of: scenario))
        let orders = try #require(model.endpoints.first { $0.collection == "orders" })
        #expect(orders.page.style == .link && orders.page.parameter == "_next")
        #expect(orders.filters.map(\.parameter) == ["updated_at__gte"])
        #expect(orders.filters.first?.comparison == .greaterOrEqual)
        #expect(orders.orderParameters.first?.orders["updated_at"]?.first?.field == "updated_at")
        let verdicts = try await ShopService.verdicts(shop.source, shop.folder)
        #expect(verdicts.bad.isEmpty, "\(verdicts.bad.joined(separator: "\n"))")
        #expect(verdicts.passed > 100)
    }

    @Test("people who are the same in two tables stay the same")
    func joins() async throws {
        let shop = try await ShopService()
        _ = try await shop.recorder(shop.plan()).run()
        func emails(_ schema: String) throws -> Set<String> {
            let pages = try Scenario(at: shop.folder).exchanges(state: "t0").filter {
                $0.exchange.schemas.contains(schema)
            }
            let rows = try pages.flatMap { try JSONValue(parsing: $0.body).array ?? [] }
            return Set(rows.compactMap { $0["email"]?.string })
        }
        let customers = try emails("customers")
        #expect(customers.count == 4)
        #expect(try emails("orders") == customers)
    }

    @Test("wrong credentials are recorded as a scenario of their own")
    func refusal() async throws {
        let shop = try await ShopService()
        let outcome = try await shop.recorder(shop.plan()).run()
        let folder = try #require(outcome.refusal, "\(outcome.notes)")
        let scenario = try Scenario(at: folder)
        #expect(scenario.manifest.covers == ["error:credentials"])
        let statuses = Set(try scenario.exchanges(state: "t0").map(\.status))
        #expect(statuses.isSubset(of: [401, 403]) && !statuses.isEmpty)
        let verdicts = try await ShopService.verdicts(shop.source, folder)
        #expect(verdicts.bad.isEmpty, "\(verdicts.bad.joined(separator: "\n"))")
    }

    @Test("an unchanged upstream recorded anew changes no file; a changed row changes the pages that hold it")
    func again() async throws {
        let shop = try await ShopService()
        _ = try await shop.recorder(shop.plan()).run()
        let before = ScenarioFiles(reading: shop.folder)
        let plan = try RecordingPlan(
            again: try Scenario(at: shop.folder), state: "t0", source: shop.source, config: shop.plan().config,
            today: "2026-02-01")
        let same = try await shop.recorder(plan).run(replaces: true)
        #expect(same.changed.isEmpty)
        #expect(ScenarioFiles(reading: shop.folder).files == before.files)
        try await shop.service.execute(["UPDATE customers SET name = 'Grace Hopper' WHERE id = 3"])
        let changed = try await shop.recorder(plan).run(replaces: true)
        #expect(changed.changed == ["bodies/customers-p1.json", "manifest.json", "t0.har"])
        await #expect(throws: SourceError.self) { try await shop.recorder(shop.plan()).run() }
    }

    @Test("a second day stands on the first: increments, the same people, figures of the whole table")
    func secondState() async throws {
        let shop = try await ShopService()
        _ = try await shop.recorder(shop.plan()).run()
        try await shop.service.execute(ShopService.day(2))
        var plan = shop.plan("t1", clock: "2026-01-08T12:00:00Z")
        plan.story = "an order more, one amended"
        await #expect(throws: SourceError.self) {
            try await shop.recorder(plan, key: Array("another key of pseudonyms ......".utf8)).run()
        }
        let outcome = try await shop.recorder(plan).run()
        let scenario = try Scenario(at: shop.folder)
        #expect(scenario.manifest.states.map(\.name) == ["t0", "t1"])
        #expect(scenario.manifest.expected["t1"]?["orders"]?["rows"]?.int64 == 13)
        #expect(scenario.manifest.expected["t1"]?["orders"]?["cursorLast"]?.string == "2026-01-08T10:00:00Z")
        let since = try scenario.exchanges(state: "t1").filter { $0.url.contains("updated_at__gte=2026-01-07") }
        #expect(!since.isEmpty, "\(outcome.notes)")
        let verdicts = try await ShopService.verdicts(shop.source, shop.folder)
        #expect(verdicts.bad.isEmpty, "\(verdicts.bad.joined(separator: "\n"))")
    }

    @Test("a long list is cut so that it ends by itself")
    func trimmed() async throws {
        let shop = try await ShopService()
        var plan = shop.plan()
        plan.limits.pages = 2
        plan.limits.rows = 8
        let outcome = try await shop.recorder(plan).run()
        let scenario = try Scenario(at: shop.folder)
        #expect(scenario.manifest.expected["t0"]?["orders"]?["rows"]?.int64 == 8)
        #expect(scenario.manifest.document["limits"]?["rows"]?.int64 == 8)
        #expect(outcome.tables.first?.isModelled == true, "\(outcome.notes)")
        let verdicts = try await ShopService.verdicts(
            shop.source, shop.folder,
            checks: [
                "fixture-every-exchange-used", "fixture-trim-keeps-boundaries", "fixture-unmatched-request-fails",
                "fixture-deterministic",
            ])
        #expect(verdicts.bad.isEmpty, "\(verdicts.bad.joined(separator: "\n"))")
    }
}
