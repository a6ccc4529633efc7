#if MariaDB
    import Columns
    import TestSupport
    import Testing
    import Transports
    import Tributary

    @Suite("MariaDB connection", .enabled(if: MariaDBServer.isAvailable, "no MariaDB server on this machine"))
    struct MariaDBConnectionTests {
        private func connect(
            _ change: (inout DatabaseEndpoint) -> Void = { _ in }, database: String = "mysql"
        ) async throws -> any DatabaseConnection {
            var endpoint = try await MariaDBServer.shared().endpoint(database)
            change(&endpoint)
            return try await LiveDatabaseConnector().connect(to: endpoint)
        }

        @Test("a wrong password is refused, and not shown")
        func wrongPassword() async throws {
            let error = await #expect(throws: SourceError.self) {
                try await connect { $0.password = Secret("hunter2-wrong") }
            }
            #expect(error?.kind == .invalidCredentials)
            #expect(error?.description.contains("hunter2") == false)
        }

        @Test("an unknown database is named")
        func unknownDatabase() async throws {
            let error = await #expect(throws: SourceError.self) { try await connect { $0.database = "no_such_db" } }
            #expect(error?.kind == .notFound)
            #expect(error?.message.contains("no_such_db") == true)
        }

        @Test("a closed port is unreachable")
        func unreachable() async throws {
            let port = FreePort.take()
            let error = await #expect(throws: SourceError.self) { try await connect { $0.port = port } }
            #expect(error?.kind == .unreachable)
        }

        @Test("the checked address is dialled, whatever the name says")
        func pinnedAddress() async throws {
            let connection = try await connect {
                $0.host = "db.name-that-does-not-exist.invalid"
                $0.address = "127.0.0.1"
            }
            #expect(try await connection.query(SQLStatement("SELECT 1 AS one")).rowCount == 1)
            await connection.close()
        }

        @Test("required TLS is not silently given up")
        func requiredTLS() async throws {
            let error = await #expect(throws: SourceError.self) { try await connect { $0.tls = .required } }
            #expect(error?.kind == .unreachable)
        }

        @Test("a session only reads")
        func readOnly() async throws {
            let server = try await MariaDBServer.shared()
            let database = try await server.makeDatabase("CREATE TABLE t (id int)")
            let connection = try await connect(database: database)
            let error = await #expect(throws: SourceError.self) {
                try await connection.query(SQLStatement("INSERT INTO t VALUES (1)"))
            }
            #expect(error?.kind == .permissionDenied)
            await connection.close()
        }

        @Test("an unknown table and a forbidden one are told apart, and the connection goes on")
        func missingAndForbidden() async throws {
            let server = try await MariaDBServer.shared()
            let database = try await server.makeDatabase("CREATE TABLE hidden (id int); CREATE TABLE shown (id int)")
            try await server.execute(
                "CREATE USER peeker@'%' IDENTIFIED BY 'peek'; GRANT SELECT ON \(database).shown TO peeker@'%'")
            let connection = try await connect(
                {
                    $0.user = "peeker"
                    $0.password = Secret("peek")
                }, database: database)
            let hidden = await #expect(throws: SourceError.self) {
                try await connection.query(SQLStatement("SELECT * FROM hidden"))
            }
            #expect(hidden?.kind == .permissionDenied)
            #expect(hidden?.message.contains("hidden") == true)
            await connection.close()
            let second = try await connect(database: database)
            let missing = await #expect(throws: SourceError.self) {
                try await second.query(SQLStatement("SELECT * FROM nowhere"))
            }
            #expect(missing?.kind == .unknownSchema)
            #expect(try await second.query(SQLStatement("SELECT 1 AS one")).rowCount == 1)
            await second.close()
        }

        static let hostile = ["'; DROP TABLE t; --", "\\'; SELECT 1", "a'b\"c`d\\e", "?", "\u{1F680}", "--", "/*", "#"]

        @Test("a value is a value, whatever it spells", arguments: hostile)
        func injection(_ text: String) async throws {
            let connection = try await connect()
            let table = try await connection.query(
                SQLStatement("SELECT ? AS v, '?' AS q WHERE ? = ?", [.string(text), .string(text), .string(text)]))
            #expect(table.row(0) == ["v": .string(text), "q": .string("?")])
            await connection.close()
        }

        @Test(
            "a name is a name, whatever it spells",
            arguments: [
                "'; DROP TABLE t; --", "a'b\"c`d\\e", "?", "--", "we``ird", "select", "Ünï cödé", "accent`\u{301}",
            ])
        func names(_ name: String) async throws {
            let connection = try await connect()
            let table = try await connection.query(SQLStatement("SELECT 1 AS \(connection.quote(name))"))
            #expect(table.schema.names == [name])
            await connection.close()
        }

        @Test("values of every kind can be compared with")
        func parameters() async throws {
            let connection = try await connect()
            let statement = SQLStatement(
                """
                SELECT timestamp '2024-02-29 12:00:00.123456' = ? AS a, date '2024-02-29' = ? AS b, 5 = ? AS c,
                  12.5 = ? AS d, 0.1e0 = ? AS e, x'00ff' = ? AS f, 1 = ? AS g, 'x' = ? AS h, ? IS NULL AS i
                """,
                [
                    .timestamp(1_709_208_000_123_456), .date(19_782), .int(5),
                    .decimal(Decimal128(unscaled: 1250, scale: 2)), .double(0.1), .binary([0, 255]), .bool(true),
                    .string("x"), .null,
                ])
            let table = try await connection.query(statement)
            #expect(table.columns.map { $0[0] } == Array(repeating: .int(1), count: 9))
            await connection.close()
        }

        @Test("a result comes in tables of the size asked for", arguments: [1, 7, 1000, 5000])
        func batches(_ size: Int) async throws {
            let connection = try await connect()
            var sizes: [Int] = []
            var sum: Int64 = 0
            try await connection.stream(
                SQLStatement("SELECT seq AS i, repeat('x', seq) AS t FROM seq_1_to_2001"), maxRows: size,
                maxBytes: 1 << 30
            ) { table in
                sizes.append(table.rowCount)
                for row in 0..<table.rowCount {
                    if case .string(let text) = table.columns[1][row] { sum += Int64(text.utf8.count) }
                }
            }
            #expect(sizes.dropLast().allSatisfy { $0 == size })
            #expect(sizes.reduce(0, +) == 2001)
            #expect(sum == 2001 * 1001)
            await connection.close()
        }

        @Test("an empty result is one empty table with its columns")
        func empty() async throws {
            let connection = try await connect()
            let table = try await connection.query(
                SQLStatement("SELECT 1 AS a, 'x' AS b FROM seq_1_to_2 WHERE seq > 2"))
            #expect(table.rowCount == 0)
            #expect(table.schema.names == ["a", "b"])
            await connection.close()
        }

        private struct Enough: Error {}

        @Test("a reader who stops leaves a connection that goes on")
        func stopEarly() async throws {
            let connection = try await connect()
            for _ in 0..<3 {
                await #expect(throws: Enough.self) {
                    try await connection.stream(
                        SQLStatement("SELECT repeat('x', 100) AS t FROM seq_1_to_10000000"), maxRows: 10,
                        maxBytes: 1 << 20
                    ) { _ in throw Enough() }
                }
                #expect(try await connection.query(SQLStatement("SELECT 1 AS one")).rowCount == 1)
            }
            await connection.close()
        }

        @Test("cancelling the task stops the query on the server")
        func cancellation() async throws {
            let connection = try await connect()
            let start = ContinuousClock.now
            let task = Task {
                try await connection.query(SQLStatement("SELECT BENCHMARK(9000000000, SHA2('cancel-me', 512)) AS v"))
            }
            try await Task.sleep(for: .milliseconds(300))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(10))
            let server = try await MariaDBServer.shared()
            let running = try await server.execute(
                "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%cancel-me%' AND info NOT LIKE '%processlist%'"
            )
            #expect(running == "0\n")
            await connection.close()
        }

        @Test("a query without an answer is given up when the time is over")
        func timeout() async throws {
            let connection = try await connect { $0.timeouts.answer = .seconds(1) }
            let error = await #expect(throws: SourceError.self) {
                try await connection.query(SQLStatement("SELECT SLEEP(30) AS v"))
            }
            #expect(error?.recovery == .retry(after: nil))
            await connection.close()
        }

        @Test("a snapshot sees one state while another connection writes")
        func snapshot() async throws {
            let server = try await MariaDBServer.shared()
            let database = try await server.makeDatabase(
                "CREATE TABLE t ENGINE=InnoDB AS SELECT seq AS i FROM seq_1_to_100")
            let connection = try await connect(database: database)
            let count = SQLStatement("SELECT count(*) AS n FROM t")
            try await connection.withSnapshot {
                #expect(try await connection.query(count).columns[0][0] == .int(100))
                try await server.execute(
                    "INSERT INTO t SELECT seq FROM seq_1_to_50; DELETE FROM t WHERE i = 60", in: database)
                #expect(try await connection.query(count).columns[0][0] == .int(100))
            }
            #expect(try await connection.query(count).columns[0][0] == .int(149))
            await connection.close()
        }
    }
#endif
