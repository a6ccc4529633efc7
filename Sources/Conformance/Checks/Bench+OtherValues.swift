import Columns
import Tributary

// Other values of the same kind.
extension Bench {
    /// A value as an upstream may change it.
    ///
    /// - Parameters:
    ///   - days: by how much a time moves.
    ///   - step: by how much a number does.
    static func other(than value: JSONValue, days: Int64, step: Int64) -> JSONValue {
        switch value {
        case .bool(let flag): .bool(!flag)
        case .number: value.int64.map { .number(JSONNumber($0 &+ step)) } ?? value
        case .string(let text):
            TimestampParser.microseconds(text) == nil
                ? .string(otherNumber(text) ?? "\(text)!") : after(value, days: days)
        case .null, .array, .object: value
        }
    }

    /// A number that is written as a text, with each digit another one: a hint may make a decimal of so many digits of it. Nil
    /// for other texts.
    static func otherNumber(_ text: String) -> String? {
        guard text.utf8.count < 20, text.utf8.allSatisfy({ (0x2B...0x39).contains($0) }), Double(text) != nil else {
            return nil
        }
        return String(text.map { digit in digit.wholeNumberValue.map { Character("\(($0 + 1) % 10)") } ?? digit })
    }
}
