import Columns
import Testing

/// What values of a column have in common: one rule a case.
struct TypeRule: CustomTestStringConvertible, Sendable {
    let name: String
    let values: [String]
    let type: ColumnType
    let expected: [Value]
    var hint: ColumnType?

    init(_ name: String, _ values: [String], _ type: ColumnType, _ expected: [Value], hint: ColumnType? = nil) {
        self.name = name
        self.values = values
        self.type = type
        self.expected = expected
        self.hint = hint
    }

    var testDescription: String { name }

    static func decimal(_ text: String) -> Value {
        Decimal128(text).map { .decimal($0) } ?? .null
    }

    static let plain: [TypeRule] = [
        TypeRule("booleans", ["true", "null", "false"], .bool, [.bool(true), .null, .bool(false)]),
        TypeRule(
            "integers", ["1", "-9223372036854775808", "null", "9223372036854775807", "-0"], .int64,
            [.int(1), .int(.min), .null, .int(.max), .int(0)]),
        TypeRule(
            "fractions", ["12.50", "1e3", "-0.5E-2"], .float64, [.double(12.5), .double(1_000), .double(-0.005)]),
        TypeRule(
            "17 digits that a double spells back", ["0.30000000000000004", "1.7976931348623157e308", "5e-324"],
            .float64,
            [.double(0.30000000000000004), .double(.greatestFiniteMagnitude), .double(.leastNonzeroMagnitude)]),
        TypeRule(
            "integers then fractions", ["1", "9007199254740992", "1.5"], .float64,
            [.double(1), .double(9_007_199_254_740_992), .double(1.5)]),
        TypeRule("fractions then integers", ["1.5", "1"], .float64, [.double(1.5), .double(1)]),
        TypeRule(
            "an integer beyond 2^53, then a fraction", ["9007199254740993", "1.5"],
            .decimal128(precision: 17, scale: 1),
            [decimal("9007199254740993.0"), decimal("1.5")]),
        TypeRule(
            "a fraction, then an integer beyond 2^53", ["1.5", "9007199254740993"],
            .decimal128(precision: 17, scale: 1),
            [decimal("1.5"), decimal("9007199254740993.0")]),
        TypeRule(
            "an integer beyond 64 bits", ["9223372036854775808", "1", "null"], .decimal128(precision: 19, scale: 0),
            [decimal("9223372036854775808"), decimal("1"), .null]),
        TypeRule(
            "38 digits", ["12345678901234567890123456789012345678"], .decimal128(precision: 38, scale: 0),
            [decimal("12345678901234567890123456789012345678")]),
        TypeRule(
            "39 digits", ["123456789012345678901234567890123456789", "7"], .utf8,
            [.string("123456789012345678901234567890123456789"), .string("7")]),
        TypeRule(
            "a fraction that a double would change", ["0.12345678901234567891", "2"],
            .decimal128(precision: 21, scale: 20),
            [decimal("0.12345678901234567891"), decimal("2.00000000000000000000")]),
        TypeRule(
            "a fraction beyond scale 38 is rounded half to even to 32",
            ["0.1234567890123456789012345678901250000000", "1.00000000000000000000000000000000500000001"],
            .decimal128(precision: 34, scale: 32),
            [decimal("0.12345678901234567890123456789012"), decimal("1.00000000000000000000000000000001")]),
        TypeRule("a number beyond every double", ["1e400", "1"], .utf8, [.string("1e400"), .string("1")]),
        TypeRule(
            "text", ["\"a\"", "\"\"", "null", "\"é😀\""], .utf8, [.string("a"), .string(""), .null, .string("é😀")]),
        TypeRule(
            "escapes", [#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000""#], .utf8,
            [.string("a\"\\/\u{8}\u{c}\n\r\té😀\u{0}")]),
        TypeRule(
            "half a surrogate pair", [#""\ud83d""#, #""\ude00x""#, #""\ud83dx\ud83d\ude00""#], .utf8,
            [.string("\u{FFFD}"), .string("\u{FFFD}x"), .string("\u{FFFD}x😀")]),
        TypeRule(
            "objects", [#"{"a": 1.50, "b":[ 1 , "x y" ]}"#, "{}"], .utf8,
            [.string(#"{"a":1.50,"b":[1,"x y"]}"#), .string("{}")]),
        TypeRule(
            "nested text keeps its escapes", [#"{"a": "\u00e9 \" { "}"#], .utf8, [.string(#"{"a":"\u00e9 \" { "}"#)]),
        TypeRule("text with objects", ["\"a\"", #"{"b":1}"#], .utf8, [.string("a"), .string(#"{"b":1}"#)]),
        TypeRule(
            "lists with scalars", ["[1]", "\"a\\\"b\"", "2", "null", "true", #"{"a":1}"#], .utf8,
            [.string("[1]"), .string(#"["a\"b"]"#), .string("[2]"), .null, .string("[true]"), .string(#"{"a":1}"#)]),
        TypeRule("scalars, then a list", ["2.5", "[]"], .utf8, [.string("[2.5]"), .string("[]")]),
        TypeRule("integers, then text", ["1", "null", "\"a\""], .utf8, [.string("1"), .null, .string("a")]),
        TypeRule(
            "text, then numbers", ["\"a\"", "1", "1.50", "1e16", "true"], .utf8,
            [.string("a"), .string("1"), .string("1.5"), .string("1e+16"), .string("true")]),
        TypeRule(
            "fractions, then text", ["1.50", "1e16", "\"a\""], .utf8, [.string("1.5"), .string("1e+16"), .string("a")]),
        TypeRule("booleans with integers", ["true", "1"], .utf8, [.string("true"), .string("1")]),
        TypeRule("integers with booleans", ["1", "false"], .utf8, [.string("1"), .string("false")]),
        TypeRule(
            "numbers beyond 64 bits, then text", ["9223372036854775808", "\"a\""], .utf8,
            [.string("9223372036854775808"), .string("a")]),
        TypeRule("times stay text", ["\"2024-01-02T03:04:05Z\""], .utf8, [.string("2024-01-02T03:04:05Z")]),
        TypeRule("nulls before a value", ["null", "null", "7"], .int64, [.null, .null, .int(7)]),
    ]

    static let hinted: [TypeRule] = [
        TypeRule(
            "times are parsed", ["\"2024-01-02T03:04:05.678901+02:00\"", "\"never\"", "null", "\"\""], .timestamp,
            [.timestamp(1_704_157_445_678_901), .null, .null, .null], hint: .timestamp),
        TypeRule(
            "epoch seconds stay integers", ["1704157445", "null"], .int64, [.int(1_704_157_445), .null],
            hint: .timestamp),
        TypeRule(
            "seconds beside text become times", ["1704157445", "\"2024-01-02\"", "1"], .timestamp,
            [.timestamp(1_704_157_445_000_000), .timestamp(1_704_153_600_000_000), .timestamp(1_000_000)],
            hint: .timestamp),
        TypeRule("an object is no time", ["{}", "[]", "true"], .timestamp, [.null, .null, .null], hint: .timestamp),
        TypeRule(
            "dates are parsed", ["\"2024-02-29\"", "\"2024-02-30\""], .date32, [.date(19_782), .null], hint: .date32),
        TypeRule(
            "text keeps the spelling of numbers", ["12.50", "7", "true", "\"x\"", "1e400"], .utf8,
            [.string("12.50"), .string("7"), .string("true"), .string("x"), .string("1e400")], hint: .utf8),
        TypeRule(
            "floats", ["1", "2.5", "\"3.5\"", "9007199254740993"], .float64,
            [.double(1), .double(2.5), .double(3.5), .double(9_007_199_254_740_992)], hint: .float64),
        TypeRule(
            "integers", ["1", "2.0", "\"3\"", "1e2"], .int64, [.int(1), .int(2), .int(3), .int(100)], hint: .int64),
        TypeRule("small integers", ["1", "-2147483648"], .int32, [.int(1), .int(-2_147_483_648)], hint: .int32),
        TypeRule(
            "decimals are aligned, half to even", ["12.5", "\"0.005\"", "0.015", "7"],
            .decimal128(precision: 6, scale: 2),
            [decimal("12.50"), decimal("0.00"), decimal("0.02"), decimal("7.00")],
            hint: .decimal128(precision: 6, scale: 2)),
        TypeRule(
            "nulls only", ["null"], .decimal128(precision: 6, scale: 2), [.null],
            hint: .decimal128(precision: 6, scale: 2)),
        TypeRule("binary is read as text", ["\"aGk=\""], .utf8, [.string("aGk=")], hint: .binary),
    ]

    /// Values that a hint does not allow.
    static let refused: [TypeRule] = [
        TypeRule("text in numbers", ["1.5", "\"abc\""], .float64, [], hint: .float64),
        TypeRule("a fraction in integers", ["1.5"], .int64, [], hint: .int64),
        TypeRule("33 bits in 32", ["2147483648"], .int32, [], hint: .int32),
        TypeRule("33 bits in 32 behind a fit", ["1", "2147483648"], .int32, [], hint: .int32),
        TypeRule(
            "an integer too wide for a decimal", ["10000"], .decimal128(precision: 6, scale: 2), [],
            hint: .decimal128(precision: 6, scale: 2)),
        TypeRule(
            "rounding over the precision", ["9999.999"], .decimal128(precision: 6, scale: 2), [],
            hint: .decimal128(precision: 6, scale: 2)),
        TypeRule("a number in booleans", ["true", "1"], .bool, [], hint: .bool),
        TypeRule("an object in numbers", ["{}"], .int64, [], hint: .int64),
    ]
}

@Suite struct TypeRuleTests {
    @Test("A column's type is what its values have in common", arguments: TypeRule.plain + TypeRule.hinted)
    func pages(_ rule: TypeRule) throws {
        let column = try column(rule.values, hint: rule.hint)
        #expect(column.type == rule.type)
        #expect(column.boxed == rule.expected)
    }

    @Test("Rows of authors meet the same rules", arguments: TypeRule.plain + TypeRule.hinted)
    func rows(_ rule: TypeRule) throws {
        var options = TableBuilder.Options()
        options.hints = rule.hint.map { ["v": $0] } ?? [:]
        let builder = TableBuilder(options)
        for value in rule.values { try builder.append(JSONObject([("v", try JSONValue(parsing: value))])) }
        let column = try #require(builder.takeTable()?.column("v"))
        #expect(column.type == rule.type)
        // An author's strings have no escapes left to keep.
        if rule.name != "nested text keeps its escapes" { #expect(column.boxed == rule.expected) }
    }

    @Test("A value that a hint does not allow is an error that names column and row", arguments: TypeRule.refused)
    func refuses(_ rule: TypeRule) throws {
        let error = #expect(throws: TableBuildError.self) { try column(rule.values, hint: rule.hint) }
        #expect(error?.column == "v")
        #expect(error?.row == rule.values.count - 1)
        #expect(error?.description.contains("column `v`") == true)
    }

    @Test("The order of a column's values does not change its type", arguments: TypeRule.plain)
    func order(_ rule: TypeRule) throws {
        let column = try column(rule.values.reversed(), hint: rule.hint)
        #expect(column.type == rule.type)
        #expect(column.boxed == rule.expected.reversed())
    }

    @Test("A column of nulls is text, and says that it knows nothing better")
    func nullsOnly() throws {
        let table = try table(#"[{"a":null,"b":1},{"a":null}]"#)
        #expect(table.schema["a"]?.type == .utf8)
        #expect(table.schema["a"]?.isUndetermined == true)
        #expect(table.schema["b"]?.isUndetermined == false)
        #expect(table.column("a")?.boxed == [.null, .null])
    }

    @Test("Typed values of authors have their own types; NaN and infinity are null")
    func typedValues() throws {
        let builder = TableBuilder()
        try builder.append([
            ("day", .date(1)), ("at", .timestamp(5)), ("price", .decimal(Decimal128(unscaled: 1_250, scale: 2))),
            ("ratio", .double(.nan)), ("mixed", .date(1)),
        ])
        try builder.append([
            ("day", .null), ("at", .date(1)), ("price", .int(3)), ("ratio", .double(.infinity)),
            ("mixed", .string("x")),
        ])
        try builder.append([("ratio", .double(0.5))])
        let table = try #require(builder.takeTable())
        #expect(table.column("day")?.boxed == [.date(1), .null, .null])
        #expect(table.column("at")?.boxed == [.timestamp(5), .timestamp(86_400_000_000), .null])
        #expect(table.schema["price"]?.type == .decimal128(precision: 4, scale: 2))
        #expect(table.column("price")?.boxed == [TypeRule.decimal("12.50"), TypeRule.decimal("3.00"), .null])
        #expect(table.column("ratio")?.boxed == [.null, .null, .double(0.5)])
        #expect(table.column("mixed")?.boxed == [.string("1970-01-02"), .string("x"), .null])
    }

    @Test("Binary is kept in columns of ids, as hexadecimal text, and dropped elsewhere")
    func binary() throws {
        var options = TableBuilder.Options()
        options.primaryKeys = ["Hash"]
        let builder = TableBuilder(options)
        let bytes = Value.binary([0x0A, 0xFF])
        try builder.append([("id", bytes), ("accountId", bytes), ("hash", bytes), ("photo", bytes), ("n", .int(1))])
        let table = try #require(builder.takeTable())
        #expect(table.schema.names == ["id", "account_id", "hash", "n"])
        #expect(table.row(0)["account_id"] == .string("0aff"))
    }
}
