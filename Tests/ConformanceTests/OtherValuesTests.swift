import Columns
import Testing

@testable import Conformance

@Suite struct OtherValuesTests {
    @Test(
        "a changed value is of the same kind, and has as many digits",
        arguments: [
            ("0.82", "1.93"), ("-9.5", "-0.6"), ("9000", "0111"), ("Anna", "Anna!"), ("1.2.3", "1.2.3!"),
            ("0x1A", "0x1A!"),
            ("2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z"),
        ])
    func texts(_ text: String, _ other: String) {
        #expect(Bench.other(than: .string(text), days: 1, step: 1) == .string(other))
    }

    @Test("numbers and truth values move, and nothing stays nothing")
    func scalars() {
        #expect(Bench.other(than: 7, days: 1, step: 40) == 47)
        #expect(Bench.other(than: true, days: 1, step: 1) == false)
        #expect(Bench.other(than: nil, days: 1, step: 1) == nil)
    }
}
