import Columns
import Tributary

/// Values that are easily changed on their way.
enum Corpus {
    /// One value as it is sent, and how it may arrive beside exactly so.
    struct Entry: Sendable {
        var name: String
        var value: JSONValue
        /// Why it may arrive otherwise; nil: it must not.
        var tolerance: String?

        init(_ name: String, _ value: JSONValue, tolerance: String? = nil) {
            self.name = name
            self.value = value
            self.tolerance = tolerance
        }
    }

    private static func number(_ name: String, _ text: String) -> Entry {
        Entry(name, .number(JSONNumber(text: text)))
    }

    /// Each has a column of its own, with nulls in the other rows.
    static let entries: [Entry] = [
        number("int_16", "65535"), number("int_32", "2147483647"), number("int_wide", "6178466636"),
        number("int_exact", "9007199254740993"), number("int_max", "9223372036854775807"),
        number("int_min", "-9223372036854775808"), number("int_128", "170141183460469231731687303715884105727"),
        number("decimal_38", "12345678901234567890.123456789012345678"), number("tenth", "0.1"),
        number("minus_zero", "-0.0"), number("huge", "1e300"), number("tiny", "5e-324"),
        number("digits_247", String(repeating: "7", count: 247)), number("cents", "19.99"),
        Entry("empty", ""), Entry("blank", " "), Entry("padded", "  a b  "), Entry("leading_zero", "007"),
        Entry("nan_text", "NaN"), Entry("infinite_text", "-Infinity"), Entry("null_text", "null"),
        Entry("true_text", "true"), Entry("refusal", "Error 404: not found; unauthorized; rate limit exceeded"),
        Entry("number_text", "12.50"),
        Entry("composed", "caf\u{E9}"), Entry("decomposed", "cafe\u{301}"),
        Entry("planes", "A\u{7FF}\u{FFFD}\u{10000}\u{1F469}\u{200D}\u{1F680}\u{E0001}\u{10FFFF}"),
        Entry("right_to_left", "\u{5D0}\u{202E}abc"), Entry("controls", "a\tb\r\nc\u{1}\u{7F}"),
        Entry("quotes", "'\"`\\;--"), Entry("nul", "a\u{0}b", tolerance: "a NUL may be left out"),
        Entry("before_1970", "1899-12-31T23:59:59Z"), Entry("after_2038", "2106-02-07T06:28:16Z"),
        Entry("leap_day", "2024-02-29"), Entry("year_9999", "9999-12-31"), Entry("offset", "2025-03-01T05:45:00+05:45"),
        Entry("nanoseconds", "2025-03-01T00:00:00.123456789Z"), Entry("flag", true), Entry("no_flag", false),
        Entry("nested", ["a": ["b": [1, nil, ["c": "d"]]]]), Entry("nested_null", ["a": nil]), Entry("no_members", [:]),
        Entry("no_elements", []), Entry("big_inside", ["id": .number(JSONNumber(text: "9007199254740993"))]),
    ]

    /// Whether a value of the lake is what was sent.
    static func isExact(_ value: Value, _ sent: JSONValue) -> Bool {
        switch sent {
        case .null: value == .null
        case .bool(let flag): value == .bool(flag) || text(value) == "\(flag)"
        case .number(let number): isExact(value, number)
        case .string(let string): isExact(value, string)
        case .array, .object:
            text(value).flatMap { try? JSONValue(parsing: Array($0.utf8)) } == sent
        }
    }

    private static func isExact(_ value: Value, _ number: JSONNumber) -> Bool {
        switch value {
        case .int(let integer): number.int64 == integer
        case .decimal(let decimal):
            JSONNumber(text: number.text).decimal.map { isEqual($0, decimal) } ?? false
        case .double(let double):
            // A double holds what it gives back: the shortest text that reads as it, or all digits of a whole number.
            Double(number.text).map { $0.bitPattern == double.bitPattern } == true && isDouble(number.text)
        case .string(let text): text == number.text || Decimal128(text).map { Decimal128(number.text) == $0 } == true
        default: false
        }
    }

    static func isNumeric(_ value: Value) -> Bool {
        switch value {
        case .int, .decimal, .double: true
        default: false
        }
    }

    /// Whether an exact number is what a text spells: `"2500.00"` and a decimal of 2500.
    static func isNumber(_ value: Value, spelled text: String) -> Bool {
        switch value {
        case .int, .decimal: Decimal128(text) != nil && isExact(value, JSONNumber(text: text))
        default: false
        }
    }

    /// Whether a double has as many digits as the text: up to fifteen it always has, seventeen at most.
    private static func isDouble(_ text: String) -> Bool {
        guard !text.contains("e"), !text.contains("E") else { return true }
        if text.filter(\.isNumber).drop(while: { $0 == "0" }).count <= 15 { return true }
        guard let sent = Decimal128(text), let kept = Double(text).flatMap({ Decimal128("\($0)") }) else {
            return false
        }
        return isEqual(sent, kept)
    }

    private static func isEqual(_ left: Decimal128, _ right: Decimal128) -> Bool {
        func plain(_ number: Decimal128) -> Decimal128 {
            var number = number
            while number.scale > 0, number.unscaled % 10 == 0 {
                number.unscaled /= 10
                number.scale -= 1
            }
            return number
        }
        return plain(left) == plain(right)
    }

    /// Text byte for byte; a moment or day that the column's type holds counts as its text.
    private static func isExact(_ value: Value, _ string: String) -> Bool {
        switch value {
        case .string(let text): Array(text.utf8) == Array(string.utf8)
        case .timestamp(let moment): TimestampParser.microseconds(string) == moment
        case .date(let days): TimestampParser.days(string) == days
        default: false
        }
    }

    private static func text(_ value: Value) -> String? { if case .string(let text) = value { text } else { nil } }

    /// A value for a report, with the type that it has.
    static func describe(_ value: Value?) -> String {
        guard let value else { return "nothing" }
        return switch value {
        case .null: "null"
        case .string(let text): "text “\(text.prefix(60))”"
        case .int: "int64 \(TableDiff.text(value))"
        case .double: "float64 \(TableDiff.text(value))"
        case .decimal: "decimal \(TableDiff.text(value))"
        default: TableDiff.text(value)
        }
    }
}
