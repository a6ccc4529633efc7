#if PostgreSQL
    import Columns
    import TestSupport
    import Testing
    import Transports
    import Tributary

    @Suite("PostgreSQL connection", .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine"))
    struct PostgresConnectionTests {
        private func connect(
            _ change: (inout DatabaseEndpoint) -> Void = { _ in }, database: String = "postgres"
        ) async throws -> any DatabaseConnection {
            var endpoint = try await PostgresServer.shared().endpoint(database)
            change(&endpoint)
            return try await LiveDatabaseConnector().connect(to: endpoint)
        }

        // MARK: Logging in

        @Test("a wrong password is refused, and not shown")
        func wrongPassword() async throws {
            let error = await #expect(throws: SourceError.self) {
                try await connect { $0.password = Secret("hunter2-wrong") }
            }
            #expect(error?.kind == .invalidCredentials)
            #expect(error?.recovery == .stop)
            #expect(error?.description.contains("hunter2") == false)
        }

        @Test("a missing password is refused")
        func noPassword() async throws {
            let error = await #expect(throws: SourceError.self) { try await connect { $0.password = nil } }
            #expect(error?.kind == .invalidCredentials)
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
            #expect(error?.recovery == .retry(after: nil))
        }

        @Test("a server that never answers is given up in time")
        func silentServer() async throws {
            // It takes the connection and then says nothing, for ever: only a time-out ends this.
            let silent = try RawTCPServer { $0.waitForClose() }
            defer { silent.stop() }
            let error = await #expect(throws: SourceError.self) {
                try await connect {
                    $0.address = "127.0.0.1"
                    $0.port = silent.port
                    $0.timeouts.connect = .seconds(1)
                }
            }
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

        @Test("required TLS is not silently given up", arguments: [DatabaseEndpoint.TLS.required, .verified])
        func requiredTLS(_ mode: DatabaseEndpoint.TLS) async throws {
            let error = await #expect(throws: SourceError.self) { try await connect { $0.tls = mode } }
            #expect(error?.kind == .unreachable)
            #expect(error?.message.contains("TLS") == true)
        }

        @Test("a host with more than one name is refused", arguments: ["a,b", "/tmp", "@x", "h /etc", "postgres://h"])
        func oddHost(_ host: String) async throws {
            let error = await #expect(throws: SourceError.self) { try await connect { $0.host = host } }
            #expect(error?.kind == .invalidConfig)
        }

        @Test("a database name is a name, not a connection string")
        func connectionStringAsDatabase() async throws {
            let error = await #expect(throws: SourceError.self) {
                try await connect { $0.database = "host=192.0.2.1 dbname=postgres" }
            }
            #expect(error?.kind == .notFound)
        }

        // MARK: Statements

        @Test("a session only reads")
        func readOnly() async throws {
            let connection = try await connect()
            let error = await #expect(throws: SourceError.self) {
                try await connection.query(SQLStatement("CREATE TABLE x (id int)"))
            }
            #expect(error?.kind == .permissionDenied)
            await connection.close()
        }

        @Test("an unknown table and a forbidden one are told apart, and the connection goes on")
        func missingAndForbidden() async throws {
            let server = try await PostgresServer.shared()
            let database = try await server.makeDatabase(
                """
                CREATE TABLE hidden (id int);
                CREATE ROLE peeker LOGIN PASSWORD 'peek';
                """)
            let connection = try await connect(
                {
                    $0.user = "peeker"
                    $0.password = Secret("peek")
                }, database: database)
            let missing = await #expect(throws: SourceError.self) {
                try await connection.query(SQLStatement("SELECT * FROM nowhere"))
            }
            #expect(missing?.kind == .unknownSchema)
            let hidden = await #expect(throws: SourceError.self) {
                try await connection.query(SQLStatement("SELECT * FROM hidden"))
            }
            #expect(hidden?.kind == .permissionDenied)
            #expect(hidden?.message.contains("hidden") == true)
            #expect(try await connection.query(SQLStatement("SELECT 1 AS one")).rowCount == 1)
            await connection.close()
        }

        static let hostile = [
            "'; DROP TABLE t; --", "\\'; SELECT 1", "a'b\"c`d\\e", "?", "$1", "$$x$$", "%s", "\u{1F680}", "--", "/*",
        ]

        @Test("a value is a value, whatever it spells", arguments: hostile)
        func injection(_ text: String) async throws {
            let connection = try await connect()
            let table = try await connection.query(
                SQLStatement(
                    "SELECT ? AS v, '?' AS q, 2 AS two -- ?\n WHERE ? = ?",
                    [.string(text), .string(text), .string(text)]))
            #expect(table.row(0) == ["v": .string(text), "q": .string("?"), "two": .int(2)])
            await connection.close()
        }

        @Test(
            "a name is a name, whatever it spells",
            arguments: hostile + ["we\"\"ird", "select", "Ünï cödé", " ", "accent\"\u{301}"])
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
                SELECT timestamptz '2024-02-29 12:00:00.123456+00' = ? AS a, timestamp '2024-02-29 12:00:00' = ? AS b,
                  date '2024-02-29' = ? AS c, 5::int2 = ? AS d, 12.5 = ? AS e, 0.1::float8 = ? AS f,
                  '\\x00ff'::bytea = ? AS g, true = ? AS h, 'x' = ? AS i, ?::int IS NULL AS j,
                  timestamp '0044-03-15 00:00:00 BC' = ? AS k
                """,
                [
                    .timestamp(1_709_208_000_123_456), .timestamp(1_709_208_000_000_000), .date(19_782), .int(5),
                    .decimal(Decimal128(unscaled: 1250, scale: 2)), .double(0.1), .binary([0, 255]), .bool(true),
                    .string("x"), .null, .timestamp(-63_517_824_000_000_000),
                ])
            let table = try await connection.query(statement)
            #expect(table.columns.map { $0[0] } == Array(repeating: .bool(true), count: 11))
            await connection.close()
        }

        @Test("a column name that comes twice gets a number")
        func duplicateNames() async throws {
            let connection = try await connect()
            let table = try await connection.query(SQLStatement("SELECT 1 AS a, 2 AS a, 3 AS a_2, ARRAY[4] AS a"))
            #expect(table.schema.names == ["a", "a_3", "a_2", "a_4"])
            await connection.close()
        }

        @Test("a statement that is no query comes as text")
        func show() async throws {
            let connection = try await connect()
            let table = try await connection.query(SQLStatement("SHOW TimeZone"))
            #expect(table.columns.map { $0[0] } == [.string("UTC")])
            await connection.close()
        }

        // MARK: Streams

        @Test("a result comes in tables of the size asked for", arguments: [1, 7, 1000, 5000])
        func batches(_ size: Int) async throws {
            let connection = try await connect()
            var sizes: [Int] = []
            var sum: Int64 = 0
            try await connection.stream(
                SQLStatement("SELECT i FROM generate_series(1, 2001) AS i"), maxRows: size, maxBytes: 1 << 30
            ) { table in
                sizes.append(table.rowCount)
                for row in 0..<table.rowCount { if case .int(let value) = table.columns[0][row] { sum += value } }
            }
            #expect(sizes.dropLast().allSatisfy { $0 == size })
            #expect(sizes.reduce(0, +) == 2001)
            #expect(sum == 2001 * 1001)
            await connection.close()
        }

        @Test("a table ends when it has the bytes asked for")
        func bytes() async throws {
            let connection = try await connect()
            var sizes: [Int] = []
            try await connection.stream(
                SQLStatement("SELECT repeat('x', 1000) AS v FROM generate_series(1, 100)"), maxRows: 1000,
                maxBytes: 10_000
            ) { sizes.append($0.rowCount) }
            #expect(sizes.reduce(0, +) == 100)
            #expect(sizes.allSatisfy { $0 <= 10 })
            await connection.close()
        }

        @Test("an empty result is one empty table with its columns")
        func empty() async throws {
            let connection = try await connect()
            var tables: [Table] = []
            try await connection.stream(
                SQLStatement("SELECT 1 AS a, 'x' AS b WHERE false"), maxRows: 10, maxBytes: 1 << 20
            ) { tables.append($0) }
            #expect(tables.map(\.rowCount) == [0])
            #expect(tables.first?.schema.names == ["a", "b"])
            await connection.close()
        }

        private struct Enough: Error {}

        @Test("a reader who stops leaves a connection that goes on")
        func stopEarly() async throws {
            let connection = try await connect()
            for _ in 0..<3 {
                await #expect(throws: Enough.self) {
                    try await connection.stream(
                        SQLStatement("SELECT repeat('x', 100) FROM generate_series(1, 1000000)"), maxRows: 10,
                        maxBytes: 1 << 20
                    ) { _ in throw Enough() }
                }
                #expect(try await connection.query(SQLStatement("SELECT 1 AS one")).rowCount == 1)
            }
            await connection.close()
        }

        @Test("a second statement inside the first is an error, not a deadlock")
        func nested() async throws {
            let connection = try await connect()
            let error = await #expect(throws: SourceError.self) {
                try await connection.stream(SQLStatement("SELECT 1"), maxRows: 1, maxBytes: 100) { _ in
                    _ = try await connection.query(SQLStatement("SELECT 2"))
                }
            }
            #expect(error?.message.contains("still reading") == true)
            await connection.close()
        }

        @Test("an error in the middle of a result ends the stream with it")
        func failureInside() async throws {
            let connection = try await connect()
            let error = await #expect(throws: SourceError.self) {
                try await connection.stream(
                    SQLStatement("SELECT 1 / (5000 - i) FROM generate_series(1, 10000) AS i"), maxRows: 100,
                    maxBytes: 1 << 20
                ) { _ in }
            }
            #expect(error?.kind == .upstreamFailure)
            #expect(try await connection.query(SQLStatement("SELECT 1 AS one")).rowCount == 1)
            await connection.close()
        }

        @Test("cancelling the task stops the query on the server")
        func cancellation() async throws {
            let connection = try await connect()
            let start = ContinuousClock.now
            let task = Task { try await connection.query(SQLStatement("SELECT pg_sleep(60) IS NULL, 'cancel-me'")) }
            try await Task.sleep(for: .milliseconds(300))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(60))
            let server = try await PostgresServer.shared()
            let running = try await server.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%cancel-me%' AND query NOT LIKE '%pg_stat%'",
                in: "postgres")
            #expect(running == "0\n")
            await connection.close()
        }

        @Test("a query without an answer is stopped when the time is over")
        func timeout() async throws {
            let connection = try await connect { $0.timeouts.answer = .seconds(1) }
            let error = await #expect(throws: SourceError.self) {
                try await connection.query(SQLStatement("SELECT pg_sleep(60) IS NULL"))
            }
            #expect(error?.kind == .timedOut)
            await connection.close()
        }

        @Test("a connection that the server ends is a passing failure")
        func terminated() async throws {
            let connection = try await connect()
            let error = await #expect(throws: SourceError.self) {
                try await connection.query(SQLStatement("SELECT pg_terminate_backend(pg_backend_pid())"))
            }
            #expect(error?.recovery == .retry(after: nil) || error?.recovery == .retry(after: .seconds(30)))
            await connection.close()
        }

        @Test("a snapshot sees one state while another connection writes")
        func snapshot() async throws {
            let server = try await PostgresServer.shared()
            let database = try await server.makeDatabase("CREATE TABLE t AS SELECT i FROM generate_series(1, 100) AS i")
            let connection = try await connect(database: database)
            let count = SQLStatement("SELECT count(*) AS n FROM t")
            try await connection.withSnapshot {
                #expect(try await connection.query(count).columns[0][0] == .int(100))
                try await server.execute(
                    "INSERT INTO t SELECT 1 FROM generate_series(1, 50); DELETE FROM t WHERE i = 2", in: database)
                #expect(try await connection.query(count).columns[0][0] == .int(100))
            }
            #expect(try await connection.query(count).columns[0][0] == .int(149))
            await connection.close()
        }
    }
#endif
