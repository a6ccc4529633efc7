import TestSupport
import Testing
import Transports
import Tributary

/// Says which databases this run leaves out, and why.
@Suite("Database coverage")
struct DatabaseCoverageTests {
    private static let drivers = LiveDatabaseConnector.builtInEngines

    @Test(
        "PostgreSQL is tested",
        .enabled(if: drivers.contains(.postgres), "this build has no PostgreSQL driver: use --traits PostgreSQL"),
        .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine: install postgresql"))
    func postgres() async throws { #expect(try await PostgresServer.shared().port > 0) }

    @Test(
        "MySQL is tested",
        .enabled(if: drivers.contains(.mysql), "this build has no MariaDB driver: use --traits MariaDB"),
        .enabled(if: MariaDBServer.isAvailable, "no MariaDB server on this machine: install mariadb-server"))
    func mysql() async throws { #expect(try await MariaDBServer.shared().port > 0) }
}
