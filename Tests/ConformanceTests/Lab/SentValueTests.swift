import Columns
import Testing
import Tributary

@testable import Conformance

@Suite struct SentValueTests {
    @Test(
        "a cell that says what was sent, in whatever type the column has",
        arguments: [
            (JSONValue.null, Value.null), (.bool(false), .bool(false)), (.bool(true), .string("true")), (12, .int(12)),
            (12, .double(12)), (12, .string("12")), (.number(JSONNumber(text: "12.50")), .double(12.5)),
            (.number(JSONNumber(text: "12.50")), .decimal(Decimal128(unscaled: 1250, scale: 2))),
            (.number(JSONNumber(text: "1e3")), .int(1000)), (1_740_787_200, .timestamp(1_740_787_200_000_000)),
            (1_740_787_200_123, .timestamp(1_740_787_200_123_000)), ("a", .string("a")), ("", .string("")),
            ("2025-03-01T00:00:00Z", .timestamp(1_740_787_200_000_000)), ("2025-03-01", .date(20_148)),
            ("12.50", .decimal(Decimal128(unscaled: 125, scale: 1))), ("-0.10", .double(-0.1)),
            (["a": [1, nil]], .string("{ \"a\": [1.0, null] }")), ([], .string("[]")),
        ] as [(JSONValue, Value)])
    func held(_ sent: JSONValue, _ cell: Value) { #expect(SentValue(sent).isHeld(by: cell)) }

    @Test(
        "a cell that says something else",
        arguments: [
            (JSONValue.null, Value.string("")), (.null, .int(0)), (.null, .bool(false)), (.bool(false), .null),
            (.bool(false), .int(0)), (.bool(false), .string("False")), (0, .null), (0, .bool(false)), ("", .null),
            ("a ", .string("a")), ("e\u{301}", .string("\u{e9}")),
            (.number(JSONNumber(text: "30000.05")), .string("30000.1")),
            (.number(JSONNumber(text: "9007199254740993")), .int(9_007_199_254_740_992)),
            (.number(JSONNumber(text: "0.30000000000000004")), .decimal(Decimal128(unscaled: 3, scale: 1))),
            ("2025-03-01T00:00:00Z", .timestamp(1_740_787_200_000_001)), ("2025-03-01", .date(20_147)),
            (["a", "b"], .string("a")), (["a", "b"], .string("[\"a\"]")), (["a": 1], .string("{\"a\":1,\"b\":2}")),
            (["a": nil], .string("{}")), (["a": 1], .null),
        ] as [(JSONValue, Value)])
    func notHeld(_ sent: JSONValue, _ cell: Value) { #expect(!SentValue(sent).isHeld(by: cell)) }

    @Test("a truth value is held as a word where kinds are mixed, and nowhere else")
    func words() {
        #expect(SentValue(true).isHeld(by: .string("true")))
        #expect(!SentValue(true, isWordEnough: false).isHeld(by: .string("true")))
        #expect(SentValue(true, isWordEnough: false).isHeld(by: .bool(true)))
    }

    @Test("a day says a moment where the column is declared as a date, and nowhere else")
    func days() {
        let (noon, midnight): (JSONValue, JSONValue) = ("2025-03-01T12:00:00Z", "2025-03-01T00:00:00Z")
        #expect(!SentValue(noon).isHeld(by: .date(20_148)))
        #expect(SentValue(noon, isDayEnough: true).isHeld(by: .date(20_148)))
        #expect(SentValue(midnight).isHeld(by: .date(20_148)))
        #expect(!SentValue(noon, isDayEnough: true).isHeld(by: .date(20_149)))
    }
}
