/// Percent-encoding as RFC 3986, section 2, has it: everything but the unreserved characters.
///
/// For readers that build a path themselves. Places in the path of a ``RESTEndpoint`` and the items of a `query` are encoded
/// by the runtime.
public enum PercentEncoding {
    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// The text as one segment of a path, or as one name or value of a query: a slash, a blank, a question mark or a percent
    /// sign in it stays a part of it.
    ///
    /// ```swift
    /// let path = "/devices/\(PercentEncoding.encode("SN/2 x"))/readings"  // /devices/SN%2F2%20x/readings
    /// ```
    public static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if unreserved.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text with `%XX` undone and, if asked, `+` read as a blank; malformed escapes stay as they are.
    package static func decode(_ text: Substring, plusIsBlank: Bool = false) -> String {
        var bytes: [UInt8] = []
        let source = Array(text.utf8)
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
                let value = UInt8(String(decoding: source[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                index += 3
            } else {
                bytes.append(plusIsBlank && source[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Base 64 as RFC 4648, section 4, has it.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let padded = Array(group) + Array(repeating: 0, count: 3 - group.count)
            let bits = UInt32(padded[0]) << 16 | UInt32(padded[1]) << 8 | UInt32(padded[2])
            for place in 0..<4 {
                let digit = Int(bits >> (18 - 6 * UInt32(place))) & 63
                out.append(place > group.count ? UInt8(ascii: "=") : alphabet[digit])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
