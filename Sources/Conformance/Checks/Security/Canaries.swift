import Cassettes
import Columns
import Foundation
import Tributary

/// The secrets of a case, and every form in which one could get out.
struct Canaries: Sendable {
    struct Leak: Sendable {
        /// Which secret, without it: its place among those of the config.
        var secret: Int
        /// In which form it was found.
        var form: String
    }

    private struct Form: Sendable {
        let secret: Int
        let name: String
        let text: String
    }

    let secrets: [String]
    private let forms: [Form]

    init(_ secrets: [String]) {
        // A text of fewer than six characters occurs by chance.
        let usable = Set(secrets).filter { $0.utf8.count >= 6 }.sorted()
        self.secrets = usable
        forms = usable.enumerated().flatMap { index, secret in
            Self.forms(of: secret).map { Form(secret: index, name: $0.0, text: $0.1) }
        }
    }

    /// The first form of a secret that stands in a text.
    func leak(in text: String) -> Leak? {
        let found = forms.first { text.containsBytes(of: $0.text) }
        return found.map { Leak(secret: $0.secret, form: $0.name) }
    }

    /// The same in bytes that may be no text.
    func leak(in bytes: [UInt8]) -> Leak? { leak(in: String(decoding: bytes, as: UTF8.self)) }

    /// A text with every form of every secret masked.
    func masked(_ text: String) -> String {
        forms.sorted { $0.text.utf8.count > $1.text.utf8.count }.reduce(text) {
            $0.replacing($1.text, with: Secret.mask)
        }
    }

    private static func forms(of secret: String) -> [(String, String)] {
        let bytes = Array(secret.utf8)
        var forms = [("plain", secret)]
        forms.append(("percent-encoded", percent(secret)))
        for offset in 0..<3 { forms.append(("base64", base64Core(bytes, offset: offset))) }
        for offset in 0..<3 { forms.append(("base64url", urlSafe(base64Core(bytes, offset: offset)))) }
        let hex = Hexadecimal.text(bytes)
        forms += [("hex", hex), ("hex", hex.uppercased())]
        let escaped = JSONValue.string(secret).text
        forms.append(("JSON-escaped", String(escaped.dropFirst().dropLast())))
        forms.append(("reversed", String(secret.reversed())))
        forms += parts(of: secret)
        var seen: Set<String> = []
        return forms.filter { $0.1.utf8.count >= 6 && seen.insert($0.1).inserted }
    }

    /// Parts that nobody but the holder of the secret could know.
    private static func parts(of secret: String) -> [(String, String)] {
        if StrongSecret.isOne(secret) { return StrongSecret.parts(of: secret).map { ("in part", $0) } }
        guard secret.count >= 12 else { return [] }
        // The first letters of a key say what kind it is and are no secret; of a made-up one they are all alike.
        var parts = [("truncated to its beginning", String(secret.prefix(secret.count - 3)))]
        // A connection string or a URL says many things that are no secret.
        if secret.contains(where: { "/@ \n".contains($0) }) { return parts }
        parts.append(("truncated to its end", String(secret.suffix(8))))
        guard secret.count >= 14 else { return parts }
        let letters = Array(secret)
        for start in 4...(letters.count - 10) { parts.append(("in part", String(letters[start..<(start + 10)]))) }
        return parts
    }

    private static func percent(_ text: String) -> String { PercentEncoding.encode(text) }

    /// The letters of a base64 text that depend on the secret alone, whatever stands `offset` bytes before it.
    private static func base64Core(_ bytes: [UInt8], offset: Int) -> String {
        let text = Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedString()
        let head = [0, 2, 3][offset]
        let used = (offset + bytes.count) * 8 / 6
        return String(text.dropFirst(head).prefix(max(0, used - head)))
    }

    private static func urlSafe(_ text: String) -> String {
        text.replacing("+", with: "-").replacing("/", with: "_")
    }
}

extension CheckCase {
    /// The secrets of the config and of its OAuth accounts.
    var canaries: Canaries {
        let stored = accounts.flatMap { account in
            [account.accessToken, account.refreshToken, account.clientSecret].compactMap { $0?.revealed }
        }
        let strong = HostTaint.texts(of: .object(config), at: []).map(\.value).filter(StrongSecret.isOne)
        return Canaries(secrets + strong + stored + Self.secrets(of: source.form.fields, in: .object(config)))
    }

    /// The values of the form's secret fields.
    private static func secrets(of fields: [FormField], in value: JSONValue) -> [String] {
        fields.flatMap { field -> [String] in
            let inner = (field.fields ?? []) + (field.options ?? []).flatMap { $0.fields ?? [] }
            let own = field.secret == true ? [value[field.name]?.string].compactMap { $0 } : []
            return own + secrets(of: inner, in: value[field.name] ?? value)
        }
    }
}
