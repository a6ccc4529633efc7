import Columns
import Foundation
import TestSupport
import Testing
import Transports
import Tributary

@Suite("SQLite connection")
struct SQLiteConnectionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("tributary-sqlite") }

    /// Makes a file by running statements.
    private func make(_ sql: String) throws -> String {
        let path = folder.file("test.db").path
        try SQLiteFile.execute(sql, on: path)
        return path
    }

    private func connect(_ path: String) async throws -> any DatabaseConnection {
        try await LiveDatabaseConnector().connect(to: DatabaseEndpoint(engine: .sqlite, host: path))
    }

    private func read(_ declaration: String, _ values: [String]) async throws -> Column {
        let rows = values.map { "(\($0))" }.joined(separator: ", ")
        let path = try make("CREATE TABLE t (v \(declaration)); INSERT INTO t VALUES \(rows);")
        let connection = try await connect(path)
        let table = try await connection.query(SQLStatement("SELECT v FROM t"))
        await connection.close()
        return table.columns[0]
    }

    /// A declared type, what is stored under it, and what becomes of both.
    struct Case: CustomStringConvertible {
        let declaration: String
        let stored: [String]
        let type: ColumnType
        let values: [Value]

        init(_ declaration: String, _ stored: [String], _ type: ColumnType, _ values: [Value]) {
            self.declaration = declaration
            self.stored = stored
            self.type = type
            self.values = values
        }

        var description: String { "\(declaration) \(stored.joined(separator: " "))" }
    }

    static let declared: [Case] = [
        Case(
            "INTEGER", ["9223372036854775807", "-9223372036854775808", "NULL"], .int64, [.int(.max), .int(.min), .null]),
        Case("REAL", ["1.5", "2", "9e999"], .float64, [.double(1.5), .double(2), .null]),
        Case("VARCHAR(3)", ["'über 🚀'", "''", "5"], .utf8, [.string("über 🚀"), .string(""), .string("5")]),
        Case("BLOB", ["x'00ff'", "x''"], .binary, [.binary([0, 255]), .binary([])]),
        Case("BOOLEAN", ["1", "0", "NULL"], .bool, [.bool(true), .bool(false), .null]),
        Case(
            "DECIMAL(10,2)", ["12.5", "3", "-0.01", "0.1 + 0.2"], .decimal128(precision: 10, scale: 2),
            [1250, 300, -1, 30].map { .decimal(Decimal128(unscaled: $0, scale: 2)) }),
        Case("DATE", ["'2024-02-29'", "''", "NULL"], .date32, [.date(19_782), .null, .null]),
        Case(
            "DATETIME",
            [
                "'2024-02-29 12:00:00'", "'2024-02-29T12:00:00.123456Z'", "'2024-02-29 14:00:00+02:00'", "1709208000",
                "1709208000123", "2460369.75",
            ], .timestamp,
            [0, 123_456, 0, 0, 123_000, -21_600_000_000].map { .timestamp(1_709_208_000_000_000 + $0) }),
        Case("", ["1", "2"], .int64, [.int(1), .int(2)]), Case("", ["NULL", "'x'"], .utf8, [.null, .string("x")]),
        Case("", ["x'01'", "NULL"], .binary, [.binary([1]), .null]),
    ]

    static let widened: [Case] = [
        Case("INTEGER", ["1", "2.5", "NULL"], .float64, [.double(1), .double(2.5), .null]),
        Case("INTEGER", ["1", "NULL", "'x'"], .utf8, [.string("1"), .null, .string("x")]),
        Case("INTEGER", ["9007199254740993", "2.5"], .utf8, [.string("9007199254740993"), .string("2.5")]),
        Case("", ["1.5", "9007199254740993"], .utf8, [.string("1.5"), .string("9007199254740993")]),
        Case("BOOLEAN", ["1", "2"], .int64, [.int(1), .int(2)]),
        Case("BOOLEAN", ["1", "'true'"], .utf8, [.string("1"), .string("true")]),
        Case("DECIMAL(10,2)", ["1.25", "1.255"], .float64, [.double(1.25), .double(1.255)]),
        Case(
            "DATE", ["'2024-02-29'", "'2024-02-29 12:00:00'"], .timestamp,
            [.timestamp(1_709_164_800_000_000), .timestamp(1_709_208_000_000_000)]),
        Case("DATE", ["'2024-02-29'", "'someday'"], .utf8, [.string("2024-02-29"), .string("someday")]),
        Case("BLOB", ["x'00ff'", "'text'"], .utf8, [.string("00ff"), .string("text")]),
        Case("TEXT", ["'text'", "x'00ff'", "1.5"], .utf8, [.string("text"), .string("00ff"), .string("1.5")]),
    ]

    @Test("values keep the declared type, and widen it where they do not fit", arguments: declared + widened)
    func types(_ example: Case) async throws {
        let column = try await read(example.declaration, example.stored)
        #expect(column.type == example.type)
        #expect((0..<column.count).map { column[$0] } == example.values)
    }

    @Test("a column that was widened stays so in later tables")
    func wideningIsKept() async throws {
        let connection = try await connect(
            make("CREATE TABLE t (v INTEGER); INSERT INTO t VALUES (1), (2.5), (3), (4)"))
        var types: [ColumnType] = []
        try await connection.stream(SQLStatement("SELECT v FROM t"), maxRows: 1, maxBytes: 1 << 20) {
            types.append($0.schema.fields[0].type)
        }
        #expect(types == [.int64, .float64, .float64, .float64])
        await connection.close()
    }

    @Test("invalid UTF-8 is repaired")
    func invalidText() async throws {
        let column = try await read("TEXT", ["CAST(x'61ff62' AS TEXT)"])
        #expect(column[0] == .string("a\u{FFFD}b"))
    }

    @Test("tributary_micros reads times in every form, and gives null for what is none")
    func micros() async throws {
        let connection = try await connect(make("CREATE TABLE t (v)"))
        let table = try await connection.query(
            SQLStatement(
                """
                SELECT tributary_micros('2024-02-29 12:00:00') AS a, tributary_micros('2024-02-29T14:00:00+02:00') AS b,
                  tributary_micros(1709208000) AS c, tributary_micros('nonsense') AS d, tributary_micros(NULL) AS e
                """))
        let noon = Value.int(1_709_208_000_000_000)
        #expect(table.columns.map { $0[0] } == [noon, noon, noon, .null, .null])
        await connection.close()
    }

    @Test("a missing file, a folder and a file of something else each get their message")
    func badFiles() async throws {
        let text = try folder.write(
            "this is no database, but longer than a header of one hundred bytes\n".repeated(3), to: "x.db")
        let missing = await #expect(throws: SourceError.self) { try await connect(folder.file("none.db").path) }
        #expect(missing?.kind == .notFound)
        let directory = await #expect(throws: SourceError.self) { try await connect(folder.path) }
        #expect(directory?.kind == .notFound)
        let other = await #expect(throws: SourceError.self) { try await connect(text) }
        #expect(other?.kind == .unexpectedAnswer)
        #expect(!FileManager.default.fileExists(atPath: folder.file("none.db").path))
    }

    @Test("a session only reads, and names a table that is not there")
    func readOnly() async throws {
        let connection = try await connect(make("CREATE TABLE t (v)"))
        let write = await #expect(throws: SourceError.self) {
            try await connection.query(SQLStatement("INSERT INTO t VALUES (1)"))
        }
        #expect(write?.kind == .permissionDenied)
        let missing = await #expect(throws: SourceError.self) {
            try await connection.query(SQLStatement("SELECT * FROM nowhere"))
        }
        #expect(missing?.kind == .unknownSchema)
        await connection.close()
    }

    static let hostile = [
        "'; DROP TABLE t; --", "a'b\"c`d\\e", "?", "\u{1F680}", "--", "/*", "select", "we\"\"ird", " ",
        "accent\"\u{301}",
    ]

    @Test("a value is a value and a name is a name, whatever they spell", arguments: hostile)
    func injection(_ text: String) async throws {
        let connection = try await connect(make("CREATE TABLE t (v)"))
        let name = connection.quote(text)
        let table = try await connection.query(SQLStatement("SELECT ? AS \(name), 1 AS one", [.string(text)]))
        #expect(table.row(0) == [text: .string(text), "one": .int(1)])
        await connection.close()
    }

    @Test("a wrong number of values is an error")
    func parameterCount() async throws {
        let connection = try await connect(make("CREATE TABLE t (v)"))
        await #expect(throws: SourceError.self) { try await connection.query(SQLStatement("SELECT ?", [])) }
        await connection.close()
    }

    @Test("a result comes in tables of the size asked for", arguments: [1, 7, 1000, 5000])
    func batches(_ size: Int) async throws {
        let connection = try await connect(make("CREATE TABLE t (v)"))
        var sizes: [Int] = []
        try await connection.stream(
            SQLStatement(
                "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2001) SELECT i FROM c"),
            maxRows: size, maxBytes: 1 << 30
        ) { sizes.append($0.rowCount) }
        #expect(sizes.dropLast().allSatisfy { $0 == size })
        #expect(sizes.reduce(0, +) == 2001)
        await connection.close()
    }

    @Test("cancelling the task interrupts the statement")
    func cancellation() async throws {
        let connection = try await connect(make("CREATE TABLE t (v)"))
        let task = Task {
            try await connection.query(
                SQLStatement("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT max(i) FROM c"))
        }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await connection.close()
    }

    @Test("a snapshot sees one state while another connection writes")
    func snapshot() async throws {
        let path = try make("PRAGMA journal_mode = WAL; CREATE TABLE t (v); INSERT INTO t VALUES (1)")
        let connection = try await connect(path)
        let count = SQLStatement("SELECT count(*) AS n FROM t")
        try await connection.withSnapshot {
            try SQLiteFile.execute("INSERT INTO t VALUES (2)", on: path)
            #expect(try await connection.query(count).columns[0][0] == .int(1))
        }
        #expect(try await connection.query(count).columns[0][0] == .int(2))
        await connection.close()
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
