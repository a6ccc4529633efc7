import Columns
import TestSupport
import Testing
import Tributary

@testable import Cassettes

@Suite struct StatementReplayTests {
    private static let endpoint = DatabaseEndpoint(
        engine: .postgres, host: "db.example.com", port: 5432, database: "shop", user: "reader",
        password: Secret("fake-password-1"))

    /// A database that tells how often it was asked, and has one table of five rows.
    private final class Counting: DatabaseConnector, DatabaseConnection {
        let engine = DatabaseEngine.postgres
        private let asked = Lock(Int64(0))

        func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
            guard endpoint.user == "reader" else {
                throw SourceError(.invalidCredentials, "Connecting: no such user.", recovery: .stop)
            }
            return self
        }

        func query(_ statement: SQLStatement) async throws -> Table {
            if statement.text.contains("gone") { throw SourceError(.unknownSchema, "There is no table gone.") }
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            let values = statement.text.contains("count") ? [.int(count)] : (1...5).map { Value.int($0) }
            return Table(
                schema: TableSchema([Field("n", .int64)]), columns: [StatementCells.column(values, .int64)],
                rowCount: values.count)
        }

        func stream(
            _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
        ) async throws {
            try await query(statement).handOver(maxRows: maxRows, into: body)
        }

        func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
            try await body()
        }

        func close() async {}
    }

    private static let rows = SQLStatement("SELECT n FROM t WHERE n > ? ORDER BY n", [.int(0)])
    private static let count = SQLStatement("SELECT count(*) AS n FROM t")

    private static func recorded() async throws -> StatementRecorder {
        let recorder = StatementRecorder(Counting(), engine: .postgres, state: "t0")
        let connection = try await recorder.connect(to: endpoint)
        recorder.start("t")
        for _ in 0..<2 { try await connection.stream(rows, maxRows: 2, maxBytes: .max) { _ in } }
        for _ in 0..<2 { _ = try await connection.query(count) }
        _ = try? await connection.query(SQLStatement("SELECT 1 FROM gone"))
        var stranger = endpoint
        stranger.user = "nobody"
        _ = try? await recorder.connect(to: stranger)
        return recorder
    }

    private static func number(_ table: Table) -> Value { table.columns[0][0] }

    @Test("what is the same again is kept once, what differs is kept again")
    func kept() async throws {
        let cassette = try await Self.recorded().cassette
        #expect(cassette.records.count == 4 && cassette.logins.count == 2)
        #expect(Set(cassette.records.map(\.name)).count == 4)
        #expect(cassette.records.allSatisfy { $0.name.hasPrefix("t-") })
    }

    @Test("a replay answers as it was recorded: rows in pieces, answers in order, errors, refusals")
    func replay() async throws {
        let cassette = try await Self.recorded().cassette
        let replay = StatementReplay(try StatementCassette(parsing: cassette.text, file: "t0.dbc"), place: "shop at t0")
        let connection = try await replay.connect(to: Self.endpoint)
        let pieces = Lock<[Int]>([])
        try await connection.stream(Self.rows, maxRows: 2, maxBytes: .max) { table in
            pieces.withLock { $0.append(table.rowCount) }
        }
        #expect(pieces.withLock { $0 } == [2, 2, 1])
        var counts: [Value] = []
        for _ in 0..<3 { counts.append(Self.number(try await connection.query(Self.count))) }
        #expect(counts == [.int(3), .int(4), .int(4)])
        let gone = await #expect(throws: SourceError.self) {
            try await connection.query(SQLStatement("SELECT 1  FROM gone"))
        }
        #expect(gone?.kind == .unknownSchema && gone?.message == "There is no table gone.")
        var stranger = Self.endpoint
        stranger.user = "nobody"
        let refused = await #expect(throws: SourceError.self) { try await replay.connect(to: stranger) }
        #expect(refused?.kind == .invalidCredentials)
    }

    @Test("another value, another wording and another endpoint are not answered, and the message shows what is near")
    func strict() async throws {
        let replay = StatementReplay(try await Self.recorded().cassette, place: "shop at t0")
        let connection = try await replay.connect(to: Self.endpoint)
        for statement in [
            SQLStatement(Self.rows.text, [.int(1)]), SQLStatement("SELECT n FROM t WHERE n >= ?", [.int(0)]),
        ] {
            let error = await #expect(throws: SourceError.self) { try await connection.query(statement) }
            #expect(error?.kind == .unmatchedRequest)
            #expect(error?.message.contains("nearest   t-") == true, "\(error?.message ?? "")")
        }
        var other = Self.endpoint
        other.password = Secret("fake-password-2")
        let error = await #expect(throws: SourceError.self) { try await replay.connect(to: other) }
        #expect(error?.kind == .unmatchedRequest)
        #expect(error?.message.contains("fake-password") == false, "\(error?.message ?? "")")
    }
}
