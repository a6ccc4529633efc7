import Cassettes
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Transports
import Tributary

@testable import Conformance

/// Database cassettes: derived on real servers, and what the kit does with them where there is none.
@Suite(.timeLimit(.minutes(5))) struct StatementDerivationTests {
    private static let drivers = LiveDatabaseConnector.builtInEngines
    private static func derivation(_ id: String, _ urls: [String]) throws -> StatementDerivation {
        let type = String(id.prefix { $0 != "/" })
        return StatementDerivation(
            source: try SourceRegistry.builtIn.source(type), scenario: try Material.scenario(id), stack: Material.stack,
            databases: try DatabaseStack(connector: LiveDatabaseConnector(), servers: urls))
    }

    /// The committed cassettes are what the engine gives today.
    private static func expectDerived(_ type: String, _ url: String) async throws {
        for name in ["shop", "bad-credentials"] {
            let derivation = try derivation("\(type)/\(name)", [url])
            for (state, cassette) in try await derivation.cassettes() {
                let file = Material.root.appending(path: "Fixtures/\(type)/\(name)/\(state).dbc")
                #expect(try String(contentsOf: file, encoding: .utf8) == cassette.text, "\(file.lastPathComponent)")
            }
        }
    }

    @Test(
        "the committed cassettes are what PostgreSQL gives, byte for byte",
        .enabled(
            if: PostgresServer.isAvailable && drivers.contains(.postgres), "no PostgreSQL server, or no driver for it"))
    func postgres() async throws {
        let endpoint = try await PostgresServer.shared().endpoint("postgres")
        try await Self.expectDerived("postgres", endpoint.url("postgres"))
    }

    @Test(
        "the committed cassettes are what MariaDB gives, byte for byte",
        .enabled(if: MariaDBServer.isAvailable && drivers.contains(.mysql), "no MariaDB server, or no driver for it"))
    func mariaDB() async throws {
        let endpoint = try await MariaDBServer.shared().endpoint("mysql")
        try await Self.expectDerived("mysql", endpoint.url("mysql"))
    }

    private static func verdicts(_ folder: URL, _ checks: Set<String>) async throws -> [CheckResult] {
        try await Material.results(try SourceRegistry.builtIn.source("postgres"), folder, checks: checks)
    }

    @Test("without a server the cassette is replayed: what a recording proves is judged, what asks more is not")
    func replayed() async throws {
        let folder = Material.root.appending(path: "Fixtures/postgres/shop")
        let results = try await Self.verdicts(
            folder,
            [
                "fixture-deterministic", "fixture-every-exchange-used", "key-non-null",
                "discovery-unknown-table-typed-error",
            ])
        for result in results where result.item.check.name == "discovery-unknown-table-typed-error" {
            #expect(result.verdict.name == "not exercised")
        }
        let others = results.filter { $0.item.check.name != "discovery-unknown-table-typed-error" }
        #expect(others.contains { $0.verdict.name == "passed" && $0.item.check.name == "fixture-every-exchange-used" })
        #expect(others.contains { $0.verdict.name == "passed" && $0.item.check.name == "fixture-deterministic" })
        #expect(!others.contains { $0.verdict.name == "failed" }, "\(others.filter { $0.verdict.name == "failed" })")
    }

    @Test("an answer that was edited, and a statement that nobody sends, are told with their line")
    func edited() async throws {
        let room = try TemporaryFolder("cassette")
        let folder = room.file("postgres/shop")
        try ScenarioFiles(reading: Material.root.appending(path: "Fixtures/postgres/shop")).write(to: folder)
        let file = folder.appending(path: "t1.dbc")
        let text = try String(contentsOf: file, encoding: .utf8)
        let extra = "\n# orders-00000000\n> SELECT 1 FROM orders_of_old\n: \"n\" int32\n- [1]\n"
        try Data((text + extra).utf8).write(to: file)
        let results = try await Self.verdicts(folder, ["fixture-every-exchange-used"])
        guard case .failed(let findings) = results.first?.verdict else {
            Issue.record("\(results.map(\.verdict.name))")
            return
        }
        #expect(findings.first?.file == "t1.dbc" && findings.first?.actual.contains("differ from line") == true)
    }

    @Test("what is kept is named in the manifest, sealed anew, and unchanged the second time")
    func keep() async throws {
        let room = try TemporaryFolder("cassette")
        let folder = room.file("postgres/shop")
        var files = ScenarioFiles(reading: Material.root.appending(path: "Fixtures/postgres/shop"))
        let cassettes = try ["t0", "t1"].map { state in
            (
                state: state,
                cassette: try StatementCassette(
                    parsing: String(decoding: files.files["\(state).dbc"] ?? [], as: UTF8.self), file: state)
            )
        }
        let text = String(decoding: files.files["manifest.json"] ?? [], as: UTF8.self)
        let bare = text.replacing(#/,\s*"db": "t\d.dbc"/#, with: "")
            .replacing("\"kind\": \"synthetic\"", with: "\"kind\": \"synthetic\", \"seal\": \"sha256:old\"")
        files.files = files.files.filter { !$0.key.hasSuffix(".dbc") }
        files.files["manifest.json"] = Array(bare.utf8)
        try files.write(to: folder)
        // What the repository allows stands two folders above the scenario.
        try FileManager.default.copyItem(
            at: Material.root.appending(path: "Fixtures/scan-allow.json"), to: room.file("scan-allow.json"))

        func derivation() throws -> StatementDerivation {
            StatementDerivation(
                source: try SourceRegistry.builtIn.source("postgres"), scenario: try Scenario(at: folder),
                stack: Material.stack, databases: try DatabaseStack(connector: LiveDatabaseConnector()))
        }
        #expect(try derivation().keep(cassettes, today: "2026-01-08") == ["manifest.json", "t0.dbc", "t1.dbc"])
        let scenario = try Scenario(at: folder)
        #expect(scenario.manifest.states.map(\.database) == ["t0.dbc", "t1.dbc"])
        #expect(scenario.manifest.provenance.details["seal"]?.string == ScenarioFiles(reading: folder).seal)
        #expect(try derivation().keep(cassettes, today: "2026-01-08").isEmpty)
        #expect(throws: DatabaseMissing.self) { try derivation().demandEngine() }
    }

    @Test(
        "a mistake in the model of a database is told with its place",
        arguments: [
            (#"{"engine": "oracle"}"#, "engine: \"oracle\" is no engine"),
            (#"{"engine": "postgres", "table": {}}"#, "table: there is no member \"table\"; known are engine"),
            (#"{"tables": {"orders": {"cursorMoves": true}}}"#, "tables.orders.cursorMoves: there is no member"),
            (#"{"tables": {"orders": {"mutable": [1]}}}"#, "tables.orders.mutable[0]: text should be here"),
            (#"{"rowPolicies": true}"#, "rowPolicies: an array should be here"), (#"{"#, "model.json"),
        ])
    func model(_ json: String, _ message: String) throws {
        let room = try TemporaryFolder("model")
        let folder = room.file("postgres/shop")
        var files = ScenarioFiles(reading: Material.root.appending(path: "Fixtures/postgres/shop"))
        files.files["model.json"] = Array(json.utf8)
        try files.write(to: folder)
        let error = #expect(throws: SourceError.self) { try SQLScenario(Scenario(at: folder)) }
        #expect(error?.kind == .invalidFixture && error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
