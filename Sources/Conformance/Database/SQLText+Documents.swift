import Columns
import Tributary

// Lists and rows within a column of PostgreSQL. The kit holds them as the text of their JSON form, as a lake does.
extension SQLText {
    /// Stands before the name of a type whose values are rows, or lists of rows.
    static let rowMark = "row "

    static func isRow(_ type: String) -> Bool { type.hasPrefix(rowMark) }

    static func isDocument(_ type: String) -> Bool { isRow(type) || type.hasSuffix("[]") }

    /// What makes the value from its JSON form; nil for a column of another type, and for a text that is no JSON.
    static func document(_ text: String, as type: String) -> String? {
        guard isDocument(type), let json = try? JSONValue(parsing: Array(text.utf8)) else { return nil }
        guard isRow(type) else { return json.array.map { self.text(list($0), .postgres) } }
        let name = type.dropFirst(rowMark.count)
        let literal = self.text(text, .postgres) + "::jsonb"
        return name.hasSuffix("[]")
            ? "ARRAY(SELECT jsonb_populate_recordset(NULL::\(name.dropLast(2)), \(literal)))"
            : "jsonb_populate_record(NULL::\(name), \(literal))"
    }

    /// `{1,NULL,"a b"}`.
    private static func list(_ items: [JSONValue]) -> String { "{\(items.map(element).joined(separator: ","))}" }

    private static func element(_ value: JSONValue) -> String {
        if value.isNull { return "NULL" }
        if let items = value.array { return list(items) }
        // Byte by byte: an accent behind a mark makes one Character of both.
        let bytes = (value.string ?? value.text).utf8.flatMap { byte -> [UInt8] in
            byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), byte] : [byte]
        }
        return "\"\(String(decoding: bytes, as: UTF8.self))\""
    }
}
