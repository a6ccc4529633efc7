import Columns
import Foundation
import Tributary

extension Redaction {
    /// What becomes of a value as a whole; nil when only parts of it may have to go, a nil replacement keeps it.
    mutating func decision(
        _ text: String, _ place: RedactionRules.Rule.Place, path: [String], isError: Bool
    ) -> (replacement: String?, rule: String)? {
        if let rule = rule(place, path) {
            switch rule.action {
            case .keep: return (nil, "keep")
            case .drop: return ("", "drop")
            case .fake: return (fake(text, name: path.last ?? "value"), "rule:fake")
            case .pseudonym:
                return (pseudonyms.pseudonym(rule.kind, text), "pseudonym:\(rule.kind?.rawValue ?? "token")")
            }
        }
        let words = FieldWords(path.last ?? "")
        if words.secrecy == .certain || (words.secrecy == .likely && LeakWalk.isRandom(Array(text.utf8)[...])) {
            return LeakWalk.isHarmless(text) ? nil : (fake(text, name: path.last ?? ""), "session-secret")
        }
        if isError { return nil }
        guard let kind = kind(text, words, place), kind != .name || isName(text) else { return nil }
        return (pseudonyms.pseudonym(kind, text), "pseudonym:\(kind.rawValue)")
    }

    private func fake(_ text: String, name: String) -> String {
        "fake-\(FieldWords(name).words.joined(separator: "-"))-\(pseudonyms.number(text))"
    }

    /// The kind of personal data that a whole value is, by its name and form.
    private func kind(_ text: String, _ words: FieldWords, _ place: RedactionRules.Rule.Place) -> PersonalKind? {
        if PersonalData.isPhone(text), !PersonalData.isFictitiousPhone(text) { return .phone }
        if PersonalData.isCard(text), !words.isIdentifier { return .card }
        if PersonalData.isIBAN(text), !text.contains("000000") { return .iban }
        switch words.person {
        case .email: return nil  // By its form, wherever it stands.
        case .phone: return text.count(where: \.isNumber) >= 7 && !PersonalData.isFictitiousPhone(text) ? .phone : nil
        case .ip: return nil
        case let kind?: return kind
        case nil: return place == .json && Self.isProse(text, words) ? .text : nil
        }
    }

    /// Whether a text may be a person's name, and no word that the API itself is made of: that one would change wherever
    /// it stands, in paths too.
    func isName(_ text: String) -> Bool {
        !vocabulary.contains(text.lowercased()) && !text.contains("://") && TimestampParser.microseconds(text) == nil
    }

    /// Whether an answer tells of an error under a member of its own, such as GraphQL does. What has an id is a row.
    static func isError(_ member: RawJSON.Member, beside members: [RawJSON.Member]) -> Bool {
        guard ["error", "errors", "err"].contains(member.name.lowercased()),
            !members.contains(where: { $0.name == "id" })
        else { return false }
        guard case .array(let elements) = member.value else { return true }
        return !elements.contains { element in
            guard case .object(let members) = element else { return false }
            return members.contains { $0.name == "id" }
        }
    }

    /// Whether a text is somebody's words: more than a few under a name that says so; under another name long, with
    /// spaces, and no moment, URL or code.
    private static func isProse(_ text: String, _ words: FieldWords) -> Bool {
        if words.isProse, text.first != "{", text.first != "[" {
            // Scripts without spaces have no more than a few words in so many characters.
            let isLong = text.unicodeScalars.contains { $0.value > 0x2E80 } && text.count > 12
            return isLong || text.split(whereSeparator: \.isWhitespace).count > 3
        }
        guard text.count > 40, !words.isIdentifier, !text.contains("://") || text.count > 120 else { return false }
        let spaces = text.count { $0 == " " || $0 == "\n" }
        return spaces >= 4 && text.first != "{" && text.first != "["
    }

    /// Parts of a text that have to go by their form: e-mail addresses, IP addresses, keys of known forms, runs too random
    /// for a text.
    mutating func collectForms(_ text: String, name: String) {
        let bytes = Array(text.utf8)
        for range in PersonalData.emails(in: bytes) {
            let value = String(decoding: bytes[range], as: UTF8.self)
            replacements.add(value, pseudonyms.pseudonym(.email, value), rule: "pseudonym:email")
        }
        for address in PersonalData.addresses(in: bytes) where PersonalData.scope(address.octets) == .isPublic {
            let value = String(decoding: bytes[address.range], as: UTF8.self)
            replacements.add(value, pseudonyms.pseudonym(.ip, value), rule: "pseudonym:ip")
        }
        avatars.formUnion(PersonalData.avatars(in: text))
        for match in TokenShape.matches(in: bytes) {
            let value = String(decoding: bytes[match.range], as: UTF8.self)
            replacements.add(value, fake(value, name: "token"), rule: "known-shape")
        }
        collectRandom(bytes, name: name)
        for layer in TextLayers.layers(in: bytes) where !Inflate.isGzip(layer.content) {
            collectForms(String(decoding: layer.content, as: UTF8.self), name: name)
        }
        if let unescaped = TextLayers.unescaped(text) { collectForms(unescaped, name: name) }
    }

    private mutating func collectRandom(_ bytes: [UInt8], name: String) {
        guard !FieldWords(name).isIdentifier else { return }
        let readable = TextLayers.layers(in: bytes).map(\.range)
        for range in TextLayers.runs(of: bytes, TextLayers.isBase64)
        where LeakWalk.isRandom(bytes[range]) && !readable.contains(range) {
            let value = String(decoding: bytes[range], as: UTF8.self)
            replacements.add(value, pseudonyms.pseudonym(nil, value), rule: "high-entropy")
        }
    }

    /// The fields that the source sends, in lower case, but for those that are never compared.
    static func compared(_ exchanges: [CapturedExchange]) -> [String] {
        var names: Set<String> = []
        for exchange in exchanges {
            for field in exchange.requestHeaders {
                let name = field.name.lowercased()
                if name != "authorization", !MatchRules.neverCompared.contains(name), name != "content-type" {
                    names.insert(name)
                }
            }
        }
        return names.sorted()
    }
}
