import Columns
import Tributary

/// SQL that the kit writes for itself: identifiers, literals, catalogue queries. Apart from the drivers' on purpose.
enum SQLText {
    static func quote(_ name: String, _ engine: DatabaseEngine) -> String {
        let mark = engine == .mysql ? UInt8(ascii: "`") : UInt8(ascii: "\"")
        return String(decoding: [mark] + doubled(mark, name) + [mark], as: UTF8.self)
    }

    static func text(_ value: String, _ engine: DatabaseEngine) -> String {
        if engine == .sqlite, value.utf8.contains(0) {
            return "CAST(X'\(Hexadecimal.text(value.utf8))' AS TEXT)"
        }
        var text = String(decoding: doubled(UInt8(ascii: "'"), value), as: UTF8.self)
        if engine == .mysql { text = String(decoding: doubled(UInt8(ascii: "\\"), text), as: UTF8.self) }
        return "'\(text)'"
    }

    /// Byte by byte, as the engines read: an accent behind a mark makes one Character of both.
    private static func doubled(_ mark: UInt8, _ text: String) -> [UInt8] {
        text.utf8.reduce(into: []) { bytes, byte in
            bytes.append(byte)
            if byte == mark { bytes.append(mark) }
        }
    }

    /// A value of a row as a literal of the engine.
    static func literal(_ value: JSONValue, of column: SQLTableFacts.Column, _ engine: DatabaseEngine) -> String {
        switch value {
        case .null: return "NULL"
        case .bool(let flag): return engine == .postgres ? (flag ? "TRUE" : "FALSE") : (flag ? "1" : "0")
        case .number(let number): return engine == .postgres ? text(number.text, engine) : number.text
        case .string(let text):
            if engine == .postgres, let literal = document(text, as: column.type) { return literal }
            return self.text(withoutOffset(text, column, engine), engine)
        case .object, .array:
            if let hex = value["x"]?.string { return engine == .postgres ? "'\\x\(hex)'" : "X'\(hex)'" }
            return text(value.text, engine)
        }
    }

    /// A moment in UTC, for columns that know no zone: MySQL's never take `T`, `Z` or an offset, and PostgreSQL's `timestamp`
    /// passes over an offset, so that another moment would be stored. A moment that is no more than that stays as it is.
    private static func withoutOffset(
        _ text: String, _ column: SQLTableFacts.Column, _ engine: DatabaseEngine
    ) -> String {
        let knowsNoZone =
            engine == .mysql
            ? ["datetime", "timestamp"].contains(column.type)
            : engine == .postgres && column.type == "timestamp without time zone"
        guard knowsNoZone else { return text }
        if hasOffset(text), let micros = TimestampParser.microseconds(text) { return SQLMoment.text(micros) }
        return engine == .mysql ? text.replacing("T", with: " ").replacing("Z", with: "") : text
    }

    /// Whether a time of the day and an offset from UTC, such as `+02`, `+0200` or `+02:00`, end the text.
    private static func hasOffset(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let sign = bytes.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) else {
            return false
        }
        let offset = bytes[sign...].dropFirst()
        let isDigits = offset.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: ":")).contains($0) }
        return isDigits && (2...5).contains(offset.count) && bytes[..<sign].contains(UInt8(ascii: ":"))
    }

    static func withoutForeignKeys(_ engine: DatabaseEngine) -> String {
        switch engine {
        case .sqlite: ""
        case .postgres: "SET session_replication_role = replica;\n"
        case .mysql: "SET foreign_key_checks = 0;\n"
        }
    }

    /// Before a change that must not wait for a reader's lock: the reader stands still until the change is made or refused,
    /// so that no time would be long enough. MySQL takes its shortest time, a second, for none.
    static func impatient(_ engine: DatabaseEngine) -> String {
        switch engine {
        case .sqlite: ""
        case .postgres: "SET lock_timeout = '20ms';\n"
        case .mysql: "SET lock_wait_timeout = 0;\n"
        }
    }

    // MARK: Rows

    /// Statements after which a table holds exactly these rows. A view is made anew, over a table of its form.
    static func replacing(_ rows: [World.Object], of table: SQLTableFacts, _ engine: DatabaseEngine) -> [String] {
        let name = table.quoted(engine)
        guard table.isView else { return ["DELETE FROM \(name);"] + inserts(rows, table, into: name, engine) }
        let base = table.below.quoted(engine)
        return [
            "CREATE TABLE \(base) AS SELECT * FROM \(name) WHERE 1 = 0;", "DROP VIEW \(name);",
            "CREATE VIEW \(name) AS SELECT * FROM \(base);",
        ] + inserts(rows, table.below, into: base, engine)
    }

    /// The same in one transaction, whatever other tables refer to.
    static func replacingAtOnce(_ rows: [World.Object], of table: SQLTableFacts, _ engine: DatabaseEngine) -> String {
        let statements = replacing(rows, of: table, engine).joined(separator: "\n")
        return withoutForeignKeys(engine) + "BEGIN;\n\(statements)\nCOMMIT;"
    }

    static func inserts(
        _ rows: [World.Object], _ table: SQLTableFacts, into name: String, _ engine: DatabaseEngine
    ) -> [String] {
        let columns = table.columns.filter { !$0.isGenerated || table.isView }
        let names = columns.map { quote($0.name, engine) }.joined(separator: ", ")
        let overriding = engine == .postgres ? " OVERRIDING SYSTEM VALUE" : ""
        return stride(from: 0, to: rows.count, by: 200).map { start in
            let tuples = rows[start..<min(start + 200, rows.count)].map { row in
                "(" + columns.map { literal(row.body[$0.name] ?? .null, of: $0, engine) }.joined(separator: ", ") + ")"
            }
            return "INSERT INTO \(name) (\(names))\(overriding) VALUES \(tuples.joined(separator: ",\n"));"
        }
    }

    /// One JSON object a row, made by the engine: numbers as numbers, bytes as `{"x": "hex"}`, all else as its text.
    static func rows(of table: SQLTableFacts, _ engine: DatabaseEngine) -> String {
        var parts = ["'{'"]
        for (index, column) in table.columns.enumerated() {
            parts.append(text((index == 0 ? "" : ",") + JSONValue.string(column.name).text + ":", engine))
            parts.append(json(column, engine))
        }
        parts.append("'}'")
        return "SELECT \(joined(parts, engine)) FROM \(table.quoted(engine))"
    }

    /// Texts, none of them null, as one: of as many columns as a table may have.
    private static func joined(_ parts: [String], _ engine: DatabaseEngine) -> String {
        switch engine {
        // No concat() before 3.44, and no expression that is nested more than 1,000 deep, as each || nests one deeper.
        case .sqlite:
            stride(from: 0, to: parts.count, by: 100).map { start in
                "(\(parts[start..<min(start + 100, parts.count)].joined(separator: " || ")))"
            }.joined(separator: " || ")
        // A function takes 100 arguments; an array holds any number.
        case .postgres: "array_to_string(ARRAY[\(parts.joined(separator: ", "))]::text[], '')"
        // || is OR.
        case .mysql: "concat(\(parts.joined(separator: ", ")))"
        }
    }

    /// A value as JSON text, never null.
    private static func json(_ column: SQLTableFacts.Column, _ engine: DatabaseEngine) -> String {
        let name = quote(column.name, engine)
        switch engine {
        case .sqlite:
            return """
                CASE typeof(\(name)) WHEN 'null' THEN 'null' WHEN 'integer' THEN CAST(\(name) AS TEXT)
                WHEN 'real' THEN printf('%!.17g', \(name)) WHEN 'blob' THEN '{"x":"' || hex(\(name)) || '"}'
                ELSE json_quote(\(name)) END
                """
        case .postgres:
            let isPlain = [
                "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean",
            ].contains(column.type)
            if column.type == "bytea" { return "coalesce('{\"x\":\"' || encode(\(name), 'hex') || '\"}', 'null')" }
            // Lists and rows as the text of their JSON form.
            let value = isDocument(column.type) ? "to_json(\(name))::text" : isPlain ? name : "\(name)::text"
            return "coalesce(to_json(\(value))::text, 'null')"
        case .mysql:
            switch column.type {
            case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year":
                return "coalesce(cast(\(name) AS char), 'null')"
            case "bit": return "coalesce(cast(\(name) + 0 AS char), 'null')"
            // Shapes as their bytes: they cannot be cast, and an INSERT takes the same bytes.
            case "binary", "varbinary", "blob", "tinyblob", "mediumblob", "longblob", "geometry", "point", "linestring",
                "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection":
                return "coalesce(concat('{\"x\":\"', hex(\(name)), '\"}'), 'null')"
            default: return "coalesce(json_quote(convert(cast(\(name) AS char) USING utf8mb4)), 'null')"
            }
        }
    }
}
