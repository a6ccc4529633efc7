import Columns
import Tributary

/// A value for the copy of a row where no two rows may have the same: of its column's type, and no longer than it allows.
enum CopiedValue {
    /// Whether values of a type are points in time. Beside other columns of a key they are better left alone: a table may
    /// be divided by them, and take no day that its ranges leave out.
    static func isTime(_ type: String) -> Bool { type == "date" || type == "datetime" || type.hasPrefix("timestamp") }

    /// A value like another one, `number` telling copies apart.
    ///
    /// - Parameter known: the values that rows have; days and moments are made around them.
    /// - Returns: nil where none can be made up, as for a truth value or a null.
    static func value(
        like original: JSONValue, number: Int, of column: SQLTableFacts.Column, beside known: [JSONValue]
    ) -> JSONValue? {
        switch original {
        case .number: return .number(JSONNumber(whole(number, column.type)))
        case .string(let text):
            if isTime(column.type) { return time(text, number, column.type, known) }
            if column.type.hasPrefix("time") { return .string(timeOfDay(number)) }
            return .string(self.text(text, digits(number), column.length))
        case .object:
            guard let bytes = original["x"]?.string else { return nil }
            // Two digits make a byte, and the number of digits is even.
            return .object(JSONObject([("x", .string(self.text(bytes, digits(number), nil)))]))
        case .null, .bool, .array: return nil
        }
    }

    /// A text like another one that keeps all of it where there is room: constraints may ask for its form, as of an
    /// address.
    static func extended(_ original: JSONValue, number: Int, of column: SQLTableFacts.Column) -> JSONValue? {
        guard let text = original.string, ["char", "text"].contains(where: column.type.contains) else { return nil }
        let longer = digits(number) + text
        return column.length.map { longer.count <= $0 } ?? true ? .string(longer) : nil
    }

    /// Six of them, for up to 900,000 copies.
    private static func digits(_ number: Int) -> String { String(number + 100_000) }

    private static func whole(_ number: Int, _ type: String) -> Int64 {
        switch type {
        case "tinyint": Int64(64 + number % 64)
        case "smallint": Int64(20_000 + number % 12_000)
        case "year": Int64(1950 + number % 150)
        default: Int64(900_000 + number)
        }
    }

    private static func text(_ text: String, _ digits: String, _ length: Int?) -> String {
        if let length, length < digits.count { return String(digits.suffix(length)) }
        return String(text.dropLast(min(digits.count, text.count))) + digits
    }

    /// By turns behind the last one and before the first: a table that is divided by days may have few of them.
    private static func time(_ text: String, _ number: Int, _ type: String, _ known: [JSONValue]) -> JSONValue? {
        let moments = (known.compactMap(\.string) + [text]).compactMap { text in
            TimestampParser.microseconds(text).map { (text, $0) }
        }
        let isBehind = number.isMultiple(of: 2)
        let nearest = isBehind ? moments.max { $0.1 < $1.1 } : moments.min { $0.1 < $1.1 }
        let steps = (number / 2 + 1) * (isBehind ? 1 : -1)
        return nearest.map { SQLMoment.moved(.string($0.0), by: steps, isDate: type == "date") }
    }

    private static func timeOfDay(_ number: Int) -> String {
        let parts = [number / 3600 % 24, number / 60 % 60, number % 60]
        return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
