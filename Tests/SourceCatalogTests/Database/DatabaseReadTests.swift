import Columns
import TestSupport
import Testing
import Tributary

@Suite("Database reading")
struct DatabaseReadTests {
    private func keyed(_ engine: DatabaseLab.Engine) async throws -> DatabaseLab {
        let lab = try await DatabaseLab(
            engine,
            """
            CREATE TABLE t (a int NOT NULL, b int NOT NULL, seen \(DatabaseLab.timestamp(engine)), v varchar(9),
              PRIMARY KEY (a, b));
            """)
        // Ten rows for each moment, some without one.
        try await lab.execute(
            """
            INSERT INTO t SELECT i % 7, i, CASE WHEN i % 10 = 3 THEN NULL ELSE \(lab.moment("(i - i % 10) / 10")) END,
              CASE WHEN i % 5 = 0 THEN NULL ELSE 'v' END FROM \(lab.series(200)) WHERE i > 0
            """)
        return lab
    }

    /// Reads with tables of few rows by making the batches small through wide rows is slow: the tokens of single-row
    /// reads show the same. Each resumed read must give exactly what was left.
    private func checkResume(_ lab: DatabaseLab, _ inputs: SourceInputs) async throws {
        let whole = try await lab.read(inputs)
        let all = whole.values("b")
        #expect(Set(all).count == all.count)
        var position: ResumeToken?
        var seen: [Value] = []
        while seen.count < all.count {
            var next = inputs
            next.resumeToken = position
            let rest = try await lab.read(next)
            // Behind what was left come the ties of the places where the read was interrupted.
            #expect(Array(rest.values("b").prefix(all.count - seen.count)) == Array(all.dropFirst(seen.count)))
            #expect(Set(rest.values("b").dropFirst(all.count - seen.count)).isSubset(of: seen))
            guard let cut = Self.cut(rest, at: min(13, rest.count)) else { break }
            seen += cut.values
            position = cut.token
        }
        #expect(seen == all)
    }

    /// The first rows of a read as a table of their own, with the token the source gives for it: found by asking the
    /// source for just these rows is not possible, so the token is made from the row as the source spells it.
    private static func cut(
        _ rows: DatabaseLab.Rows, at count: Int
    ) -> (values: [Value], token: ResumeToken?)? {
        guard count > 0, let table = rows.tables.first(where: { $0.rowCount > 0 }),
            let token = rows.tokens.compactMap({ $0 }).first
        else { return nil }
        let taken = min(count, table.rowCount)
        let values = (0..<taken).map { table.column("b")?[$0] ?? .null }
        return (values, TokenSurgery.token(token, movedTo: table, row: taken - 1))
    }

    @Test(
        "a full refresh gives all rows along the key, and goes on behind any of them",
        arguments: DatabaseLab.Engine.available)
    func fullRefresh(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await keyed(engine)
        let inputs = SourceInputs(schema: "t")
        let rows = try await lab.read(inputs)
        #expect(rows.count == 200)
        let keys = zip(rows.values("a"), rows.values("b")).map { pair -> [Int64] in
            guard case (.int(let a), .int(let b)) = pair else { return [] }
            return [a, b]
        }
        #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
        try await checkResume(lab, inputs)
    }

    @Test(
        "a first incremental read gives rows without a cursor last, and goes on behind any row",
        arguments: DatabaseLab.Engine.available)
    func firstIncremental(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await keyed(engine)
        let inputs = SourceInputs(schema: "t", syncType: .incremental, cursorField: .timestamp("seen"))
        let rows = try await lab.read(inputs)
        #expect(rows.count == 200)
        let cursors = rows.values("seen")
        let known = cursors.prefix { $0 != .null }
        #expect(known.count == 180)
        #expect(cursors.dropFirst(180).allSatisfy { $0 == .null })
        let micros = known.map { if case .timestamp(let value) = $0 { value } else { Int64.min } }
        #expect(micros == micros.sorted())
        try await checkResume(lab, inputs)
    }

    @Test(
        "a later read begins at the watermark, ties complete, rows without a cursor left out",
        arguments: DatabaseLab.Engine.available)
    func laterIncremental(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await keyed(engine)
        let start: Int64 = 1_704_067_200_000_000
        let mark = Watermark(last: .timestamp(start + 15_000_000))
        let inputs = SourceInputs(
            schema: "t", syncType: .incremental, cursorField: .timestamp("seen"), watermark: mark)
        let rows = try await lab.read(inputs)
        let expected: [Int64] = (Int64(1)...200).filter { $0 / 10 >= 15 && $0 % 10 != 3 }
        #expect(Set(rows.values("b")) == Set(expected.map(Value.int)))
        try await checkResume(lab, inputs)
        var done = inputs
        done.watermark = Watermark(last: .timestamp(start + 20_000_000))
        #expect(try await lab.read(done).values("b") == [.int(200)])
        done.watermark = Watermark(last: .timestamp(start + 20_000_001))
        #expect(try await lab.read(done).tables.isEmpty)
    }

    @Test(
        "a row that changed in the moment of the last one read, while the read was interrupted, comes at its end",
        arguments: DatabaseLab.Engine.available)
    func changedInTheMomentOfAnInterruption(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(
            engine, "CREATE TABLE t (id int NOT NULL PRIMARY KEY, n int NOT NULL)")
        try await lab.execute("INSERT INTO t VALUES (1, 1), (2, 2), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4)")
        var inputs = SourceInputs(schema: "t", syncType: .incremental, cursorField: .integer("n"))
        let first = try await lab.read(inputs)
        let table = try #require(first.tables.first)
        // Interrupted behind 4, and again behind 6.
        inputs.resumeToken = TokenSurgery.token(
            try #require(first.tokens.compactMap { $0 }.first), movedTo: table, row: 3)
        try await lab.execute("UPDATE t SET n = 2 WHERE id = 1")
        let second = try await lab.read(inputs)
        #expect(second.values("id") == [5, 6, 7, 1, 2, 3, 4].map { Value.int($0) })
        let rest = try #require(second.tables.first)
        inputs.resumeToken = TokenSurgery.token(try #require(second.tokens.first ?? nil), movedTo: rest, row: 1)
        try await lab.execute("UPDATE t SET n = 3 WHERE id = 2")
        let third = try await lab.read(inputs)
        #expect(third.values("id") == [7, 1, 3, 4, 2, 5, 6].map { Value.int($0) })
        // Interrupted among the ties, behind 3.
        let ties = try #require(third.tables.dropFirst().first)
        inputs.resumeToken = TokenSurgery.token(
            try #require(third.tokens.dropFirst().first ?? nil), movedTo: ties, row: 1)
        #expect(try await lab.read(inputs).values("id") == [4, 2, 5, 6, 1, 3].map { Value.int($0) })
        inputs.syncType = .append
        let expired = await #expect(throws: SourceError.self) { try await lab.read(inputs) }
        #expect(expired?.kind == .resumeTokenExpired)
    }

    @Test("a date cursor takes the watermark's day again", arguments: DatabaseLab.Engine.available)
    func dateCursor(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(
            engine,
            """
            CREATE TABLE t (id int NOT NULL PRIMARY KEY, day date);
            INSERT INTO t VALUES (1, '2024-01-01'), (2, '2024-01-02'), (3, '2024-01-02'), (4, '2024-01-03'), (5, NULL);
            """)
        var inputs = SourceInputs(
            schema: "t", syncType: .append, cursorField: .date("day"), watermark: Watermark(last: .date(19_724)))
        #expect(try await lab.read(inputs).values("id") == [.int(2), .int(3), .int(4)])
        inputs.watermark = Watermark()
        #expect(try await lab.read(inputs).values("id") == [.int(1), .int(2), .int(3), .int(4), .int(5)])
        inputs.historyStart = .date(19_725)
        #expect(try await lab.read(inputs).values("id") == [.int(4)])
    }

    @Test(
        "numbers serve as cursors; an append begins behind the watermark, since nothing tells a row that is read again",
        arguments: DatabaseLab.Engine.available)
    func integerCursor(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(
            engine,
            "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY); INSERT INTO t VALUES (1), (9223372036854775806), (9223372036854775807)"
        )
        var inputs = SourceInputs(
            schema: "t", syncType: .incremental, cursorField: .integer("id"),
            watermark: Watermark(last: .integer(9_223_372_036_854_775_806)))
        #expect(try await lab.read(inputs).values("id") == [.int(.max - 1), .int(.max)])
        inputs.syncType = .append
        #expect(try await lab.read(inputs).values("id") == [.int(.max)])
    }

    @Test(
        "without a key that is enforced a resumed read begins again at the last cursor value",
        arguments: DatabaseLab.Engine.available)
    func looseKey(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(
            engine,
            "CREATE TABLE t (id int, n int NOT NULL); INSERT INTO t VALUES (1, 1), (2, 2), (3, 2), (4, 2), (5, 3)")
        var inputs = SourceInputs(schema: "t", syncType: .incremental, cursorField: .integer("n"))
        let rows = try await lab.read(inputs)
        let table = try #require(rows.tables.first)
        let token = try #require(rows.tokens.compactMap { $0 }.first)
        inputs.resumeToken = TokenSurgery.token(token, movedTo: table, row: 2)
        #expect(Set(try await lab.read(inputs).values("id")) == [.int(2), .int(3), .int(4), .int(5)])
    }

    @Test("repeated values of a key that is not enforced are found", arguments: DatabaseLab.Engine.available)
    func duplicateKeys(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(
            engine, "CREATE TABLE t (id int, n int NOT NULL); INSERT INTO t VALUES (1, 1), (2, 2), (2, 3)")
        var inputs = SourceInputs(schema: "t", syncType: .incremental, cursorField: .integer("n"))
        #expect(try await lab.source.read(inputs, in: lab.context).hasDuplicatePrimaryKeys)
        inputs.syncType = .append
        #expect(try await !lab.source.read(inputs, in: lab.context).hasDuplicatePrimaryKeys)
        try await lab.execute("DELETE FROM t WHERE n = 3")
        inputs.syncType = .incremental
        let response = try await lab.source.read(inputs, in: lab.context)
        #expect(!response.hasDuplicatePrimaryKeys)
        #expect(response.primaryKeys == ["id"])
    }

    @Test("chosen columns come alone, with key and cursor", arguments: DatabaseLab.Engine.available)
    func columnSelection(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await keyed(engine)
        let inputs = SourceInputs(
            schema: "t", syncType: .incremental, cursorField: .timestamp("seen"), enabledColumns: ["A"])
        #expect(try await lab.read(inputs).tables.first?.schema.names == ["a", "b", "seen"])
    }

    @Test(
        "a cursor field that is gone, and a token of another order, each get their error",
        arguments: DatabaseLab.Engine.available)
    func changedTable(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await keyed(engine)
        let missing = await #expect(throws: SourceError.self) {
            try await lab.read(SourceInputs(schema: "t", syncType: .incremental, cursorField: .timestamp("sen")))
        }
        #expect(missing?.kind == .missingCursorField)
        #expect(missing?.advice == "Did you mean 'seen'?")
        for token: JSONValue in [
            ["page": 3], ["after": [["x", ["int", "1"]]], "inclusive": false, "among-nulls": false],
        ] {
            let expired = await #expect(throws: SourceError.self) {
                try await lab.read(SourceInputs(schema: "t", resumeToken: ResumeToken(token)))
            }
            #expect(expired?.kind == .resumeTokenExpired)
        }
    }

    @Test("an empty table is handed over once, for its columns", arguments: DatabaseLab.Engine.available)
    func emptyTable(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int NOT NULL PRIMARY KEY, v varchar(9), n int)")
        let rows = try await lab.read(SourceInputs(schema: "t", syncType: .incremental, cursorField: .integer("n")))
        #expect(rows.tables.map(\.rowCount) == [0])
        #expect(rows.tables.first?.schema.names == ["id", "v", "n"])
    }

    @Test("views are read", arguments: DatabaseLab.Engine.available)
    func views(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(
            engine,
            "CREATE TABLE t (id int NOT NULL PRIMARY KEY); INSERT INTO t VALUES (2), (1); CREATE VIEW w AS SELECT id, 2 * id AS twice FROM t"
        )
        #expect(Set(try await lab.read(SourceInputs(schema: "w")).values("twice")) == [.int(2), .int(4)])
    }

    @Test(
        "a run sees one state of the database while another connection writes", arguments: DatabaseLab.Engine.available)
    func snapshot(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int NOT NULL PRIMARY KEY, n int, pad text)")
        try await lab.execute(
            "INSERT INTO t SELECT i, CASE WHEN i % 2 = 0 THEN i END, '\(String(repeating: "x", count: 100))' FROM \(lab.series(1000)) WHERE i > 0"
        )
        let response = try await lab.source.read(
            SourceInputs(schema: "t", syncType: .incremental, cursorField: .integer("n")), in: lab.context)
        let ids = Lock<[Value]>([])
        let emitter = Emitter { item, _ in
            guard case .table(let table) = item else { return }
            // Between the rows with a cursor and those without: a row moves from the one to the other.
            try await lab.execute(
                "UPDATE t SET n = NULL WHERE id <= 10; DELETE FROM t WHERE id = 999; INSERT INTO t VALUES (\(5000 + ids.withLock { $0.count }), NULL, 'late')"
            )
            ids.withLock { $0 += (0..<table.rowCount).map { table.columns[0][$0] } }
        }
        try await response.items.run(into: emitter)
        let seen = ids.withLock { $0 }
        #expect(seen.count == 1000)
        #expect(Set(seen) == Set((1...1000).map { Value.int(Int64($0)) }))
    }

    @Test("SQLite's times compare by what they mean, however they are spelled")
    func mixedTimes() async throws {
        let lab = try await DatabaseLab(
            .sqlite,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, at DATETIME);
            INSERT INTO t VALUES (1, '2024-01-01 10:00:00'), (2, '2024-01-01T10:00:00.5Z'), (3, 1704103201),
              (4, '2024-01-01T09:00:00+00:00'), (5, '2024-01-01 12:00:00+01:00'), (6, 'never'), (7, NULL), (8, '');
            """)
        var inputs = SourceInputs(schema: "t", syncType: .incremental, cursorField: .timestamp("at"))
        let first = try await lab.read(inputs)
        #expect(first.values("id").prefix(5) == [.int(4), .int(1), .int(2), .int(3), .int(5)])
        #expect(Set(first.values("id").dropFirst(5)) == [.int(6), .int(7), .int(8)])
        inputs.watermark = Watermark(last: .timestamp(1_704_103_200_000_000))
        #expect(try await lab.read(inputs).values("id") == [.int(1), .int(2), .int(3), .int(5)])
    }
}

extension DatabaseLab {
    static func timestamp(_ engine: Engine) -> String {
        switch engine {
        case .postgres: "timestamptz"
        case .mysql: "datetime(6) NULL"
        case .sqlite: "DATETIME"
        }
    }
}

/// Moves a token to another row of the same table, as the source would have given it had the table ended there.
enum TokenSurgery {
    static func token(_ token: ResumeToken, movedTo table: Table, row: Int) -> ResumeToken {
        guard case .object(var object) = token.value, let pairs = object["after"]?.array else { return token }
        let moved: [JSONValue] = pairs.map { pair in
            guard let name = pair.array?.first?.string, let value = table.column(name)?[row] else { return pair }
            return .array([.string(name), encode(value)])
        }
        object["after"] = .array(moved)
        return ResumeToken(.object(object))
    }

    private static func encode(_ value: Value) -> JSONValue {
        switch value {
        case .int(let number): ["int", .string(String(number))]
        case .timestamp(let micros): ["timestamp", .string(String(micros))]
        case .date(let days): ["date", .string(String(days))]
        case .string(let text): ["text", .string(text)]
        default: .null
        }
    }
}
