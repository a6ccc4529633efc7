import Testing

@testable import Conformance

@Suite struct BoundExpressionTests {
    @Test(
        "the one bound of a condition is found, in quotes and in JSON",
        arguments: [
            ("at >= 1767225600000", "at >= {value}", "1767225600000"),
            ("at > '2026-01-01 09:30:00'", "at > '{value}'", "2026-01-01 09:30:00"),
            ("at > '2026-01-01 09:30:00 UTC' and open", "at > '{value}' and open", "2026-01-01 09:30:00 UTC"),
            ("kind = 'a b' AND at >= '2026-01-01'", "kind = 'a b' AND at >= '{value}'", "2026-01-01"),
            (
                #"[{"field":"at","operator":">=","value":"2026-01-01 09:30:00"}]"#,
                #"[{"field":"at","operator":">=","value":"{value}"}]"#, "2026-01-01 09:30:00"
            ),
            (#"{"value": 12, "op": ">"}"#, #"{"value": {value}, "op": ">"}"#, "12"),
            ("at > 1 and at < 2", nil, nil), (#"[{"op":">","v":1},{"op":"<","v":2}]"#, nil, nil), ("at = 1", nil, nil),
            ("at > now", nil, nil),
        ] as [(String, String?, String?)])
    func bounds(_ text: String, _ template: String?, _ value: String?) {
        let bound = BoundExpression(text)
        #expect(bound?.template == template)
        #expect(bound?.value == value)
    }

    @Test(
        "the text around a bound may say of which zone it is",
        arguments: [
            ("at > '{value} UTC'", true), ("at > {value}Z", true), ("at > '{value}+00:00'", true),
            ("at > '{value}'", false), ("UTC {value}", false), (nil, false),
        ] as [(String?, Bool)])
    func zone(_ template: String?, _ saysZone: Bool) {
        var filter = ModelDeclaration.Filter(parameter: "q", field: "at", comparison: .greaterOrEqual)
        filter.template = template
        #expect(filter.saysZone == saysZone)
    }
}
