#if PostgreSQL
    import Columns

    /// A numeric value in PostgreSQL's binary form (src/backend/utils/adt/numeric.c, numeric_send): digits in base
    /// 10,000, the weight of the first one, a sign, and the number of decimal digits behind the point to show.
    struct PostgresNumeric {
        private let digits: UnsafeRawPointer
        private let count: Int
        private let weight: Int
        private let sign: UInt16
        private let displayScale: Int

        init(_ bytes: UnsafeRawPointer, _ length: Int) throws {
            guard length >= 8 else { throw PostgresDecoder.broken("a numeric has \(length) bytes") }
            count = Int(UInt16(bigEndian: bytes.loadUnaligned(as: UInt16.self)))
            weight = Int(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: Int16.self)))
            sign = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
            displayScale = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self)))
            digits = bytes + 8
            guard length == 8 + 2 * count else { throw PostgresDecoder.broken("a numeric has \(length) bytes") }
        }

        /// NaN and, since PostgreSQL 14, the infinities.
        var isNaN: Bool { sign & 0xC000 == 0xC000 }

        @inline(__always) private func digit(_ index: Int) -> Int {
            Int(UInt16(bigEndian: digits.loadUnaligned(fromByteOffset: 2 &* index, as: UInt16.self)))
        }

        /// The value times 10^`scale`, rounded half-even where it has more decimal digits; nil beyond 38 digits.
        @inline(__always) func unscaled(scale: Int) -> Int128? {
            if count == 0 { return 0 }
            let last = 4 &* (weight &- count &+ 1) &+ scale
            // The usual case: at most 16 digits, with room for the scale.
            if count <= 4, last <= 3, last > -4 {
                var sum: Int64 = 0
                for index in 0..<count { sum = sum &* 10_000 &+ Int64(digit(index)) }
                if last >= 0 {
                    let value = Int128(sum) &* Int128(Self.smallPowers[last])
                    return sign == 0x4000 ? -value : value
                }
                let divisor = Self.smallPowers[-last]
                if sum % divisor == 0 {
                    let value = Int128(sum / divisor)
                    return sign == 0x4000 ? -value : value
                }
            }
            return wideUnscaled(scale: scale)
        }

        private static let smallPowers: [Int64] = [1, 10, 100, 1_000]

        private func wideUnscaled(scale: Int) -> Int128? {
            var sum: UInt128 = 0
            var rounding = Rounding()
            for index in 0..<count {
                let exponent = 4 * (weight - index) + scale
                guard exponent > -4 else {
                    rounding.drop(digit(index), of: 10_000, isAdjacent: exponent == -4)
                    continue
                }
                let unit = exponent >= 0 ? 1 : Self.smallPowers[-exponent]
                let kept = UInt128(digit(index)) / UInt128(unit)
                let factor: UInt128 = 10_000 / UInt128(unit)
                guard let next = Self.multiply(sum, factor, adding: kept) else { return nil }
                sum = next
                if unit > 1 { rounding.drop(digit(index) % Int(unit), of: Int(unit), isAdjacent: true) }
            }
            let last = 4 * (weight - count + 1) + scale
            for _ in 0..<max(last, 0) {
                guard last <= 76, let next = Self.multiply(sum, 10, adding: 0) else { return nil }
                sum = next
            }
            if rounding.roundsUp(odd: sum & 1 == 1) { sum += 1 }
            guard sum < Self.limit else { return nil }
            return sign == 0x4000 ? -Int128(sum) : Int128(sum)
        }

        /// 10^38: the first number with 39 digits.
        private static let limit: UInt128 = (0..<38).reduce(1) { power, _ in power * 10 }

        private static func multiply(_ left: UInt128, _ right: UInt128, adding rest: UInt128) -> UInt128? {
            let (product, overflow) = left.multipliedReportingOverflow(by: right)
            let (sum, carry) = product.addingReportingOverflow(rest)
            return overflow || carry ? nil : sum
        }

        /// What is cut off behind the last digit kept: less than, equal to or more than a half.
        private struct Rounding {
            private var isHalf = false
            private var isMore = false
            private var seen = false

            /// Takes a group of dropped digits, worth `group / base` of the last kept place if it is the first one.
            mutating func drop(_ group: Int, of base: Int, isAdjacent: Bool) {
                if !seen, isAdjacent {
                    isMore = group > base / 2
                    isHalf = group == base / 2
                } else if isHalf, group > 0 {
                    isMore = true
                    isHalf = false
                }
                seen = true
            }

            func roundsUp(odd: Bool) -> Bool { isMore || (isHalf && odd) }
        }

        /// All digits, as the server would print them.
        var text: String {
            var text = sign == 0x4000 ? "-" : ""
            if weight < 0 {
                text += "0"
            } else {
                for index in 0...weight {
                    let group = index < count ? digit(index) : 0
                    text += index == 0 ? String(group) : Self.padded(group)
                }
            }
            guard displayScale > 0 else { return text }
            var fraction = ""
            var index = weight + 1
            while fraction.count < displayScale {
                fraction += index >= 0 && index < count ? Self.padded(digit(index)) : "0000"
                index += 1
            }
            return text + "." + fraction.prefix(displayScale)
        }

        private static func padded(_ group: Int) -> String {
            let digits = String(group)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
    }

    extension Decimal128 {
        /// The spelling without zeros at the end of the fraction.
        var plainText: String {
            var copy = self
            while copy.scale > 0, copy.unscaled % 10 == 0 {
                copy.unscaled /= 10
                copy.scale -= 1
            }
            return copy.description
        }
    }
#endif
