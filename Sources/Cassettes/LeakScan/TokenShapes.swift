import Columns

/// The forms of keys and tokens that vendors have published, compared without regular expressions.
struct TokenShape: Sendable {
    /// What a finding calls it.
    let name: String
    /// What it begins with.
    let prefix: [UInt8]
    /// The characters behind the prefix.
    let alphabet: Alphabet
    /// How many of them there are at least.
    let minimum: Int
    /// How many there are exactly, where the vendor fixed it.
    var exactly: Int?

    enum Alphabet: Sendable { case hex, upperAndDigits, alphanumeric, token }

    init(_ name: String, _ prefix: String, _ alphabet: Alphabet, _ minimum: Int, exactly: Bool = false) {
        self.name = name
        self.prefix = Array(prefix.utf8)
        self.alphabet = alphabet
        self.minimum = minimum
        self.exactly = exactly ? minimum : nil
    }

    private func takes(_ byte: UInt8) -> Bool {
        switch alphabet {
        case .hex:
            TextLayers.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        case .upperAndDigits:
            TextLayers.isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        case .alphanumeric: TextLayers.isAlphanumeric(byte)
        case .token: TextLayers.isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
    }

    /// The end of the token that starts at `start`; nil when there is none.
    func end(in bytes: [UInt8], at start: Int) -> Int? {
        let body = start + prefix.count
        var end = body
        while end < bytes.count, takes(bytes[end]) { end += 1 }
        if let exactly {
            guard end - body >= exactly else { return nil }
            return end - body == exactly ? end : nil
        }
        return end - body >= minimum ? end : nil
    }

    /// Every known form.
    static let all: [TokenShape] = {
        var shapes: [TokenShape] = []
        for kind in ["sk", "rk"] {
            for mode in ["live", "test", "prod"] {
                shapes.append(TokenShape("a Stripe key", "\(kind)_\(mode)_", .alphanumeric, 10))
            }
        }
        for letter in "pousr" { shapes.append(TokenShape("a GitHub token", "gh\(letter)_", .alphanumeric, 36)) }
        for letter in "abepsr" { shapes.append(TokenShape("a Slack token", "xox\(letter)-", .token, 10)) }
        for start in ["AKIA", "ASIA", "ABIA", "ACCA"] {
            shapes.append(TokenShape("an AWS key id", start, .upperAndDigits, 16, exactly: true))
        }
        for kind in ["at", "ca", "pa", "ss"] {
            shapes.append(TokenShape("a Shopify token", "shp\(kind)_", .hex, 32))
        }
        return shapes + others
    }()

    private static let others = [
        TokenShape("a Stripe webhook secret", "whsec_", .alphanumeric, 16),
        TokenShape("a GitHub token", "github_pat_", .token, 60),
        TokenShape("a GitLab token", "glpat-", .token, 20),
        TokenShape("a Google API key", "AIza", .token, 35),
        TokenShape("a Google access token", "ya29.", .token, 20),
        TokenShape("a HubSpot token", "pat-na1-", .token, 30),
        TokenShape("a HubSpot token", "pat-eu1-", .token, 30),
        TokenShape("a Linear key", "lin_api_", .alphanumeric, 30),
        TokenShape("a Notion token", "ntn_", .alphanumeric, 40),
        TokenShape("a Notion token", "secret_", .alphanumeric, 43),
        TokenShape("an Anthropic key", "sk-ant-", .token, 20),
        TokenShape("an OpenAI key", "sk-proj-", .token, 40),
        TokenShape("a SendGrid key", "SG.", .token, 60),
        TokenShape("a Twilio key", "SK", .hex, 32, exactly: true),
        TokenShape("a Square token", "sq0atp-", .token, 20),
        TokenShape("a Square token", "sq0csp-", .token, 20),
        TokenShape("a Square token", "EAAA", .token, 56),
        TokenShape("a Databricks token", "dapi", .hex, 32),
        TokenShape("a Postman key", "PMAK-", .token, 40),
        TokenShape("an npm token", "npm_", .alphanumeric, 36),
        TokenShape("a PyPI token", "pypi-AgE", .token, 40),
        TokenShape("a PostHog key", "phx_", .alphanumeric, 32),
        TokenShape("a PostHog key", "phc_", .alphanumeric, 32),
        TokenShape("a DigitalOcean token", "dop_v1_", .hex, 64),
        TokenShape("a Hugging Face token", "hf_", .alphanumeric, 34),
        TokenShape("a Doppler token", "dp.pt.", .alphanumeric, 40),
        TokenShape("a Klaviyo key", "pk_", .hex, 34, exactly: true),
        TokenShape("a Mailgun key", "key-", .hex, 32, exactly: true),
        TokenShape("an Atlassian token", "ATATT3", .token, 100),
        TokenShape("a Vault token", "hvs.", .token, 24),
    ]

    private static let byFirstByte = Dictionary(grouping: all) { $0.prefix[0] }

    /// Tokens of a known form in a text, each with its name.
    static func matches(in bytes: [UInt8]) -> [(what: String, range: Range<Int>)] {
        var matches: [(String, Range<Int>)] = []
        var index = 0
        while index < bytes.count {
            let isStart = index == 0 || !TextLayers.isAlphanumeric(bytes[index - 1])
            if isStart, let (what, end) = match(in: bytes, at: index) {
                matches.append((what, index..<end))
                index = end
            } else {
                index += 1
            }
        }
        return matches
    }

    private static func match(in bytes: [UInt8], at index: Int) -> (String, Int)? {
        for shape in byFirstByte[bytes[index]] ?? [] where bytes[index...].starts(with: shape.prefix) {
            if let end = shape.end(in: bytes, at: index) { return (shape.name, end) }
        }
        return special(in: bytes, at: index)
    }

    /// Forms that are no prefix with a tail.
    private static func special(in bytes: [UInt8], at index: Int) -> (String, Int)? {
        func run(from start: Int, _ takes: (UInt8) -> Bool) -> Int {
            var end = start
            while end < bytes.count, takes(bytes[end]) { end += 1 }
            return end
        }
        let isToken: (UInt8) -> Bool = { TextLayers.isWord($0) || $0 == UInt8(ascii: "-") }
        switch bytes[index] {
        case UInt8(ascii: "e") where bytes[index...].starts(with: "eyJ".utf8):
            let head = run(from: index, isToken)
            guard head + 4 < bytes.count, bytes[head...].starts(with: ".eyJ".utf8) else { return nil }
            let body = run(from: head + 1, isToken)
            let end = body < bytes.count && bytes[body] == UInt8(ascii: ".") ? run(from: body + 1, isToken) : body
            return ("a JSON Web Token", end)
        case UInt8(ascii: "-") where bytes[index...].starts(with: "-----BEGIN ".utf8):
            let end = run(from: index + 5) { $0 != UInt8(ascii: "-") }
            return bytes[index..<end].suffix(11).elementsEqual("PRIVATE KEY".utf8) ? ("a private key", end) : nil
        case UInt8(ascii: "p") where bytes[index...].starts(with: "pat".utf8):
            // Airtable: pat, 14 characters, a point, 64 hexadecimal digits.
            let dot = run(from: index, TextLayers.isAlphanumeric)
            guard dot - index == 17, dot < bytes.count, bytes[dot] == UInt8(ascii: ".") else { return nil }
            let end = run(from: dot + 1) { Hexadecimal.digit($0) != nil }
            return end - dot == 65 ? ("an Airtable token", end) : nil
        default:
            // Mailchimp: 32 hexadecimal digits and the data centre.
            let end = run(from: index) { Hexadecimal.digit($0) != nil }
            guard end - index == 32, bytes[end...].starts(with: "-us".utf8) else { return nil }
            let tail = run(from: end + 3, TextLayers.isDigit)
            return tail > end + 3 ? ("a Mailchimp key", tail) : nil
        }
    }
}
