import Columns
import Foundation
import TestSupport
import Testing
import Transports
import Tributary

/// Large results pass through in constant memory.
@Suite("Database memory", .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/statm"), "no /proc here"))
struct DatabaseMemoryTests {
    /// Bytes of memory that the process holds now.
    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }

    /// Reads 400 MB. A driver that held the result, or gathered it on the way, would hold 350 MB and more through its last
    /// eighth; the least of those samples is judged, since other tests of the process take memory too.
    private func check(_ endpoint: DatabaseEndpoint, _ text: String) async throws {
        let connection = try await LiveDatabaseConnector().connect(to: endpoint)
        let before = try residentBytes()
        var bytes = 0
        var held: [Int] = []
        try await connection.stream(SQLStatement(text), maxRows: 100_000, maxBytes: 4 << 20) { table in
            bytes += table.byteCount
            #expect(table.byteCount < 6 << 20)
            held.append(try residentBytes() - before)
        }
        #expect(bytes > 400_000_000)
        let least = try #require(held.suffix(held.count / 8).min())
        #expect(least < 300 << 20)
        await connection.close()
    }

    #if PostgreSQL
        @Test("PostgreSQL", .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine"))
        func postgres() async throws {
            try await check(
                PostgresServer.shared().endpoint("postgres"),
                "SELECT i, repeat('x', 1000) AS pad FROM generate_series(1, 400000) AS i")
        }
    #endif

    #if MariaDB
        @Test("MariaDB", .enabled(if: MariaDBServer.isAvailable, "no MariaDB server on this machine"))
        func mariaDB() async throws {
            try await check(
                MariaDBServer.shared().endpoint("mysql"),
                "SELECT seq AS i, repeat('x', 1000) AS pad FROM seq_1_to_400000")
        }
    #endif

    @Test("SQLite") func sqlite() async throws {
        let folder = try TemporaryFolder("tributary-memory")
        let path = try folder.write("", to: "empty.db")
        try await check(
            DatabaseEndpoint(engine: .sqlite, host: path),
            """
            WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 400000)
            SELECT i, printf('%.*c', 1000, 'x') AS pad FROM c
            """)
    }
}
