import Columns
import TestSupport
import Testing
import Tributary

@testable import Cassettes

@Suite struct StatementCassetteTests {
    private static let types: [ColumnType] = [
        .bool, .int32, .int64, .float64, .decimal128(precision: 12, scale: 2), .utf8, .binary, .date32, .timestamp,
    ]

    private static func value(_ type: ColumnType, _ random: inout RandomJSON) -> Value {
        if random.generator.oneIn(5) { return .null }
        switch type {
        case .bool: return .bool(random.generator.oneIn(2))
        case .int32: return .int(Int64(Int32.random(in: .min ... .max, using: &random.generator)))
        case .int64: return .int(.random(in: .min ... .max, using: &random.generator))
        case .float64:
            return .double(
                random.generator.pick([
                    .infinity, -.infinity, 0.1, 3, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
                ]))
        case .decimal128(_, let scale):
            return .decimal(
                Decimal128(
                    unscaled: Int128.random(in: -999_999_999...999_999_999, using: &random.generator), scale: scale))
        case .utf8: return .string(random.string())
        case .binary: return .binary(Array(random.string().utf8))
        case .date32: return .date(Int32.random(in: -100_000...100_000, using: &random.generator))
        case .timestamp:
            return .timestamp(.random(in: -60_000_000_000_000_000...60_000_000_000_000_000, using: &random.generator))
        }
    }

    private static func cassette(seed: UInt64) -> StatementCassette {
        var random = RandomJSON(seed: seed)
        var cassette = StatementCassette(engine: .postgres, state: "t0")
        cassette.logins = [
            StatementCassette.Login(
                endpoint: JSONObject([("host", "db.example.com"), ("password", "fake-password-1")])),
            StatementCassette.Login(
                endpoint: JSONObject([("host", "x")]),
                failure: StatementCassette.Failure(kind: "timed-out", message: random.string(), isTransient: true)),
        ]
        for index in 0..<4 {
            let fields = types.shuffled(using: &random.generator).enumerated().map { number, type in
                Field("\(random.string())\(number)", type, isNullable: true)
            }
            let rows = (0..<random.generator.pick([0, 1, 7])).map { _ in
                fields.map { value($0.type, &random) }
            }
            let columns = fields.indices.map { column in
                StatementCells.column(rows.map { $0[column] }, fields[column].type)
            }
            let parameters = types.map { value($0, &random) }
            cassette.records.append(
                StatementCassette.Record(
                    name: "things-\(index)",
                    statement: SQLStatement("SELECT *\n\n  FROM \"a: | b\" -- why\n WHERE x > ?", parameters),
                    answer: index == 3
                        ? .failure(
                            StatementCassette.Failure(
                                kind: "unknown-schema", message: "no \"such\"", isTransient: false))
                        : .table(Table(schema: TableSchema(fields), columns: columns, rowCount: rows.count))))
        }
        return cassette
    }

    @Test("what is written is read again, to the last byte", arguments: 0..<40)
    func roundTrip(_ seed: UInt64) throws {
        let cassette = Self.cassette(seed: seed)
        let read = try StatementCassette(parsing: cassette.text, file: "t0.dbc")
        #expect(read.text == cassette.text)
        for (one, two) in zip(read.records, cassette.records) {
            #expect(one.statement == two.statement)
            guard case .table(let mine) = one.answer, case .table(let theirs) = two.answer else { continue }
            #expect(mine.schema == theirs.schema && mine.rowCount == theirs.rowCount)
            for row in 0..<mine.rowCount { #expect(mine.row(row) == theirs.row(row)) }
        }
        #expect(read.records.count == cassette.records.count && read.logins.count == 2)
    }

    private static let head = "%dbc 1\n%engine postgres\n%state t0\n"

    @Test(
        "a mistake is told with its line",
        arguments: [
            ("", "line 1: the first line must be %dbc 1"),
            ("%dbc 1\n%engine oracle\n%state t0\n", "line 2: a line %engine with postgres, mysql or sqlite"),
            (head + "# a\n> SELECT 1\n", "line 4: a has neither columns nor an error"),
            (head + "- [1]\n", "line 4: a row comes behind its columns"),
            (head + "# a\n: \"n\" int64\n- [1,2]\n", "line 6: a row is a JSON array of 1 values"),
            (head + "# a\n: \"n\" int64\n- [\"x\"]\n", "line 6: \"x\" is no value of n, which is int64"),
            (head + "# a\n: \"n\" int64 notnull\n- [null]\n", "line 6: null is no value of n"),
            (head + "# a\n: \"n\" integer\n", "line 5: 'integer' is no type of a column"),
            (head + "# a\n: \"n\" int64 | \"n\" utf8\n", "line 5: the column n comes twice"),
            (head + "# a\n? money 12\n", "line 5: 'money 12' is no parameter"),
            (head + "$ 1\n", "line 4: '$' begins no line of a cassette"),
            (head + "@ db\n", "line 4: 'db' is no JSON"),
        ])
    func mistakes(_ text: String, _ message: String) {
        let error = #expect(throws: SourceError.self) { try StatementCassette(parsing: text, file: "shop/t0.dbc") }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("shop/t0.dbc") == true)
    }

    @Test("the layout of a statement does not count, what stands in quotes does")
    func folding() {
        #expect(StatementKey.folded(" SELECT  a, -- the key\n  b /* and\n more */ FROM t ; ") == "SELECT a, b FROM t")
        #expect(StatementKey.folded("SELECT 'a  -- b'  , \"c  d\"") == "SELECT 'a  -- b' , \"c  d\"")
        #expect(StatementKey.folded("SELECT 'it''s  so'") == "SELECT 'it''s  so'")
        #expect(StatementKey.folded("SELECT \"open") == "SELECT \"open")
        #expect(StatementKey.folded("SELECT 1 /* open") == "SELECT 1")
    }
}
