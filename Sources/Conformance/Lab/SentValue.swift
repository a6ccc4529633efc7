import Cassettes
import Columns
import Foundation
import Tributary

/// A value as an upstream sent it, held against a cell of the lake.
///
/// Types may differ as columns do: text that is a time in a column of times, a number in one of decimals, a list or an
/// object as its JSON text. What the value says may not: null is no empty text, no zero and no false, and a number that
/// was rounded is another one.
struct SentValue {
    let json: JSONValue
    /// Whether the day of a moment says enough: a cursor may be declared as a date.
    let isDayEnough: Bool
    /// Whether a truth value may be a word: in a column of several kinds the runtime makes a text of all.
    let isWordEnough: Bool

    init(_ json: JSONValue, isDayEnough: Bool = false, isWordEnough: Bool = true) {
        self.json = json
        self.isDayEnough = isDayEnough
        self.isWordEnough = isWordEnough
    }

    /// Whether the cell says what was sent.
    func isHeld(by cell: Value) -> Bool {
        switch json {
        case .null: cell == .null
        case .bool(let flag): cell == .bool(flag) || isWordEnough && cell == .string(flag ? "true" : "false")
        case .number(let number): Self.holds(number, cell)
        case .string(let text): holds(text, cell)
        case .array, .object: Self.holdsNested(json, cell)
        }
    }

    /// The value as a cell, for messages.
    var shown: Value {
        switch json {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): number.int64.map { .int($0) } ?? .string(number.text)
        case .string(let text): .string(text)
        case .array, .object: .string(json.text)
        }
    }

    private static func holds(_ number: JSONNumber, _ cell: Value) -> Bool {
        switch cell {
        case .int(let value): number.int64 == value || DecimalText.isSame(number.text, String(value))
        case .double(let value): number.double == value
        case .decimal(let value): DecimalText.isSame(number.text, value.description)
        case .string(let text): DecimalText.isSame(number.text, text)
        // Seconds, milliseconds or microseconds of an epoch: the column's declaration says which.
        case .timestamp(let moment):
            [1_000_000.0, 1_000, 1].contains { (number.double ?? .nan) * $0 == Double(moment) }
        case .date(let days): number.int64.map { $0 == Int64(days) || $0 == Int64(days) * 86_400 } ?? false
        case .null, .bool, .binary: false
        }
    }

    private func holds(_ text: String, _ cell: Value) -> Bool {
        if Self.isCode(text), case .int = cell { return false }
        return switch cell {
        case .string(let value): text.utf8.elementsEqual(value.utf8)
        case .timestamp(let moment): TimestampParser.microseconds(text) == moment
        case .date(let days):
            TimestampParser.microseconds(text).map { moment in
                let day = Int64(days) * 86_400_000_000
                return moment == day || isDayEnough && (day..<(day + 86_400_000_000)).contains(moment)
            } ?? false
        case .int(let value): DecimalText.isSame(text, String(value))
        case .decimal(let value): DecimalText.isSame(text, value.description)
        case .double(let value): Double(text) == value || (text.lowercased() == "nan" && value.isNaN)
        case .bool(let flag): text.lowercased() == (flag ? "true" : "false")
        case .binary(let bytes): Array(text.utf8) == bytes || Data(base64Encoded: text).map { [UInt8]($0) } == bytes
        case .null: false
        }
    }

    /// Whether a text of digits is a code, such as 00311: as a number it loses its zeros.
    private static func isCode(_ text: String) -> Bool {
        text.count > 1 && text.first == "0" && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func holdsNested(_ json: JSONValue, _ cell: Value) -> Bool {
        guard case .string(let text) = cell, let kept = try? JSONValue(parsing: Array(text.utf8)) else { return false }
        return isSame(json, kept)
    }

    /// Whether two documents say the same, in whatever order the members come.
    private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
        switch (one, other) {
        case (.object(let a), .object(let b)):
            a.members.count == b.members.count
                && a.members.allSatisfy { member in b[member.name].map { isSame(member.value, $0) } ?? false }
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { isSame($0, $1) }
        case (.number(let a), .number(let b)): DecimalText.isSame(a.text, b.text)
        // A moment may be printed in another zone.
        case (.string(let a), .string(let b)):
            a.utf8.elementsEqual(b.utf8)
                || TimestampParser.microseconds(a).map { $0 == TimestampParser.microseconds(b) } ?? false
        default: one == other
        }
    }
}

extension Manifest.Schema {
    /// The column of a cursor that is declared as a date, whatever moments the upstream sends.
    var dayColumn: String? { field.flatMap { $0.type == .date ? Bench.column($0.name) : nil } }
}
