import Columns
import Tributary

/// What the name of a declared type says that values are.
enum TypeFamily: String, Sendable {
    case whole = "whole numbers"
    case number = "numbers"
    case flag = "truth values"
    case text = "text"
    case moment = "moments or days"

    /// Nil where the name says nothing.
    init?(named name: String) {
        let name = name.lowercased()
        func has(_ parts: String...) -> Bool { parts.contains { name.contains($0) } }
        // What SQLite says of a view's column that has no type of its own.
        if name == "num" { return nil }
        if has("json", "array", "object", "struct", "variant", "[]", "interval", "point", "range", "money", "bit") {
            return nil
        }
        // The words of an enumeration may be anything.
        if name.hasPrefix("enum") || name.hasPrefix("set(") { return nil }
        if has("bool") {
            self = .flag
        } else if has("int") || name == "serial" || name == "bigserial" {
            self = .whole
        } else if has("num", "dec", "float", "double", "real") {
            self = .number
        } else if has("date", "timestamp") {
            self = .moment
        } else if has("char", "text", "string", "uuid") {
            self = .text
        } else {
            return nil
        }
    }

    init?(_ type: ColumnType) {
        switch type {
        case .bool: self = .flag
        case .int32, .int64: self = .whole
        case .float64, .decimal128: self = .number
        case .date32, .timestamp: self = .moment
        case .utf8, .binary: return nil
        }
    }

    func holds(_ value: JSONValue) -> Bool {
        switch self {
        case .whole:
            // An unsigned number may have more than 63 bits.
            value.int64 != nil || value.text.allSatisfy(\.isNumber) || value.string.flatMap { Int64($0) } != nil
                || value.bool != nil
        case .number:
            if case .number = value { true } else { value.string.map { JSONNumber(text: $0).isValid } ?? false }
        case .flag: value.bool != nil || value.int64 == 0 || value.int64 == 1
        case .text: value.string != nil
        case .moment:
            // An epoch may have a fraction.
            value.double != nil
                || value.string.map { TimestampParser.microseconds($0) != nil || TimestampParser.days($0) != nil }
                    ?? false
        }
    }
}
