import Columns

/// The rules that judge one text.
extension LeakWalk {
    /// Rule 3: the name says credential, and the value is no declared fake.
    mutating func credential(_ text: String, name: String, place: String, offset: Int?) {
        guard !name.isEmpty, let secrecy = FieldWords(name).secrecy, !Self.isHarmless(text) else { return }
        if secrecy == .likely, text.utf8.count < 8 || Self.isWordLike(text) { return }
        add(.credentialName, "a value named '\(name)' that is no declared fake", text, place: place, offset: offset)
    }

    /// A declared fake, behind a scheme or in base 64 as well; nothing; a mask.
    static func isHarmless(_ text: String) -> Bool {
        if text.utf8.count < 3 || isFake(text) || text.allSatisfy({ "*•xX.-".contains($0) }) { return true }
        if text.hasPrefix("{") || ["true", "false", "null", "none"].contains(text.lowercased()) { return true }
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        if parts.count == 2, ["bearer", "token", "basic", "key", "apikey", "sso-key"].contains(parts[0].lowercased()) {
            return isHarmless(parts[1])
        }
        // Of "name=value" and "user:password" the last part counts.
        if let last = text.split(whereSeparator: { ":=".contains($0) }).last, last.count < text.count,
            isFake(String(last))
        {
            return true
        }
        let layers = TextLayers.layers(in: Array(text.utf8))
        guard let layer = layers.first, layer.range.count == text.utf8.count else { return false }
        let inside = String(decoding: layer.content, as: UTF8.self)
        return inside.split(separator: ":").last.map { isFake(String($0)) } ?? false
    }

    /// Whether it is a text that ``FakeSecret`` makes: `fake-`, words, a number.
    static func isFake(_ text: String) -> Bool {
        guard text.hasPrefix("fake-"), let dash = text.lastIndex(of: "-") else { return false }
        return text[text.index(after: dash)...].allSatisfy(\.isNumber)
            && text.utf8.allSatisfy { TextLayers.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    /// A word, a moment, a URL: what a field named `auth` or `session` may hold without being a credential.
    private static func isWordLike(_ text: String) -> Bool {
        if text.contains(" ") || text.contains("://") || text.hasPrefix("/") { return true }
        let letters = text.utf8.filter { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }.count
        if letters + text.utf8.count(where: { "_-.".utf8.contains($0) }) == text.utf8.count { return true }
        return TimestampParser.microseconds(text) != nil || Int64(text) != nil
    }

    /// Rule 1: what was replaced is still there.
    mutating func originals(_ bytes: [UInt8], place: String, offset: Int?) {
        for match in scanner.originals.matches(in: bytes) {
            let value = String(decoding: bytes[match.range], as: UTF8.self)
            add(.original, "a value of the recorded account", value, place: place, offset: offset)
        }
    }

    /// Rule 2: forms of known keys; Basic and Bearer values that are no fakes; URLs with a password.
    mutating func shapes(_ bytes: [UInt8], place: String, offset: Int?) {
        for match in TokenShape.matches(in: bytes) {
            let value = String(decoding: bytes[match.range], as: UTF8.self)
            let rule: LeakFinding.Rule = value.contains("fake-") ? .ownFake : .knownShape
            add(rule, match.what, value, place: place, offset: offset)
        }
        for scheme in ["Basic ", "Bearer "] where bytes.starts(with: scheme.utf8) {
            let value = String(decoding: bytes.dropFirst(scheme.utf8.count), as: UTF8.self)
            if value.utf8.count >= 8, !value.contains(" "), !Self.isHarmless(value) {
                add(.knownShape, "a \(scheme)credential", value, place: place, offset: offset)
            }
        }
        if let password = Self.password(in: bytes) {
            add(.knownShape, "a URL with a password", password, place: place, offset: offset)
        }
    }

    /// The password of `scheme://user:password@host`.
    private static func password(in bytes: [UInt8]) -> String? {
        let mark = Array("://".utf8)
        for index in bytes.indices where bytes[index] == mark[0] && bytes[index...].starts(with: mark) {
            let rest = bytes[(index + 3)...].prefix { !"/ \"'?#<>".utf8.contains($0) }
            guard let at = rest.lastIndex(of: UInt8(ascii: "@")), let colon = rest[..<at].firstIndex(of: 0x3A) else {
                continue
            }
            let password = String(decoding: rest[(colon + 1)..<at], as: UTF8.self)
            if !password.isEmpty, !isHarmless(password) { return password }
        }
        return nil
    }

    /// Rules 5 and 6: people and places.
    mutating func personal(_ text: String, _ bytes: [UInt8], name: String, place: String, offset: Int?) {
        for range in PersonalData.emails(in: bytes) {
            let value = String(decoding: bytes[range], as: UTF8.self)
            // The path of a member, such as data.@links.next: the recorder and models name places by it.
            if value.contains(".@") { continue }
            add(.personal, "an e-mail address", value, place: place, offset: offset)
        }
        for address in PersonalData.addresses(in: bytes) {
            let value = String(decoding: bytes[address.range], as: UTF8.self)
            switch PersonalData.scope(address.octets) {
            case .isPublic: add(.personal, "a public IP address", value, place: place, offset: offset)
            case .isPrivate: add(.place, "a private IP address", value, place: place, offset: offset)
            case .documentation, .reserved: break
            }
        }
        let words = FieldWords(name)
        if PersonalData.isPhone(text) || (words.person == .phone && text.filter(\.isNumber).count >= 7),
            !PersonalData.isFictitiousPhone(text)
        {
            add(.personal, "a telephone number", text, place: place, offset: offset)
        }
        if PersonalData.isCard(text), !words.isIdentifier || words.has("card") {
            add(.personal, "the number of a payment card", text, place: place, offset: offset)
        }
        if PersonalData.isIBAN(text), !text.contains("000000") {
            add(.personal, "an account number", text, place: place, offset: offset)
        }
        places(text, place: place, offset: offset)
    }

    private mutating func places(_ text: String, place: String, offset: Int?) {
        for start in ["/home/", "/Users/", "/root/", "C:\\Users\\"] {
            guard let range = text.firstRange(of: start) else { continue }
            let rest = text[range.lowerBound...].prefix { !" \"'<>,;".contains($0) }
            let before = text[..<range.lowerBound].last
            let isWhole = before.map { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "/") } ?? true
            if rest.count > start.count, isWhole {
                add(.place, "a path of a machine", String(rest), place: place, offset: offset)
            }
        }
        for name in scanner.places where text.contains(name) {
            add(.place, "the name of this machine or its user", name, place: place, offset: offset)
        }
        if let host = Self.internalHost(in: text) {
            add(.place, "a host of an internal network", host, place: place, offset: offset)
        }
    }

    /// The host of a URL that only an internal network knows.
    static func internalHost(in text: String) -> String? {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let authority = text[mark.upperBound...].prefix { !"/?# \"'<>".contains($0) }
        let host = (authority.split(separator: "@").last ?? "").prefix { $0 != ":" }.lowercased()
        let ends = [".internal", ".local", ".corp", ".lan", ".intranet", ".localdomain"]
        return ends.contains { host.hasSuffix($0) } || host == "localhost" ? host : nil
    }

    /// Rule 4: runs too random for a text.
    mutating func entropy(_ bytes: [UInt8], name: String, place: String, offset: Int?) {
        if FieldWords(name).isIdentifier { return }
        // What decodes to text is judged by what it says.
        let readable = TextLayers.layers(in: bytes).map(\.range)
        for range in TextLayers.runs(of: bytes, TextLayers.isBase64)
        where Self.isRandom(bytes[range]) && !readable.contains(range) {
            let value = String(decoding: bytes[range], as: UTF8.self)
            add(.entropy, "a value too random for a text", value, place: place, offset: offset)
        }
    }

    /// Whether a run of base 64 or hexadecimal is as random as keys are. UUIDs, paths and made up values are not.
    static func isRandom(_ run: ArraySlice<UInt8>) -> Bool {
        guard run.count >= 20 else { return false }
        if run.allSatisfy({ Hexadecimal.digit($0) != nil }) {
            return run.count >= 32 && run.contains { !TextLayers.isDigit($0) } && TextLayers.entropy(run) >= 3
        }
        if isUUID(run) || isPath(run) || run.starts(with: "fake-".utf8) { return false }
        let classes = [
            run.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) },
            run.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) },
            run.contains(where: TextLayers.isDigit), run.contains { "+/=".utf8.contains($0) },
        ]
        return classes.count { $0 } >= 3 && TextLayers.entropy(run) >= 4
    }

    static func isUUID(_ run: ArraySlice<UInt8>) -> Bool {
        let groups = run.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.allSatisfy { Hexadecimal.digit($0) != nil } }
    }

    /// A path or a phrase: parts of it are words.
    private static func isPath(_ run: ArraySlice<UInt8>) -> Bool {
        let parts = run.split { "/-_=+".utf8.contains($0) }
        guard parts.count > 1 else { return false }
        let words = parts.count { part in
            part.count <= 2 || part.allSatisfy(TextLayers.isDigit)
                || part.dropFirst().allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        }
        return words * 2 >= parts.count
    }
}
