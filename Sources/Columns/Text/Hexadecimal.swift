/// Bytes as pairs of hexadecimal digits.
package enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two digits for each byte, in lower case.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(digits[Int(byte &>> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that pairs of digits stand for, in either case; nil for any other text.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? { bytes(digits: text.utf8) }

    /// The same of digits as bytes of a text.
    package static func bytes(digits: some Sequence<UInt8>) -> [UInt8]? {
        let halves = digits.map(digit)
        guard halves.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(halves.count / 2)
        for index in stride(from: 0, to: halves.count, by: 2) {
            guard let high = halves[index], let low = halves[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The value of a digit, in either case; nil for any other character.
    package static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x37
        case 0x61...0x66: character - 0x57
        default: nil
        }
    }
}
