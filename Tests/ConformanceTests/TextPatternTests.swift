import Testing

@testable import Conformance

@Suite struct TextPatternTests {
    @Test(
        "what stands in the place of a name is found, and texts of another form are told",
        arguments: [
            ("{value}", "12", "12"), ("at >= {value}", "at >= 12", "12"), ("at >= '{value}'", "at >= '12'", "12"),
            ("at >= '{value}' and x = 1", "at >= '12' and x = 1", "12"), ("at >= {value}", "at > 12", nil),
            ("at >= '{value}'", "at >= '12", nil), ("at >= {value}", "at >= ", nil),
            ("{value} or {value}", "1 or 1", "1"), ("{value} or {value}", "1 or 2", nil),
        ] as [(String, String, String?)])
    func match(_ template: String, _ text: String, _ value: String?) {
        #expect(TextPattern(template, names: ["value"]).match(text)?["value"] == value)
    }

    @Test("braces around anything but a name are meant as they stand")
    func braces() {
        let pattern = TextPattern("query { runs(of: \"{run}\") { id } }", names: ["run"])
        #expect(pattern.names == ["run"])
        #expect(pattern.match("query { runs(of: \"7\") { id } }") == ["run": "7"])
        #expect(pattern.match("query { runs(of: \"7\") { name } }") == nil)
    }
}
