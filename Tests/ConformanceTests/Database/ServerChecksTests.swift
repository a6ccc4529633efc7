import Cassettes
import Conformance
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Transports
import Tributary

/// Checks that a correct table of a real server must pass.
@Suite("Checks on servers", .timeLimit(.minutes(3))) struct ServerChecksTests {
    private static let drivers = LiveDatabaseConnector.builtInEngines

    private func expectPassed(_ type: String, _ url: String, _ checks: Set<String>, tables: Set<String>) async throws {
        let stack = try DatabaseStack(connector: LiveDatabaseConnector(), servers: [url])
        let results = try await Material.results(
            try SourceRegistry.builtIn.source(type), Material.root.appending(path: "Fixtures/\(type)/shop"),
            checks: checks, tables: tables, databases: stack)
        await stack.close()
        #expect(Set(results.map(\.item.check.name)) == checks)
        for result in results { #expect(result.verdict.name == "passed", "\(result.item.id): \(result.verdict)") }
    }

    @Test(
        "the first rows along a cursor may fill the keys less densely than those along the key: PostgreSQL",
        .enabled(if: PostgresServer.isAvailable && drivers.contains(.postgres), "no PostgreSQL server, or no driver"))
    func postgres() async throws {
        let endpoint = try await PostgresServer.shared().endpoint("postgres")
        try await expectPassed(
            "postgres", endpoint.url("postgres"),
            ["partition-count-fixed-after-first-sync", "db-schema-change-mid-read", "db-identifiers-quoted"],
            tables: ["orders"])
    }

    @Test(
        "a shape has no cast to text, and a column without a zone takes no offset: MariaDB",
        .enabled(if: MariaDBServer.isAvailable && drivers.contains(.mysql), "no MariaDB server, or no driver for it"))
    func mariaDB() async throws {
        let endpoint = try await MariaDBServer.shared().endpoint("mysql")
        let url = endpoint.url("mysql")
        try await expectPassed("mysql", url, ["db-type-map-complete"], tables: [])
        try await expectPassed(
            "mysql", url, ["partition-count-fixed-after-first-sync", "watermark-timezone-invariant"],
            tables: ["orders"])
    }
}
