import TestSupport
import Testing

@testable import Columns

@Suite struct CompactDecimalTests {
    private static func compact(_ text: String) -> CompactDecimal? {
        var text = text
        return text.withUTF8 { CompactDecimal($0) }
    }

    /// A number of up to 45 digits with a point and an exponent at random.
    private static func number(_ generator: inout SeededGenerator) -> String {
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in generator.pick(Array("0123456789000005")) })
        }
        var text = generator.oneIn(2) ? "-" : ""
        text += digits(Int.random(in: 1...20, using: &generator))
        if !generator.oneIn(3) { text += "." + digits(Int.random(in: 1...25, using: &generator)) }
        if generator.oneIn(4) { text += "e\(Int.random(in: -30...30, using: &generator))" }
        return text
    }

    @Test("Numbers read without the heap are those read digit by digit, at every scale")
    func agrees() throws {
        var generator = SeededGenerator(seed: 42)
        var read = 0
        for _ in 0..<20_000 {
            let text = Self.number(&generator)
            let digits = try #require(DecimalDigits(parsing: text))
            guard let compact = Self.compact(text) else {
                #expect(digits.digits.count > 38)
                continue
            }
            read += 1
            #expect(compact.scale == digits.scale)
            #expect(compact.integerDigits == digits.integerDigits)
            for scale in [0, 1, 2, 9, 20, 32, 38] {
                #expect(compact.unscaled(atScale: scale) == digits.unscaled(atScale: scale), "\(text) at \(scale)")
            }
        }
        #expect(read > 15_000)
    }

    @Test(
        "Spellings of one number are equal",
        arguments: [("1.50", "15e-1"), ("-0", "0.000"), ("100", "1e2"), ("0.001", "1E-03")])
    func equal(_ left: String, _ right: String) {
        #expect(Self.compact(left) == Self.compact(right))
    }

    @Test("Other text gives nil", arguments: ["1..2", "1e", "1e+", "1e99999", "1x", "0x10", "1e2.5"])
    func nothing(_ text: String) { #expect(Self.compact(text) == nil) }
}
