#if PostgreSQL
    import Columns
    import TestSupport
    import Testing
    import Transports
    import Tributary

    /// A value as PostgreSQL spells it, and what becomes of it.
    struct PostgresCase: CustomStringConvertible {
        let sql: String
        let type: ColumnType
        let value: Value

        init(_ sql: String, _ type: ColumnType, _ value: Value) {
            self.sql = sql
            self.type = type
            self.value = value
        }

        var description: String { sql }
    }

    @Suite("PostgreSQL types", .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine"))
    struct PostgresTypesTests {
        static let numbers: [PostgresCase] = [
            .init("true", .bool, .bool(true)), .init("false", .bool, .bool(false)),
            .init("NULL::bool", .bool, .null),
            .init("(-32768)::int2", .int32, .int(-32768)), .init("2147483647", .int32, .int(2_147_483_647)),
            .init("(-2147483648)::int4", .int32, .int(-2_147_483_648)),
            .init("9223372036854775807", .int64, .int(.max)),
            .init("(-9223372036854775808)::int8", .int64, .int(.min)), .init("NULL::int8", .int64, .null),
            .init("4294967295::oid", .int64, .int(4_294_967_295)),
            .init("1.5::float4", .float64, .double(1.5)), .init("'NaN'::float4", .float64, .null),
            .init("1.7976931348623157e308::float8", .float64, .double(1.7976931348623157e308)),
            .init("5e-324::float8", .float64, .double(.leastNonzeroMagnitude)),
            .init("'-0'::float8", .float64, .double(-0.0)),
            .init("'Infinity'::float8", .float64, .null), .init("'-Infinity'::float8", .float64, .null),
            .init("'NaN'::float8", .float64, .null),
            .init("12.34::money", .decimal128(precision: 21, scale: 4), decimal("123400", 4)),
        ]

        static let numerics: [PostgresCase] = [
            .init("12.50::numeric(12, 2)", .decimal128(precision: 12, scale: 2), decimal("1250", 2)),
            .init("0::numeric(12, 2)", .decimal128(precision: 12, scale: 2), decimal("0", 2)),
            .init(
                "(-9999999999.99)::numeric(12, 2)", .decimal128(precision: 12, scale: 2), decimal("-999999999999", 2)),
            .init("0.0001::numeric(8, 6)", .decimal128(precision: 8, scale: 6), decimal("100", 6)),
            .init("10000::numeric(5, 0)", .decimal128(precision: 5, scale: 0), decimal("10000", 0)),
            .init("'NaN'::numeric(12, 2)", .decimal128(precision: 12, scale: 2), .null),
            .init("NULL::numeric(12, 2)", .decimal128(precision: 12, scale: 2), .null),
            .init(
                "99999999999999999999999999999999999999::numeric(38, 0)", .decimal128(precision: 38, scale: 0),
                decimal("99999999999999999999999999999999999999", 0)),
            .init(
                "(-0.99999999999999999999999999999999999999)::numeric(38, 38)", .decimal128(precision: 38, scale: 38),
                decimal("-99999999999999999999999999999999999999", 38)),
            .init("12345::numeric(3, -2)", .decimal128(precision: 5, scale: 0), decimal("12300", 0)),
            .init("0.00123::numeric(3, 5)", .decimal128(precision: 5, scale: 5), decimal("123", 5)),
            .init(
                "123456789012345678901234567890123456789.5::numeric(40, 1)", .utf8,
                .string("123456789012345678901234567890123456789.5")),
            .init("(-0.50)::numeric(50, 10)", .utf8, .string("-0.5000000000")),
            .init("'NaN'::numeric(50, 10)", .utf8, .null),
            .init("1.5::numeric", .decimal128(precision: 38, scale: 18), decimal("1500000000000000000", 18)),
            .init("(1::numeric / 3)", .decimal128(precision: 38, scale: 18), decimal("333333333333333333", 18)),
            .init(
                "0.0000000000000000005::numeric", .decimal128(precision: 38, scale: 18), decimal("0", 18)),
            .init(
                "0.0000000000000000015::numeric", .decimal128(precision: 38, scale: 18), decimal("2", 18)),
            .init(
                "0.00000000000000000050000000000000000001::numeric", .decimal128(precision: 38, scale: 18),
                decimal("1", 18)),
            .init("'Infinity'::numeric", .decimal128(precision: 38, scale: 18), .null),
            .init(
                "1e25::numeric", .utf8, .string("10000000000000000000000000")),
            .init(
                "99999999999999999999.999999999999999999::numeric", .decimal128(precision: 38, scale: 18),
                decimal("99999999999999999999999999999999999999", 18)),
        ]

        static let times: [PostgresCase] = [
            .init("timestamptz '1970-01-01 00:00:00+00'", .timestamp, .timestamp(0)),
            .init("timestamptz '2024-02-29 12:00:00.123456+02'", .timestamp, .timestamp(1_709_200_800_123_456)),
            .init("timestamp '1969-12-31 23:59:59.999999'", .timestamp, .timestamp(-1)),
            .init("timestamp '0001-01-01 00:00:00'", .timestamp, .timestamp(-62_135_596_800_000_000)),
            .init("timestamp '4713-01-01 00:00:00 BC'", .timestamp, .timestamp(-210_863_520_000_000_000)),
            .init("timestamp '9999-12-31 23:59:59.999999'", .timestamp, .timestamp(253_402_300_799_999_999)),
            .init("timestamp '294276-12-31 23:59:59'", .timestamp, .null),
            .init("timestamptz 'infinity'", .timestamp, .null), .init("timestamp '-infinity'", .timestamp, .null),
            .init("NULL::timestamptz", .timestamp, .null),
            .init("date '1970-01-01'", .date32, .date(0)), .init("date '1582-10-15'", .date32, .date(-141_427)),
            .init("date '5874897-12-31'", .date32, .date(2_145_042_905)), .init("date 'infinity'", .date32, .null),
            .init("time '12:34:56.5'", .float64, .double(45_296.5)), .init("time '24:00'", .float64, .double(86_400)),
            .init("timetz '12:00:00+02'", .utf8, .string("12:00:00+02")),
            .init("interval '1 day 2 hours 0.5 seconds'", .float64, .double(93_600.5)),
            .init("interval '1 year 1 month'", .float64, .double(395 * 86_400)),
            .init("interval '-1 second'", .float64, .double(-1)),
        ]

        static let texts: [PostgresCase] = [
            .init("'über 🚀'::text", .utf8, .string("über 🚀")), .init("''::text", .utf8, .string("")),
            .init("NULL::text", .utf8, .null), .init("'ab'::char(4)", .utf8, .string("ab  ")),
            .init("'ab'::varchar(4)", .utf8, .string("ab")), .init("'n'::name", .utf8, .string("n")),
            .init("'x'::\"char\"", .utf8, .string("x")),
            .init(
                "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", .utf8,
                .string("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
            .init("'{\"a\":  1.50}'::json", .utf8, .string("{\"a\":  1.50}")),
            .init("'{\"a\":  1.50}'::jsonb", .utf8, .string("{\"a\": 1.50}")),
            .init("'192.168.0.1'::inet", .utf8, .string("192.168.0.1")),
            .init("'192.168.0.0/24'::inet", .utf8, .string("192.168.0.0/24")),
            .init("'10.0.0.0/8'::cidr", .utf8, .string("10.0.0.0/8")),
            .init("'10.0.0.1/32'::cidr", .utf8, .string("10.0.0.1/32")),
            .init("'::1'::inet", .utf8, .string("::1")),
            .init("'2001:db8::/32'::inet", .utf8, .string("2001:db8::/32")),
            .init("'08:00:2b:01:02:03'::macaddr", .utf8, .string("08:00:2b:01:02:03")),
            .init("'\\x00ff10'::bytea", .binary, .binary([0, 255, 16])), .init("''::bytea", .binary, .binary([])),
            .init("ARRAY[1, NULL, 3]", .utf8, .string("[1,null,3]")), .init("'{}'::text[]", .utf8, .string("[]")),
            .init("ARRAY[['a', 'b\"c'], ['d', 'e']]", .utf8, .string("[[\"a\",\"b\\\"c\"],[\"d\",\"e\"]]")),
            .init("NULL::int[]", .utf8, .null), .init("int4range(1, 5)", .utf8, .string("[1,5)")),
            .init("B'101'", .utf8, .string("101")), .init("'<a/>'::xml", .utf8, .string("<a/>")),
            .init("point(1, 2)", .utf8, .string("(1,2)")), .init("'a b'::tsvector", .utf8, .string("'a' 'b'")),
            .init("ROW(1, 'x')", .utf8, .string("{\"f1\":1,\"f2\":\"x\"}")),
        ]

        static func decimal(_ digits: String, _ scale: Int) -> Value {
            .decimal(Decimal128(unscaled: Int128(digits) ?? 0, scale: scale))
        }

        @Test("a value arrives exactly, or by its rule", arguments: numbers + numerics + times + texts)
        func value(_ example: PostgresCase) async throws {
            let server = try await PostgresServer.shared()
            let connection = try await LiveDatabaseConnector().connect(to: server.endpoint("postgres"))
            let table = try await connection.query(SQLStatement("SELECT \(example.sql) AS v, 1 AS one"))
            #expect(table.schema.fields[0].type == example.type)
            #expect(table.columns[0][0] == example.value)
            #expect(table.columns[1][0] == .int(1))
            await connection.close()
        }

        @Test("enums, domains, extension types and rows keep their text")
        func customTypes() async throws {
            let server = try await PostgresServer.shared()
            let database = try await server.makeDatabase(
                """
                CREATE EXTENSION IF NOT EXISTS citext;
                CREATE TYPE mood AS ENUM ('sad', 'very "happy"');
                CREATE DOMAIN cents AS numeric(10, 0) CHECK (value >= 0);
                CREATE DOMAIN label AS text;
                CREATE TYPE pair AS (a int, b text);
                CREATE TABLE t (m mood, c cents, l label, p pair, ms mood[], ci citext, cs cents[]);
                INSERT INTO t VALUES ('very "happy"', 12, 'x', ROW(1, 'y'), '{sad}', 'AbC', '{1,2}'); INSERT INTO t DEFAULT VALUES;
                """)
            let connection = try await LiveDatabaseConnector().connect(to: server.endpoint(database))
            let table = try await connection.query(SQLStatement("SELECT * FROM t"))
            let expected: [Value] = [
                .string("very \"happy\""), Self.decimal("12", 0), .string("x"), .string("{\"a\":1,\"b\":\"y\"}"),
                .string("[\"sad\"]"), .string("AbC"), .string("[1,2]"),
            ]
            #expect(table.schema.names == ["m", "c", "l", "p", "ms", "ci", "cs"])
            #expect(table.columns.map { $0[0] } == expected)
            #expect(table.columns.allSatisfy { $0[1] == .null })
            await connection.close()
        }

        @Test("a numeric without declared precision goes on as text once a value is too wide, and loses nothing")
        func undeclaredNumeric() async throws {
            let server = try await PostgresServer.shared()
            let connection = try await LiveDatabaseConnector().connect(to: server.endpoint("postgres"))
            let table = try await connection.query(
                SQLStatement(
                    "SELECT v::numeric FROM (VALUES (1, '1.50'), (2, NULL), (3, '1e30'), (4, '-2.25')) AS t(i, v) ORDER BY i"
                ))
            let values = (0..<4).map { table.columns[0][$0] }
            #expect(
                values == [.string("1.5"), .null, .string("1" + String(repeating: "0", count: 30)), .string("-2.25")])
            await connection.close()
        }

        @Test("invalid UTF-8 of a database without encoding is repaired")
        func invalidText() async throws {
            let server = try await PostgresServer.shared()
            try await server.execute(
                "CREATE DATABASE raw_bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0", in: "postgres")
            let connection = try await LiveDatabaseConnector().connect(to: server.endpoint("raw_bytes"))
            let table = try await connection.query(
                SQLStatement("SELECT convert_from('\\x61ff62', 'SQL_ASCII') AS v, 'é' AS w"))
            #expect(table.columns.map { $0[0] } == [.string("a\u{FFFD}b"), .string("é")])
            await connection.close()
        }
    }
#endif
