import Testing

@testable import Columns

@Suite struct ASCIISearchTests {
    @Test(
        "a text is found at its beginning, middle and end, and nowhere else",
        arguments: [
            ("_delta_log/0.json", true), ("a/_delta_log", true), ("a/_delta_lo", false), ("", false),
            ("é_delta_log", true), ("__delta_log", true), ("_delta_lo_delta_log", true), ("_DELTA_LOG", false),
        ])
    func finds(_ text: String, _ isThere: Bool) {
        #expect(text.containsASCII("_delta_log") == isThere)
        #expect(text.containsBytes(of: "_delta_log") == isThere)
    }

    @Test("bytes are compared, and not characters")
    func bytes() {
        #expect("grün".containsBytes(of: "ü"))
        #expect("gru\u{308}n".containsBytes(of: "gru") && !"gru\u{308}n".contains("gru"))
        #expect("a".containsBytes(of: "") && !"".containsBytes(of: "a"))
    }
}
