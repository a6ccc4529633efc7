/// Percent-encoding as RFC 3986, section 2, has it.
enum PercentCoding {
    /// The bytes with everything but unreserved characters escaped, in upper-case hexadecimal.
    static func encoded(_ bytes: [UInt8]) -> String {
        bytes.reduce(into: "") { text, byte in
            if isUnreserved(byte) { text.append(Character(Unicode.Scalar(byte))) } else { text += escape(byte) }
        }
    }

    /// The bytes of a query's name or value: `+` is a space, escapes are undone, a broken escape stands for itself.
    static func decodedQuery(_ text: some StringProtocol) -> [UInt8] {
        var bytes: [UInt8] = []
        forEach(in: text) { byte, isEscaped in
            bytes.append(!isEscaped && byte == UInt8(ascii: "+") ? 0x20 : byte)
        }
        return bytes
    }

    /// A path with the escapes of unreserved characters undone and the others in upper case.
    static func normalizedPath(_ text: some StringProtocol) -> String {
        var path: [UInt8] = []
        forEach(in: text) { byte, isEscaped in
            if isEscaped && !isUnreserved(byte) {
                path.append(contentsOf: escape(byte).utf8)
            } else {
                path.append(byte)
            }
        }
        return String(decoding: path, as: UTF8.self)
    }

    private static func forEach(in text: some StringProtocol, _ body: (_ byte: UInt8, _ isEscaped: Bool) -> Void) {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2])
            {
                body(high << 4 | low, true)
                index += 3
            } else {
                body(bytes[index], false)
                index += 1
            }
        }
    }

    private static func escape(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF")
        return "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
