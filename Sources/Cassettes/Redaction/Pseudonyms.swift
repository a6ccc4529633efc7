import Columns
import Crypto
import Foundation

/// Other values in place of people's: the same for the same, different for different, and of the same form.
///
/// A pseudonym is a function of the value and of a key that stays outside the repository (HMAC-SHA-256), so joins hold
/// over tables, states and recordings, and nobody without the key can try out who is behind one.
public struct Pseudonyms: Sendable {
    private let key: SymmetricKey
    private var byValue: [String: String] = [:]
    private var taken: [String: String] = [:]

    /// - Parameter key: at least 16 bytes; see ``fingerprint``.
    public init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    /// Tells whether two recordings used the same key, without telling the key.
    public var fingerprint: String {
        let code = HMAC<SHA256>.authenticationCode(for: Data("fingerprint".utf8), using: key)
        return Hexadecimal.text(code.prefix(6))
    }

    /// The pseudonym of a value.
    ///
    /// An account may be named by an e-mail address, and stays one then: anything else of its form would be taken for one.
    mutating func pseudonym(_ kind: PersonalKind?, _ value: String) -> String {
        let parts = value.split(separator: "@", omittingEmptySubsequences: false)
        let isAddress = parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".")
        let kind = kind == .name && isAddress ? .email : kind
        let canonical = kind == .email ? value.lowercased() : value
        let name = (kind?.rawValue ?? "token") + "\0" + canonical
        if let known = byValue[name] { return known }
        var counter = 0
        var result = form(kind, value, digest(name, counter))
        while let other = taken[result], other != canonical, counter < 64 {
            counter += 1
            result = form(kind, value, digest(name, counter))
        }
        byValue[name] = result
        taken[result] = canonical
        return result
    }

    /// A number of six digits for a fake that has to be told from others of its name.
    func number(_ value: String) -> Int {
        digest("number\0" + value, 0).prefix(3).reduce(0) { $0 << 8 | Int($1) } % 900_000 + 100_000
    }

    private func digest(_ name: String, _ counter: Int) -> [UInt8] {
        // Long enough for the longest form: one block after the other.
        var bytes: [UInt8] = []
        for block in 0..<4 {
            bytes += HMAC<SHA256>.authenticationCode(for: Data("\(name)\0\(counter)\0\(block)".utf8), using: key)
        }
        return bytes
    }

    private func form(_ kind: PersonalKind?, _ value: String, _ hash: [UInt8]) -> String {
        switch kind {
        case .email: "p-\(Self.letters(hash, 10))@example.com"
        case .phone: Self.phone(value, hash)
        case .ip: Self.address(value, hash)
        case .card: Self.card(value, hash)
        case .iban: Self.iban(value, hash)
        case .name: Self.name(value, hash)
        case .address, .identity, .text: Self.filler(value, hash)
        case nil: Self.token(value, hash)
        }
    }

    /// Lower-case letters and digits: two classes of characters, which no scanner takes for a key.
    private static func letters(_ hash: [UInt8], _ count: Int) -> String {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
        return String((0..<count).map { alphabet[Int(hash[$0 % hash.count]) % 32] })
    }

    /// The digits replaced from the left by 555 01, which no one has, and digits of the hash.
    private static func phone(_ value: String, _ hash: [UInt8]) -> String {
        let count = value.count(where: \.isNumber)
        let start = count >= 7 ? [5, 5, 5, 0, 1] : []
        let digits = start + (start.count..<max(count, start.count)).map { Int(hash[$0 % hash.count]) % 10 }
        return replacingDigits(value, digits)
    }

    private static func replacingDigits(_ value: String, _ digits: [Int]) -> String {
        var index = 0
        return String(
            value.map { character in
                guard character.isNumber, index < digits.count else { return character }
                defer { index += 1 }
                return Character("\(digits[index])")
            })
    }

    private static func address(_ value: String, _ hash: [UInt8]) -> String {
        if value.contains(":") { return "2001:db8::" + hash.prefix(2).map { String(format: "%x", $0) }.joined() }
        let networks = ["192.0.2", "198.51.100", "203.0.113"]
        return "\(networks[Int(hash[0]) % 3]).\(Int(hash[1]) % 254 + 1)"
    }

    private static func card(_ value: String, _ hash: [UInt8]) -> String {
        let count = value.count(where: \.isNumber)
        var digits = [4, 2, 4, 2, 4, 2, 4, 2] + (8..<count).map { Int(hash[$0]) % 10 }
        for last in 0..<10 {
            digits[count - 1] = last
            if PersonalData.luhn(digits) { break }
        }
        return replacingDigits(value, digits)
    }

    private static func iban(_ value: String, _ hash: [UInt8]) -> String {
        let compact = value.filter { $0 != " " }
        let body = "00000000" + (12..<max(12, compact.count)).map { "\(Int(hash[$0]) % 10)" }.joined()
        let country = compact.prefix(2)
        let check = 98 - PersonalData.remainder(country + "00" + body)
        return country + String(format: "%02d", check) + body
    }

    /// Words that can be spoken, as long and as capital as those of the value; one that is not ASCII stays so.
    private static func name(_ value: String, _ hash: [UInt8]) -> String {
        let consonants = Array("bdfgklmnprstvz")
        let vowels = Array("aeiou")
        var index = 0
        var place = 0
        return String(
            value.map { character in
                guard character.isLetter else {
                    place = 0
                    return character
                }
                defer {
                    index += 1
                    place += 1
                }
                let byte = Int(hash[index % hash.count])
                if !character.isASCII {
                    return character.unicodeScalars.first.map { $0.value > 0x2E80 } == true ? "語" : "é"
                }
                let letter = place % 2 == 0 ? consonants[byte % consonants.count] : vowels[byte % vowels.count]
                return character.isUppercase ? Character(letter.uppercased()) : letter
            })
    }

    /// As long as the value, with its spaces, lines and marks; letters and digits are others.
    private static func filler(_ value: String, _ hash: [UInt8]) -> String {
        let letters = Array("etaoinshrdlu")
        return String(
            value.enumerated().map { index, character in
                let byte = Int(hash[index % hash.count]) &+ index / hash.count
                if character.isASCII, character.isNumber { return Character("\(byte % 10)") }
                // An address must not stay one.
                guard character.isLetter || character == "@" else { return character }
                if !character.isASCII {
                    return character.unicodeScalars.first.map { $0.value > 0x2E80 } == true ? "語" : "é"
                }
                let letter = letters[byte % letters.count]
                return character.isUppercase ? Character(letter.uppercased()) : letter
            })
    }

    /// A token of the same length and prefix, in a part of its alphabet; it ends in zeros, so that nobody takes it for a
    /// key. A UUID stays one, of its version.
    private static func token(_ value: String, _ hash: [UInt8]) -> String {
        let bytes = Array(value.utf8)
        let hex = Hexadecimal.text(hash)
        if LeakWalk.isUUID(bytes[...]) {
            let digits = Array(hex)
            return String(value.enumerated().map { $1 == "-" || $0 == 14 || $0 == 19 ? $1 : digits[$0] })
        }
        let prefix = value.lastIndex(where: { $0 == "_" || $0 == "-" }).map { value[...$0] } ?? ""
        let start = prefix.count <= 8 ? String(prefix) : ""
        let count = value.count - start.count
        let isHex = value.utf8.allSatisfy { Hexadecimal.digit($0) != nil }
        let isUpper = !value.utf8.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        var body = isHex ? String(hex.prefix(min(count, 12))) : letters(hash, min(count, 12))
        body += String(repeating: "0", count: max(0, count - body.count))
        return start + (isUpper ? body.uppercased() : body)
    }
}
