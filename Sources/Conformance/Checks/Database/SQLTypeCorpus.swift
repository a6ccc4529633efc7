import Tributary

/// A type of an engine, with values to be read.
struct SQLTypeSample: Sendable {
    var type: String
    /// Literals of the engine; row numbers start at 1, and a null is added behind them. None where the engine computes them.
    var values: [String]
    /// Rows whose value no column of the lake may be able to hold.
    var mayBeNull: Set<Int> = []
    /// The source may spell values otherwise than the engine does: that they arrive is all that is asked.
    var isOpaque = false
    /// How the engine computes the values, where nobody writes them, and what it does with them: `STORED` or `VIRTUAL`.
    private(set) var computed: (expression: String, kept: String)?

    init(_ type: String, _ values: String..., mayBeNull: Set<Int> = [], isOpaque: Bool = false) {
        self.type = type
        self.values = values
        self.mayBeNull = mayBeNull
        self.isOpaque = isOpaque
    }

    /// A column that the engine computes of the row's number, for two rows.
    init(computed type: String, as expression: String, kept: String) {
        self.type = type
        values = []
        computed = (expression, kept)
    }

    /// How a report names the column.
    var place: String {
        let column = "a column of type \(type.isEmpty ? "none" : type)"
        return computed.map { "\(column) that the engine computes (\($0.kept))" } ?? column
    }

    /// The statements that make a table of it.
    func script(_ table: String, _ engine: DatabaseEngine) -> [String] {
        let id = "id INTEGER NOT NULL PRIMARY KEY"
        if let computed {
            return [
                "CREATE TABLE \(table) (\(id), value \(type) GENERATED ALWAYS AS (\(computed.expression)) \(computed.kept))",
                "INSERT INTO \(table) (id) VALUES (1), (2)",
            ]
        }
        let rows = (values + ["NULL"]).enumerated().map { "(\($0 + 1), \($1))" }.joined(separator: ", ")
        let takesNull = type.hasPrefix("timestamp") && engine == .mysql ? " NULL" : ""
        return [
            "CREATE TABLE \(table) (\(id), value \(type)\(takesNull))", "INSERT INTO \(table) VALUES \(rows)",
        ]
    }
}

/// The types of each engine.
enum SQLTypeCorpus {
    static func table(_ index: Int) -> String { "kit_type_\(index)" }

    static func samples(_ engine: DatabaseEngine) -> [SQLTypeSample] {
        switch engine {
        case .sqlite: sqlite
        case .postgres: postgres
        case .mysql: mysql
        }
    }

    /// The statements that make a table for each type.
    static func script(_ engine: DatabaseEngine) -> [String] {
        prelude(engine)
            + samples(engine).enumerated().flatMap { index, sample in sample.script(table(index), engine) }
    }

    private static func prelude(_ engine: DatabaseEngine) -> [String] {
        engine == .postgres
            ? [
                "CREATE TYPE kit_mood AS ENUM ('sad', 'so-so')", "CREATE DOMAIN kit_positive AS int CHECK (VALUE > 0)",
                "CREATE TYPE kit_pair AS (a int, b text)",
            ] : []
    }

    private static let sqlite = [
        SQLTypeSample("INTEGER", "0", "-9223372036854775808", "9223372036854775807"),
        SQLTypeSample("BIGINT", "9007199254740993", "-1"),
        SQLTypeSample("BOOLEAN", "0", "1"),
        SQLTypeSample("DOUBLE", "0.1", "-1.5e300", "1.25e-300"),
        SQLTypeSample("DECIMAL(10, 2)", "12.50", "-0.01", "99999999.99"),
        SQLTypeSample("NUMERIC", "12.5", "7"),
        SQLTypeSample("TEXT", "''", "'null'", "'Ünï 名 🦊'", "'a\nb\tc'", "CAST(X'610062' AS TEXT)"),
        SQLTypeSample("VARCHAR(3)", "'longer than three'"),
        SQLTypeSample("CHAR(36)", "'8f14e45f-ceea-467f-a1de-000000000001'"),
        SQLTypeSample("BLOB", "X''", "X'00ff80'"),
        SQLTypeSample("DATE", "'2024-02-29'", "'9999-12-31'", "'0001-01-01'"),
        SQLTypeSample("DATE", "'2024-02-29'", "'24989-01-01'", "'-0043-03-15'", mayBeNull: [2, 3]),
        SQLTypeSample("TIMESTAMP", "'2024-02-29 12:34:56'", "'2024-02-29T12:34:56.123456Z'", "'1969-12-31 23:59:59'"),
        SQLTypeSample("TIMESTAMP", "'2024-02-29 12:34:56'", "'24989-01-01 00:00:00'", mayBeNull: [2]),
        SQLTypeSample("DATETIME", "1709210096", "'2024-02-29 12:34:56+02:00'"),
        SQLTypeSample("TIME", "'23:59:59.5'"),
        SQLTypeSample("JSON", "'{\"a\": [1, 2.50, \"ü\"]}'"),
        SQLTypeSample("", "1", "2"),
        SQLTypeSample("", "'text'", "'more'"),
        SQLTypeSample("INTEGER", "1", "'not a number'"),
        SQLTypeSample("POINT ZM", "'strange'"), SQLTypeSample(computed: "INTEGER", as: "id * 2", kept: "VIRTUAL"),
        SQLTypeSample(computed: "TEXT", as: "'row ' || id", kept: "STORED"),
    ]

    private static let postgres = [
        SQLTypeSample("smallint", "-32768", "32767"), SQLTypeSample("integer", "-2147483648", "2147483647"),
        SQLTypeSample("bigint", "-9223372036854775808", "9007199254740993"),
        SQLTypeSample("numeric(12, 2)", "'12.50'", "'-0.01'"),
        SQLTypeSample("numeric", "'12345678901234567890.123456789'", "'0'"),
        SQLTypeSample("numeric", "'1.5'", "'NaN'", mayBeNull: [2]),
        SQLTypeSample("numeric(38, 0)", "'99999999999999999999999999999999999999'"),
        SQLTypeSample("real", "1.5"), SQLTypeSample("double precision", "0.1", "1.7976931348623157e308"),
        SQLTypeSample("double precision", "1.5", "'NaN'", "'-Infinity'", mayBeNull: [2, 3]),
        SQLTypeSample("boolean", "true", "false"), SQLTypeSample("text", "''", "'null'", "E'Ünï 名 🦊\\nx'"),
        SQLTypeSample("varchar(40)", "'short'"), SQLTypeSample("char(5)", "'ab'"),
        SQLTypeSample("bytea", "'\\x'", "'\\x00ff80'", isOpaque: true),
        SQLTypeSample("date", "'2024-02-29'", "'9999-12-31'", "'0001-01-01'"),
        SQLTypeSample("date", "'2024-02-29'", "'infinity'", "'24989-01-01'", "'0044-03-15 BC'", mayBeNull: [2, 3, 4]),
        SQLTypeSample("timestamp", "'2024-02-29 12:34:56.123456'", "'1969-12-31 23:59:59'"),
        SQLTypeSample("timestamptz", "'2024-02-29 12:34:56+02'", "'1969-12-31 23:59:59Z'"),
        SQLTypeSample(
            "timestamptz", "'2024-02-29 12:34:56Z'", "'-infinity'", "'24989-01-01 00:00Z'", mayBeNull: [2, 3]),
        SQLTypeSample("time", "'23:59:59.5'", isOpaque: true), SQLTypeSample("timetz", "'23:59:59+02'", isOpaque: true),
        SQLTypeSample("interval", "'1 year 2 days 03:04:05'", isOpaque: true),
        SQLTypeSample("uuid", "'8f14e45f-ceea-467f-a1de-000000000001'"),
        SQLTypeSample("json", "'{\"a\": [1, 2.50]}'", isOpaque: true),
        SQLTypeSample("jsonb", "'{\"a\": [1, 2.50]}'", isOpaque: true),
        SQLTypeSample("integer[]", "'{1,NULL,3}'", "'{}'", "'{{1,2},{3,4}}'"),
        SQLTypeSample("text[]", "'{a,\"b c\",NULL}'"),
        SQLTypeSample("int4range", "'[1,5)'", isOpaque: true),
        SQLTypeSample("tstzrange", "'[2024-01-01,)'", isOpaque: true),
        SQLTypeSample("inet", "'192.0.2.1/24'", isOpaque: true),
        SQLTypeSample("macaddr", "'08:00:2b:01:02:03'", isOpaque: true),
        SQLTypeSample("bit(3)", "'101'", isOpaque: true), SQLTypeSample("varbit", "'1'", isOpaque: true),
        SQLTypeSample("point", "'(1,2)'", isOpaque: true), SQLTypeSample("money", "'12.50'", isOpaque: true),
        SQLTypeSample("tsvector", "'a fat cat'", isOpaque: true), SQLTypeSample("oid", "4294967295", isOpaque: true),
        SQLTypeSample("kit_mood", "'so-so'"), SQLTypeSample("kit_positive", "7"),
        SQLTypeSample("kit_pair", "'(1,x)'", isOpaque: true),
        SQLTypeSample(computed: "integer", as: "id * 2", kept: "STORED"),
    ]

    private static let mysql = [
        SQLTypeSample("tinyint", "-128", "127"), SQLTypeSample("tinyint(1)", "0", "1"),
        SQLTypeSample("tinyint unsigned", "255"), SQLTypeSample("smallint unsigned", "65535"),
        SQLTypeSample("mediumint", "-8388608"), SQLTypeSample("int unsigned", "4294967295"),
        SQLTypeSample("bigint", "-9223372036854775808", "9007199254740993"),
        SQLTypeSample("bigint unsigned", "18446744073709551615", "1"),
        SQLTypeSample("decimal(12, 2)", "12.50", "-0.01"),
        SQLTypeSample("decimal(38, 0)", "99999999999999999999999999999999999999"),
        SQLTypeSample("float", "1.5"), SQLTypeSample("double", "0.1", "-1.7976931348623157e308"),
        SQLTypeSample("bit(8)", "b'10000001'", isOpaque: true),
        SQLTypeSample("date", "'2024-02-29'", "'9999-12-31'"),
        SQLTypeSample("date", "'2024-02-29'", "'0000-00-00'", mayBeNull: [2]),
        SQLTypeSample("datetime(6)", "'2024-02-29 12:34:56.123456'", "'1000-01-01 00:00:00'"),
        SQLTypeSample("timestamp(6)", "'2024-02-29 12:34:56.5'"), SQLTypeSample("time", "'-838:59:59'", isOpaque: true),
        SQLTypeSample("year", "2024", isOpaque: true), SQLTypeSample("char(5)", "'ab'"),
        SQLTypeSample("varchar(40)", "''", "'Ünï 名 🦊'"),
        SQLTypeSample("varchar(40) CHARACTER SET latin1", "'Größe'"), SQLTypeSample("text", "'null'", "'a\\nb'"),
        SQLTypeSample("binary(3)", "X'00ff80'", isOpaque: true),
        SQLTypeSample("varbinary(40)", "X''", "X'00ff80'", isOpaque: true),
        SQLTypeSample("blob", "X'00ff80'", isOpaque: true), SQLTypeSample("enum('sad', 'so-so')", "'so-so'"),
        SQLTypeSample("set('a', 'b')", "'a,b'"), SQLTypeSample("json", "'{\"a\": [1, 2.50]}'", isOpaque: true),
        SQLTypeSample("point", "point(1, 2)", isOpaque: true),
        SQLTypeSample("geometry", "ST_GeomFromText('LINESTRING(0 0, 1 1)', 4326)", isOpaque: true),
        SQLTypeSample(computed: "int", as: "id * 2", kept: "VIRTUAL"),
        SQLTypeSample(computed: "int", as: "id * 2", kept: "STORED"),
    ]
}
