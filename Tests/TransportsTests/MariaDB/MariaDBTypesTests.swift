#if MariaDB
    import Columns
    import TestSupport
    import Testing
    import Transports
    import Tributary

    /// A column type, a value as SQL spells it, and what becomes of both.
    struct MariaDBCase: CustomStringConvertible {
        let declaration: String
        let sql: String
        let type: ColumnType
        let value: Value

        init(_ declaration: String, _ sql: String, _ type: ColumnType, _ value: Value) {
            self.declaration = declaration
            self.sql = sql
            self.type = type
            self.value = value
        }

        var description: String { "\(declaration) \(sql)" }
    }

    @Suite("MariaDB types", .enabled(if: MariaDBServer.isAvailable, "no MariaDB server on this machine"))
    struct MariaDBTypesTests {
        static let cases: [MariaDBCase] = [
            .init("tinyint", "-128", .int32, .int(-128)), .init("tinyint(1)", "1", .int32, .int(1)),
            .init("tinyint unsigned", "255", .int32, .int(255)), .init("smallint", "-32768", .int32, .int(-32768)),
            .init("smallint unsigned", "65535", .int32, .int(65535)),
            .init("mediumint", "-8388608", .int32, .int(-8_388_608)),
            .init("mediumint unsigned", "16777215", .int32, .int(16_777_215)),
            .init("int", "-2147483648", .int32, .int(-2_147_483_648)),
            .init("int unsigned", "4294967295", .int64, .int(4_294_967_295)),
            .init("bigint", "-9223372036854775808", .int64, .int(.min)),
            .init("bigint", "9223372036854775807", .int64, .int(.max)),
            .init(
                "bigint unsigned", "18446744073709551615", .decimal128(precision: 20, scale: 0),
                .decimal(Decimal128(unscaled: 18_446_744_073_709_551_615, scale: 0))),
            .init("year", "2155", .int32, .int(2155)),
            .init("float", "1.5", .float64, .double(1.5)),
            .init("double", "1.7976931348623157e308", .float64, .double(1.7976931348623157e308)),
            .init("double", "-0.1", .float64, .double(-0.1)),
            .init("decimal(12,2)", "-12.5", .decimal128(precision: 12, scale: 2), decimal("-1250", 2)),
            .init("decimal(12,2) unsigned", "12.5", .decimal128(precision: 12, scale: 2), decimal("1250", 2)),
            .init("decimal(5,0)", "99999", .decimal128(precision: 5, scale: 0), decimal("99999", 0)),
            .init(
                "decimal(38,10)", "-9999999999999999999999999999.9999999999", .decimal128(precision: 38, scale: 10),
                decimal("-99999999999999999999999999999999999999", 10)),
            .init("decimal(38,38)", "0.1", .decimal128(precision: 38, scale: 38), decimal("1" + zeros(37), 38)),
            .init("decimal(65,1)", "1.5", .utf8, .string("1.5")),
            .init("bit(1)", "b'1'", .bool, .bool(true)), .init("bit(1)", "b'0'", .bool, .bool(false)),
            .init("bit(12)", "b'101000000001'", .int64, .int(2561)),
            .init(
                "bit(64)", "~0", .decimal128(precision: 20, scale: 0),
                .decimal(Decimal128(unscaled: 18_446_744_073_709_551_615, scale: 0))),
            .init("date", "'2024-02-29'", .date32, .date(19_782)), .init("date", "'0000-00-00'", .date32, .null),
            .init("date", "'2024-00-10'", .date32, .null), .init("date", "'9999-12-31'", .date32, .date(2_932_896)),
            .init("date", "'1000-01-01'", .date32, .date(-354_285)),
            .init("datetime(6)", "'2024-02-29 12:00:00.123456'", .timestamp, .timestamp(1_709_208_000_123_456)),
            .init("datetime", "'0000-00-00 00:00:00'", .timestamp, .null),
            .init("datetime", "'1969-12-31 23:59:59'", .timestamp, .timestamp(-1_000_000)),
            .init("datetime(6)", "'9999-12-31 23:59:59.999999'", .timestamp, .timestamp(253_402_300_799_999_999)),
            .init("timestamp null", "'2024-02-29 12:00:00'", .timestamp, .timestamp(1_709_208_000_000_000)),
            .init("timestamp(3) null", "'2024-02-29 12:00:00.5'", .timestamp, .timestamp(1_709_208_000_500_000)),
            .init("timestamp null", "'0000-00-00 00:00:00'", .timestamp, .null),
            .init("time", "'-838:59:59'", .float64, .double(-3_020_399)),
            .init("time(6)", "'12:00:00.5'", .float64, .double(43_200.5)),
            .init("char(4)", "'ab'", .utf8, .string("ab")), .init("varchar(40)", "'über 🚀'", .utf8, .string("über 🚀")),
            .init("varchar(40) character set latin1", "'über'", .utf8, .string("über")),
            .init("text", "''", .utf8, .string("")), .init("longtext", "repeat('é', 5000)", .utf8, .string(long)),
            .init("enum('a','b')", "'b'", .utf8, .string("b")), .init("set('a','b')", "'a,b'", .utf8, .string("a,b")),
            .init("json", "'{\"a\": 1.50}'", .utf8, .string("{\"a\": 1.50}")),
            .init(
                "uuid", "'123E4567-e89b-12d3-a456-426655440000'", .utf8, .string("123e4567-e89b-12d3-a456-426655440000")
            ),
            .init("inet6", "'2001:db8::1'", .utf8, .string("2001:db8::1")),
            .init("binary(4)", "x'00ff'", .binary, .binary([0, 255, 0, 0])),
            .init("varbinary(9)", "x'00ff'", .binary, .binary([0, 255])), .init("blob", "''", .binary, .binary([])),
        ]

        private static let long = String(repeating: "é", count: 5000)
        private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
        private static func decimal(_ digits: String, _ scale: Int) -> Value {
            .decimal(Decimal128(unscaled: Int128(digits) ?? 0, scale: scale))
        }

        @Test("a value arrives exactly, or by its rule; a null is a null")
        func values() async throws {
            let server = try await MariaDBServer.shared()
            let columns = Self.cases.enumerated().map { "c\($0) \($1.declaration)" }.joined(separator: ", ")
            let values = Self.cases.map(\.sql).joined(separator: ", ")
            let nulls = Self.cases.map { _ in "NULL" }.joined(separator: ", ")
            let database = try await server.makeDatabase(
                """
                SET sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES'; SET time_zone = '+00:00';
                CREATE TABLE t (\(columns)) CHARACTER SET utf8mb4;
                INSERT INTO t VALUES (\(values)), (\(nulls)), (\(values));
                """)
            let connection = try await LiveDatabaseConnector().connect(to: server.endpoint(database))
            let table = try await connection.query(SQLStatement("SELECT * FROM t"))
            #expect(table.rowCount == 3)
            for (example, (field, column)) in zip(Self.cases, zip(table.schema.fields, table.columns)) {
                #expect(field.type == example.type, "\(example)")
                #expect(column[0] == example.value, "\(example)")
                #expect(column[1] == .null, "\(example)")
                #expect(column[2] == example.value, "\(example)")
            }
            await connection.close()
        }
    }
#endif
