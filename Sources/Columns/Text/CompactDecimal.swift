/// A decimal number of at most 38 significant digits, `mantissa × 10^exponent`, read without touching the heap.
///
/// The mantissa has no zero at its end, so equal numbers are equal values. `DecimalDigits` takes what is longer.
struct CompactDecimal: Equatable {
    private(set) var isNegative = false
    private(set) var mantissa: UInt128 = 0
    /// Digits of the mantissa; 0 for the number zero.
    private(set) var significant = 0
    private(set) var exponent = 0

    /// Reads text that was proved to be a number by JSON's grammar, or spelled by `Double.description`; nil where it has
    /// more than 38 significant digits, an exponent beyond four digits, or is no such text.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        var position = 0
        if text.first == UInt8(ascii: "-") {
            isNegative = true
            position = 1
        }
        guard let end = readDigits(text, from: position) else { return nil }
        if end < text.count {
            guard let power = Self.power(text, from: end + 1) else { return nil }
            exponent += power
        }
        if significant == 0 { (isNegative, exponent) = (false, 0) }
    }

    /// Reads up to the exponent and returns where it stands.
    private mutating func readDigits(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var position = start
        var seenPoint = false
        var zeros = 0
        // The first 19 digits fit into a word.
        var low: UInt64 = 0
        while position < text.count, text[position] | 0x20 != UInt8(ascii: "e") {
            let digit = text[position] &- 0x30
            position += 1
            if digit >= 10 {
                guard digit == 0xFE, !seenPoint else { return nil }
                seenPoint = true
                continue
            }
            if seenPoint { exponent -= 1 }
            if digit == 0 {
                if significant > 0 { zeros += 1 }
                continue
            }
            let count = significant + zeros + 1
            guard count <= 38 else { return nil }
            if count <= 19 {
                low = low &* Self.powers[zeros + 1] &+ UInt64(digit)
            } else {
                if significant <= 19 { mantissa = UInt128(low) }
                mantissa = mantissa * Self.power(zeros + 1) + UInt128(digit)
            }
            significant = count
            zeros = 0
        }
        exponent += zeros
        if significant <= 19 { mantissa = UInt128(low) }
        return position
    }

    private static func power(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var position = start
        guard position < text.count else { return nil }
        let isNegative = text[position] == UInt8(ascii: "-")
        if isNegative || text[position] == UInt8(ascii: "+") { position += 1 }
        guard text.count - position <= 4, position < text.count else { return nil }
        var value = 0
        while position < text.count {
            guard text[position] &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(text[position] - 0x30)
            position += 1
        }
        return isNegative ? -value : value
    }

    /// The double of the same number where one multiplication or division makes it (Clinger 1990): up to 15 digits and
    /// powers of ten up to 22. Its shortest spelling has the same digits.
    var shortDouble: Double? {
        guard significant <= 15, exponent.magnitude <= 22 else { return nil }
        let number = Double(UInt64(truncatingIfNeeded: mantissa))
        let power =
            Double(Self.powers[min(19, Int(exponent.magnitude))])
            * Double(Self.powers[max(0, Int(exponent.magnitude) - 19)])
        let magnitude = exponent < 0 ? number / power : number * power
        return isNegative ? -magnitude : magnitude
    }

    /// Digits in front of the point (0 for `0.5`).
    var integerDigits: Int { significant == 0 ? 0 : max(0, significant + exponent) }

    /// Digits behind the point that an exact spelling needs.
    var scale: Int { max(0, -exponent) }

    /// The unscaled value at `scale`, rounded half to even where it has more digits; nil when it needs more than 38.
    func unscaled(atScale scale: Int) -> Int128? {
        guard significant > 0 else { return 0 }
        let shift = exponent + scale
        guard significant + shift <= 38 else { return nil }
        if shift >= 0 { return signed(mantissa * Self.power(shift)) }
        // All digits dropped and more: below a tenth of a unit.
        guard -shift <= significant else { return 0 }
        let divisor = Self.power(-shift)
        let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: divisor)
        let half = divisor / 2
        let roundsUp = remainder > half || (remainder == half && quotient & 1 == 1)
        return signed(quotient + (roundsUp ? 1 : 0))
    }

    private func signed(_ magnitude: UInt128) -> Int128 { isNegative ? -Int128(magnitude) : Int128(magnitude) }

    /// 10 to the power of `exponent`, which is at most 38.
    private static func power(_ exponent: Int) -> UInt128 {
        exponent <= 19
            ? UInt128(powers[exponent]) : UInt128(powers[19]) * UInt128(powers[exponent - 19])
    }

    private static let powers: [UInt64] = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]
}
