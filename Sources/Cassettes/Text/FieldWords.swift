/// What the name of a member, header, parameter or column says about its value.
///
/// Names are split into words (`clientSecret`, `client-secret` and `CLIENT_SECRET` are the same two), so that `author`
/// is not taken for `auth`, and `tokens_used` not for a token.
struct FieldWords {
    let words: [String]
    let name: String

    init(_ name: String) {
        self.name = name
        var words: [String] = []
        var word = ""
        var wasLower = false
        for character in name {
            let isLetter = character.isASCII && (character.isLetter || character.isNumber)
            if !isLetter || (character.isUppercase && wasLower) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if isLetter { word += character.lowercased() }
            wasLower = isLetter && !character.isUppercase
        }
        if !word.isEmpty { words.append(word) }
        self.words = words
    }

    /// Whether the words come one right after the other.
    func has(_ phrase: String...) -> Bool { contains(phrase) }

    private func contains(_ phrase: [String]) -> Bool {
        guard words.count >= phrase.count else { return false }
        return (0...words.count - phrase.count).contains { Array(words[$0..<$0 + phrase.count]) == phrase }
    }

    private func hasAny(_ candidates: Set<String>) -> Bool { words.contains(where: candidates.contains) }

    /// Whether the value leads to the next page: opaque, and no credential.
    var isPosition: Bool {
        hasAny([
            "cursor", "next", "continuation", "sync", "page", "pagination", "offset", "marker", "scroll",
            "after", "before",
        ])
    }

    /// How surely the name says that its value is a credential.
    enum Secrecy { case certain, likely }

    /// Whether the name is that of a credential.
    var secrecy: Secrecy? {
        if isPosition || name.hasPrefix("_") && words.count == 1 { return nil }
        if hasAny(["password", "passwd", "pwd", "secret", "apikey", "passphrase", "authorization", "bearer"])
            || has("api", "key") || has("private", "key") || has("access", "key") || has("secret", "key")
            || words.last == "token" || words == ["cookie"] || has("set", "cookie")
        {
            return isMetadata ? nil : .certain
        }
        let hints: Set = [
            "auth", "credential", "credentials", "session", "sessionid", "sig", "signature", "jwt", "otp",
        ]
        return hasAny(hints) && !isMetadata ? .likely : nil
    }

    /// `token_type`, `password_changed_at`, `secret_id_url` speak about a credential and are none.
    private var isMetadata: Bool {
        let about: Set = [
            "type", "at", "url", "uri", "count", "expires", "expiry", "in", "id", "name", "status", "enabled", "method",
            "algorithm", "scope", "scopes", "hint", "policy", "version", "required", "limit", "label", "kind", "state",
        ]
        return words.last.map(about.contains) ?? false
    }

    /// Whether the value is an identifier or a digest: random to look at, and harmless.
    var isIdentifier: Bool {
        let last = words.last ?? ""
        let names: Set = [
            "id", "ids", "sha", "sha1", "sha256", "etag", "digest", "checksum", "fingerprint", "guid", "uuid", "hash",
            "url", "uri", "href", "urls", "link", "ref", "match", "oid", "seal", "keys", "md5", "location", "object",
        ]
        return isPosition || names.contains(last) || has("node", "id") || has("request", "id")
    }

    /// Whether the value is what people write: a description, a message, a comment.
    var isProse: Bool {
        let names: Set = [
            "body", "caption", "comment", "comments", "content", "description", "headline", "message", "note", "notes",
            "remark", "remarks", "subject", "summary", "text", "title",
        ]
        let about: Set = ["format", "mime", "language", "length", "size", "at", "date"]
        return hasAny(names) && !isMetadata && !isIdentifier && !(words.last.map(about.contains) ?? false)
    }

    /// Whether the value is the name of a person's account.
    var isAccountName: Bool { Self.accountNames.contains(words.joined()) }

    private static let accountNames: Set = ["username", "login", "loginname", "nickname", "screenname"]

    /// The kind of personal data that the name announces; nil when it announces none.
    var person: PersonalKind? {
        let last = words.last ?? ""
        if hasAny(["email", "mail"]) && !isMetadata && !hasAny(["verified", "template"]) { return .email }
        if ["phone", "mobile", "fax", "telephone", "tel", "msisdn"].contains(last)
            || has("phone", "number") || has("mobile", "number")
        {
            return .phone
        }
        if isAccountName { return .name }
        if ["firstname", "lastname", "surname", "fullname", "realname"].contains(last) || has("first", "name")
            || has("last", "name") || has("full", "name") || has("given", "name") || has("family", "name")
            || has("middle", "name") || has("real", "name") || has("contact", "name") || has("maiden", "name")
            || has("cardholder", "name")
        {
            return .name
        }
        if ["street", "line1", "line2", "address1", "address2", "zip", "zipcode", "postcode"].contains(last)
            || has("postal", "code") || has("street", "address") || has("address", "line")
        {
            return .address
        }
        if ["ip", "ipaddress"].contains(last) || has("ip", "address") || has("remote", "addr") { return .ip }
        if ["iban"].contains(last) { return .iban }
        if ["ssn", "passport"].contains(last) || has("tax", "id") || has("national", "id") { return .identity }
        return nil
    }
}

/// Kinds of personal data.
enum PersonalKind: String, Sendable, CaseIterable {
    case email, phone, name, address, ip, card, iban, text, identity
}
