/// Numbers in decimal digits: exact reading of any spelling, and the shortest spelling of a double.
public enum DecimalText {
    /// The shortest text that reads back as `value`, as Python's `str` and `json.dumps` spell it: `1.0`, `0.1`, `1e+16`,
    /// `1e-05`, `nan`, `inf`.
    public static func shortest(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        let text = value.description
        // Swift and Python agree on the digits, and on their layout but for 2^53 to 1e16 and beyond.
        guard value.magnitude >= 9e15 else { return text }
        return DecimalDigits(parsing: text).map { layout($0) } ?? text
    }

    /// Whether two texts are the same number to the last digit, however they are spelt; false where one is no number.
    public static func isSame(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
        guard let one = DecimalDigits(parsing: one), let other = DecimalDigits(parsing: other) else { return false }
        return one == other || (one.digits.isEmpty && other.digits.isEmpty)
    }

    /// Digits without a sign, filled up with zeros in front.
    static func padded(_ value: UInt, width: Int) -> String {
        let digits = String(value)
        return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
    }

    private static func layout(_ number: DecimalDigits) -> String {
        let sign = number.isNegative ? "-" : ""
        let digits = String(decoding: number.digits, as: UTF8.self)
        let exponent = number.digits.count + number.exponent - 1
        guard exponent >= 16 else {
            return sign + digits + String(repeating: "0", count: max(0, number.exponent)) + ".0"
        }
        let rest = digits.dropFirst()
        return "\(sign)\(digits.prefix(1))\(rest.isEmpty ? "" : ".\(rest)")e+\(padded(UInt(exponent), width: 2))"
    }
}

/// A decimal number as sign, digits and power of ten: `digits × 10^exponent`. Neither leading nor trailing zeros; the
/// number zero has no digits.
struct DecimalDigits: Hashable {
    var isNegative = false
    /// ASCII digits.
    var digits: [UInt8] = []
    var exponent = 0

    /// Reads `-12.50e3` and the like: an optional sign, digits with at most one point, an optional exponent.
    init?(parsing text: some StringProtocol) {
        var text = String(text)
        guard let number = text.withUTF8({ DecimalDigits(bytes: $0) }) else { return nil }
        self = number
    }

    /// Reads `-12.50e3` and the like; nil where it is anything else. An exponent beyond a billion is cut to a billion.
    init?(bytes: UnsafeBufferPointer<UInt8>) {
        var position = 0
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            position = 1
        }
        var seenDigit = false
        var seenPoint = false
        while position < bytes.count, bytes[position] | 0x20 != UInt8(ascii: "e") {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else if byte &- 0x30 < 10 {
                seenDigit = true
                if byte != 0x30 || !digits.isEmpty { digits.append(byte) }
                if seenPoint { exponent -= 1 }
            } else {
                return nil
            }
            position += 1
        }
        guard seenDigit else { return nil }
        if position < bytes.count {
            guard let power = Self.exponent(bytes, from: position + 1) else { return nil }
            exponent += power
        }
        while digits.last == 0x30 {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { exponent = 0 }
    }

    private static func exponent(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var position = start
        var isNegative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        guard position < bytes.count else { return nil }
        var value = 0
        while position < bytes.count {
            guard bytes[position] &- 0x30 < 10 else { return nil }
            value = min(value * 10 + Int(bytes[position] - 0x30), 1_000_000_000)
            position += 1
        }
        return isNegative ? -value : value
    }

    /// Digits in front of the point (0 for `0.5`).
    var integerDigits: Int { max(0, digits.count + exponent) }

    /// Digits behind the point that an exact spelling needs.
    var scale: Int { max(0, -exponent) }

    /// The unscaled value at `scale`, rounded half to even where it has more digits; nil when it needs more than 38.
    func unscaled(atScale scale: Int) -> Int128? {
        guard !digits.isEmpty else { return 0 }
        let shift = exponent + scale
        guard digits.count + shift <= 38 else { return nil }
        var value: Int128 = 0
        for digit in shift < 0 ? digits.dropLast(min(digits.count, -shift)) : digits[...] {
            value = value * 10 + Int128(digit - 0x30)
        }
        if shift > 0 {
            for _ in 0..<shift { value *= 10 }
        } else if shift < 0, roundsUp(dropping: -shift, isOdd: value & 1 == 1) {
            value += 1
        }
        return isNegative ? -value : value
    }

    private func roundsUp(dropping count: Int, isOdd: Bool) -> Bool {
        // More digits dropped than there are: the number is below a tenth of a unit.
        guard count <= digits.count else { return false }
        let first = digits[digits.count - count]
        if first != UInt8(ascii: "5") { return first > UInt8(ascii: "5") }
        // No trailing zeros are kept, so any further digit puts it above the middle.
        return count > 1 || isOdd
    }
}

extension Decimal128 {
    /// The greatest number of digits that a decimal column holds.
    public static let maximumPrecision = 38

    /// Reads `12.50`, `-1e-3` and the like exactly, keeping zeros behind the point; nil where the text is no number or
    /// needs more than 38 digits.
    public init?(_ text: some StringProtocol) {
        guard let number = DecimalDigits(parsing: text) else { return nil }
        var spelled = number.scale
        if let point = text.firstIndex(of: "."), !text.contains(where: { $0 == "e" || $0 == "E" }) {
            spelled = text.distance(from: point, to: text.endIndex) - 1
        }
        let scale = number.integerDigits + spelled <= Self.maximumPrecision ? spelled : number.scale
        guard number.integerDigits + number.scale <= Self.maximumPrecision,
            let unscaled = number.unscaled(atScale: scale)
        else { return nil }
        self.init(unscaled: unscaled, scale: scale)
    }

    /// The number of digits of the unscaled value, at least 1.
    public var precision: Int { unscaled == 0 ? 1 : String(unscaled.magnitude).utf8.count }

    /// The same number at another scale, rounded half to even; nil when it then needs more than 38 digits.
    public func rescaled(to scale: Int) -> Decimal128? {
        if scale == self.scale { return self }
        return DecimalDigits(self).unscaled(atScale: scale).map { Decimal128(unscaled: $0, scale: scale) }
    }

    /// Whether this number is the lesser one; the scales may differ.
    public func isLess(than other: Decimal128) -> Bool {
        if scale == other.scale { return unscaled < other.unscaled }
        if (unscaled < 0) != (other.unscaled < 0) { return unscaled < other.unscaled }
        let (left, right) = (DecimalDigits(self), DecimalDigits(other))
        return unscaled < 0 ? right.isLessInMagnitude(than: left) : left.isLessInMagnitude(than: right)
    }
}

extension DecimalDigits {
    init(_ decimal: Decimal128) {
        isNegative = decimal.unscaled < 0
        digits = Array(String(decimal.unscaled.magnitude).utf8)
        exponent = -decimal.scale
        while digits.last == 0x30 {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { exponent = 0 }
    }

    func isLessInMagnitude(than other: DecimalDigits) -> Bool {
        guard !digits.isEmpty, !other.digits.isEmpty else { return digits.isEmpty && !other.digits.isEmpty }
        let (ours, theirs) = (digits.count + exponent, other.digits.count + other.exponent)
        return ours == theirs ? digits.lexicographicallyPrecedes(other.digits) : ours < theirs
    }
}
