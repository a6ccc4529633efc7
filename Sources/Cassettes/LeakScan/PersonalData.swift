/// Finds personal data and places of machines in texts by their form.
enum PersonalData {
    /// E-mail addresses that are not of a domain reserved for examples (RFC 2606, RFC 6761).
    static func emails(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for (at, byte) in bytes.enumerated() where byte == UInt8(ascii: "@") {
            var start = at
            while start > 0, isLocalPart(bytes[start - 1]) { start -= 1 }
            var end = at + 1
            while end < bytes.count, isHost(bytes[end]) { end += 1 }
            while end > at + 1, !TextLayers.isAlphanumeric(bytes[end - 1]) { end -= 1 }
            let host = String(decoding: bytes[at + 1..<end], as: UTF8.self).lowercased()
            let local = String(decoding: bytes[start..<at], as: UTF8.self)
            guard !local.isEmpty, host.contains("."), host.split(separator: ".").last.map({ $0.count >= 2 }) ?? false,
                host.last?.isLetter ?? false, local != "git", !isExample(host)
            else { continue }
            found.append(start..<end)
        }
        return found
    }

    /// Digests of e-mail addresses by which pictures of people are found, as Gravatar's.
    static func avatars(in text: String) -> [String] {
        text.matches(of: /\/avatar\/([0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-zA-Z])/).map { String($0.1) }
    }

    private static func isLocalPart(_ byte: UInt8) -> Bool {
        TextLayers.isWord(byte) || [UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-")].contains(byte)
    }

    private static func isHost(_ byte: UInt8) -> Bool {
        TextLayers.isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    /// Whether a host is one of those that nobody has.
    static func isExample(_ host: String) -> Bool {
        let labels = host.split(separator: ".").map(String.init)
        guard let top = labels.last else { return false }
        if ["example", "test", "invalid"].contains(top) { return true }
        guard labels.count >= 2 else { return false }
        return labels[labels.count - 2] == "example" && ["com", "org", "net", "edu"].contains(top)
    }

    /// IPv4 addresses; versions such as `Chrome/120.0.0.0` are none.
    static func addresses(in bytes: [UInt8]) -> [(range: Range<Int>, octets: [Int])] {
        TextLayers.runs(of: bytes) { TextLayers.isDigit($0) || $0 == UInt8(ascii: ".") }.compactMap { range in
            guard range.count >= 7, range.count <= 16 else { return nil }
            if range.lowerBound > 0 {
                let before = bytes[range.lowerBound - 1]
                let isPath =
                    before == UInt8(ascii: "/") && !(range.lowerBound > 1 && bytes[range.lowerBound - 2] == before)
                if TextLayers.isWord(before) || before == UInt8(ascii: "-") || isPath { return nil }
            }
            if range.upperBound < bytes.count, TextLayers.isWord(bytes[range.upperBound]) { return nil }
            var end = range.upperBound
            while bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            let parts = bytes[range.lowerBound..<end].split(
                separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            let octets = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
            guard parts.count == 4, octets.count == 4, octets.allSatisfy({ $0 < 256 }) else { return nil }
            return (range.lowerBound..<end, octets)
        }
    }

    /// What an IPv4 address says.
    enum Scope { case documentation, reserved, isPrivate, isPublic }

    static func scope(_ octets: [Int]) -> Scope {
        switch (octets[0], octets[1], octets[2]) {
        case (192, 0, 2), (198, 51, 100), (203, 0, 113): .documentation
        case (0, _, _), (224..., _, _): .reserved
        case (10, _, _), (127, _, _), (192, 168, _), (172, 16...31, _), (169, 254, _), (100, 64...127, _): .isPrivate
        default: .isPublic
        }
    }

    /// Whether the text is a telephone number in its international form.
    static func isPhone(_ text: String) -> Bool {
        guard text.hasPrefix("+"), text.utf8.allSatisfy({ TextLayers.isDigit($0) || " ()+-./".utf8.contains($0) })
        else { return false }
        return (8...15).contains(text.utf8.count(where: TextLayers.isDigit))
    }

    /// Whether a telephone number is one that no one has: with 555-01 in it, or of zeros.
    static func isFictitiousPhone(_ text: String) -> Bool {
        let digits = text.filter(\.isNumber)
        return digits.contains("55501") || digits.contains("5550") || Set(digits).count <= 2
            || digits.contains("0000000")
    }

    /// Whether the text is the number of a payment card that no vendor published for tests.
    static func isCard(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ TextLayers.isDigit($0) || $0 == 0x20 || $0 == UInt8(ascii: "-") }) else {
            return false
        }
        let digits = text.utf8.filter(TextLayers.isDigit).map { Int($0) - 48 }
        guard (14...19).contains(digits.count), [3, 4, 5, 6].contains(digits[0]) else { return false }
        // Pseudonyms begin with the digits of the best known test number.
        let number = String(digits.map { Character("\($0)") })
        return luhn(digits) && !number.hasPrefix("42424242") && !testCards.contains(number)
    }

    static func luhn(_ digits: [Int]) -> Bool {
        let sum = digits.reversed().enumerated().reduce(0) { sum, item in
            guard item.offset % 2 == 1 else { return sum + item.element }
            return sum + (item.element * 2 > 9 ? item.element * 2 - 9 : item.element * 2)
        }
        return sum % 10 == 0
    }

    static let testCards: Set = [
        "4242424242424242", "4000056655665556", "5555555555554444", "5200828282828210", "378282246310005",
        "371449635398431", "6011111111111117", "3056930009020004", "3566002020360505", "4111111111111111",
        "4012888888881881", "4000000000000002", "5105105105105100", "30569309025904", "38520000023237",
    ]

    /// Whether the text is an account number by ISO 13616 whose check digits are right; those of zeros are made up.
    static func isIBAN(_ text: String) -> Bool {
        let compact = text.filter { $0 != " " }
        guard (15...34).contains(compact.count), compact.prefix(2).allSatisfy({ $0.isASCII && $0.isUppercase }),
            compact.dropFirst(2).prefix(2).allSatisfy({ $0.isASCII && $0.isNumber }),
            compact.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) })
        else { return false }
        let body = compact.dropFirst(4)
        return body.contains { $0 != "0" && $0 != "X" } && remainder(compact) == 1
    }

    /// The remainder of an account number by 97.
    static func remainder(_ compact: String) -> Int {
        (compact.dropFirst(4) + compact.prefix(4)).reduce(0) { remainder, character in
            let value = Int(String(character), radix: 36) ?? 0
            return (remainder * (value > 9 ? 100 : 10) + value) % 97
        }
    }
}
