import Columns
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Tributary

@testable import Cassettes

@Suite struct StripeSourceTests {
    private static let tables = [
        "balance_transactions", "charges", "coupons", "credit_notes", "customers", "disputes", "invoice_items",
        "invoices", "payment_intents", "payouts", "prices", "products", "refunds", "subscriptions",
    ]
    private static let reader = NaiveReader("stripe/billing")

    private func path(_ table: String) -> String { table == "invoice_items" ? "/v1/invoiceitems" : "/v1/\(table)" }

    @Test("a full refresh gives exactly the recorded rows, field by field", arguments: tables, ["t0", "t1"])
    func fullRefresh(_ table: String, _ state: String) async throws {
        let scenario = try Scenario.named("stripe/billing")
        if state == "t1", scenario.expected("t1", table, "requests")?.isNull ?? true { return }
        let session = try scenario.session(state: state)
        // A watermark that is lying about must not be sent: the strict replay would not know the request.
        let inputs = scenario.inputs(table, last: .integer(1_760_000_000))
        let emitted = try await run(scenario.source().read(inputs, in: session.context))
        try session.finish(schemas: [table], syncType: .fullRefresh)
        let rows = try Self.reader.rows(state, table, "full-refresh", path: path(table), at: "data")
        #expect(emitted.rows.count == rows.count)
        for (row, naive) in zip(emitted.rows, rows) {
            let ours = try JSONSerialization.jsonObject(with: Data(JSONValue.object(row).serialized())) as? NSDictionary
            #expect(ours == naive)
        }
        #expect(scenario.expected(state, table, "rows")?.int64 == Int64(rows.count))
        #expect(scenario.expected(state, table, "requests")?.int64 == session.client.map { Int64($0.requestCount) })
    }

    @Test("an increment reads the window of the lookback again: rows added, changed and late", arguments: tables)
    func increment(_ table: String) async throws {
        let scenario = try Scenario.named("stripe/billing")
        let session = try scenario.session(state: "t1")
        let source = try scenario.source()
        let last = scenario.expected("t0", table, "cursorLast")?.int64.map { CursorValue.integer($0 - 7 * 86_400) }
        let response = try await source.read(scenario.inputs(table, .incremental, last: last), in: session.context)
        let emitted = try await run(response)
        try session.finish(schemas: [table], syncType: .incremental)
        #expect(response.sortMode == .descending)
        let before = try Self.reader.rows("t0", table, "incremental", path: path(table), at: "data")
        let known = Dictionary(before.map { ($0["id"] as? String ?? "", $0) }, uniquingKeysWith: { $1 })
        let rows = try Self.reader.rows("t1", table, "incremental", path: path(table), at: "data")
        let ids = rows.map { $0["id"] as? String ?? "" }
        #expect(emitted.keys(["id"]) == ids)
        #expect(scenario.expected("t1", table, "inserted")?.int64 == Int64(ids.count { known[$0] == nil }))
        let changed = zip(ids, rows).count { id, row in known[id].map { $0 != row } ?? false }
        #expect(scenario.expected("t1", table, "updated")?.int64 == Int64(changed))
        // The table after both runs is the upstream's of the second day.
        let all = Set(known.keys).union(ids)
        #expect(scenario.expected("t1", table, "rows")?.int64 == Int64(all.count))
    }

    @Test("the demo's second day holds a late charge")
    func lateCharge() throws {
        let scenario = try Scenario.named("stripe/billing")
        #expect(scenario.expected("t1", "charges", "late") == 1)
        #expect(scenario.expected("t1", "charges", "inserted") == 15)
        #expect(scenario.expected("t1", "charges", "updated") == 3)
    }

    @Test(
        "tables below customers and invoices are read parent by parent",
        arguments: [
            ("customer_payment_methods", "/payment_methods"),
            ("customer_balance_transactions", "/balance_transactions"), ("invoice_line_items", "/lines"),
        ])
    func fanOut(_ table: String, _ path: String) async throws {
        let scenario = try Scenario.named("stripe/nested")
        let session = try scenario.session(state: "t0")
        let emitted = try await run(scenario.source().read(scenario.inputs(table), in: session.context))
        try session.finish(schemas: [table])
        let rows = try NaiveReader("stripe/nested").rows("t0", table, "full-refresh", path: path, at: "data")
        #expect(emitted.keys(["id"]) == rows.map { $0["id"] as? String ?? "" })
        #expect(scenario.expected("t0", table, "rows")?.int64 == Int64(rows.count))
    }

    @Test("a fan-out that was cut at any item goes on behind it, without a row lost or twice")
    func fanOutResumed() async throws {
        let scenario = try Scenario.named("stripe/nested")
        let source = try scenario.source()
        let inputs = scenario.inputs("invoice_line_items")
        let whole = try await run(source.read(inputs, in: scenario.context(state: "t0"))).keys(["id"])
        for cut in 1... {
            let first = try await run(source.read(inputs, in: scenario.context(state: "t0")), stopAfter: cut)
            guard let token = first.positions.last?.token else { break }
            var resumed = inputs
            resumed.resumeToken = token
            let second = try await run(source.read(resumed, in: scenario.context(state: "t0")))
            #expect(first.keys(["id"]) + second.keys(["id"]) == whole, "cut behind item \(cut)")
            if first.rows.count == whole.count { break }
        }
    }

    @Test("the key is proved without reading a table; one that may not see the account is genuine all the same")
    func credentials() async throws {
        for (id, state) in [
            ("stripe/billing", "t0"), ("stripe/restricted-key", "t0"), ("stripe/connected-account", "t0"),
        ] {
            let scenario = try Scenario.named(id)
            try await scenario.source().validateCredentials(in: scenario.context(state: state))
        }
    }

    @Test("a key that is not valid is told so, and never shown")
    func badCredentials() async throws {
        let scenario = try Scenario.named("stripe/bad-credentials")
        let source = try scenario.source()
        let context = try scenario.context(state: "t0")
        let probe = try await sourceError { try await source.validateCredentials(in: context) }
        #expect(probe?.kind == .invalidCredentials)
        let read = try await sourceError { _ = try await run(source.read(scenario.inputs("charges"), in: context)) }
        #expect(read?.kind == .invalidCredentials && read?.recovery == .stop)
        #expect(read.map { "\($0)".contains("fake-secret-key-1") } == false)
    }

    @Test("a missing permission names the table and what the key lacks")
    func permission() async throws {
        let scenario = try Scenario.named("stripe/restricted-key")
        let source = try scenario.source()
        let context = try scenario.context(state: "t0")
        try await source.validateCredentials(schema: "charges", in: context)
        for attempt in ["validate", "read"] {
            let error = try await sourceError {
                if attempt == "read" {
                    _ = try await run(source.read(scenario.inputs("disputes"), in: context))
                } else {
                    try await source.validateCredentials(schema: "disputes", in: context)
                }
            }
            #expect(error?.kind == .permissionDenied)
            #expect(error?.message.contains("disputes") == true && error?.message.contains("rak_dispute_read") == true)
        }
    }

    @Test("too many requests are a reason to try again after the pause that Stripe names")
    func rateLimit() async throws {
        let scenario = try Scenario.named("stripe/rate-limited")
        let source = try scenario.source()
        let session = try scenario.session(state: "t0")
        let error = try await sourceError {
            _ = try await run(source.read(scenario.inputs("products"), in: session.context))
        }
        #expect(error?.kind == .rateLimited && error?.recovery == .retry(after: .seconds(2)))
        let emitted = try await run(source.read(scenario.inputs("products"), in: session.context))
        #expect(emitted.rows.count == 5)
        try session.finish()
    }

    @Test("OAuth and a connected account take the place of the key")
    func connectedAccount() async throws {
        let scenario = try Scenario.named("stripe/connected-account")
        let session = try scenario.session(state: "t0")
        let emitted = try await run(scenario.source().read(scenario.inputs("products"), in: session.context))
        #expect(emitted.rows.count == 1)
        try session.finish(schemas: ["products"])
    }

    @Test(
        "a config that is wrong names the field and never the value",
        arguments: [
            (#"{}"#, "auth_method"), (#"{"auth_method": {"selection": "api_key"}}"#, "stripe_secret_key"),
            (#"{"auth_method": {"selection": "magic"}}"#, "auth_method"),
            (
                #"{"auth_method": {"selection": "api_key", "stripe_secret_key": "k"}, "stripe_account_id": "x\r\ny"}"#,
                "stripe_account_id"
            ),
            (#"{"auth_method": {"selection": "oauth", "stripe_integration_id": "seven"}}"#, "stripe_integration_id"),
        ])
    func badConfigs(_ config: String, _ field: String) async throws {
        let value = try JSONValue(parsing: config)
        let error = try await sourceError { _ = try SourceRegistry.builtIn.source("stripe").configure(value) }
        #expect(error?.kind == .invalidConfig)
        #expect(error?.message.contains(field) == true)
    }

    @Test("an unknown table is answered with the nearest one")
    func unknownTable() async throws {
        let scenario = try Scenario.named("stripe/billing")
        let error = try await sourceError {
            _ = try await scenario.source().read(SourceInputs(schema: "charge"), in: scenario.context(state: "t0"))
        }
        #expect(error?.kind == .unknownSchema && error?.advice?.contains("charges") == true)
    }
}
