import Columns
import Crypto
import Foundation
import Tributary

/// Makes a recording fit to be written: in memory, before anything touches the disk.
///
/// First it collects what has to be replaced (the config's secrets, tokens of the session, what rules and names and
/// forms say), then it replaces each of these wherever and however it occurs.
public struct Redaction: Sendable {
    /// A recording without anything that must not be written.
    public struct Result: Sendable {
        public var exchanges: [CapturedExchange]
        /// How many places each rule has changed, over all; and by exchange.
        public var counts: [String: Int] = [:]
        public var countsByExchange: [[String: Int]] = []
        /// The config with fakes in place of secrets.
        public var config: JSONObject
        /// What was replaced, for the scanner.
        public var originals: [String]
        /// Header fields that the source sends and that are to be compared, in lower case.
        public var comparedHeaders: [String]
        /// Rules of the source that fitted nothing.
        public var unusedRules: [String] = []
        /// Tells which key the pseudonyms were made with.
        public var keyFingerprint: String
    }

    let source: String
    let rules: RedactionRules
    /// Which of the rules have fitted something.
    private var usedRules: Set<Int> = []
    var pseudonyms: Pseudonyms
    var replacements = Replacements()
    /// What is replaced in program text as well.
    var secrets = Replacements()
    /// What is replaced in the paths of URLs.
    var paths = Replacements()
    private var hosts: [String] = []
    /// Digests of people's addresses that were found.
    var avatars: Set<String> = []
    /// Whose rows are being looked at.
    var subject = Subject()
    /// Words that the API itself is made of, in lower case.
    private(set) var vocabulary: Set<String> = []

    /// - Parameters:
    ///   - source: the source's type in lower case; fakes are named by it.
    ///   - key: the key of the pseudonyms.
    public init(source: String, rules: RedactionRules, key: [UInt8]) {
        self.source = source
        self.rules = rules
        pseudonyms = Pseudonyms(key: key)
    }

    /// Redacts a recording.
    ///
    /// - Parameters:
    ///   - config: the stored config, secrets in clear.
    ///   - masked: the same with a mask for each secret, by which they are found.
    public mutating func redact(
        _ exchanges: [CapturedExchange], config: JSONValue, masked: JSONValue
    ) -> Result {
        vocabulary = Vocabulary(of: exchanges, config: config.text).words
        let fakes = collectConfig(config, masked, path: [])
        for exchange in exchanges { collect(exchange) }
        collectDigests()
        replacements.seal()
        secrets = replacements.withoutWords()
        paths = replacements.inPaths()
        var result = Result(
            exchanges: [], config: configObject(fakes), originals: replacements.originals,
            comparedHeaders: Self.compared(exchanges), keyFingerprint: pseudonyms.fingerprint)
        for exchange in exchanges {
            var counts: [String: Int] = [:]
            result.exchanges.append(apply(exchange, &counts))
            result.countsByExchange.append(counts)
            result.counts.merge(counts) { $0 + $1 }
        }
        // A form need not be filled in.
        result.unusedRules = rules.rules.indices.filter { !usedRules.contains($0) && rules.rules[$0].place != .config }
            .map { rules.rules[$0].text }
        return result
    }

    /// The source's own rule for a value, by the names that lead to it.
    mutating func rule(_ place: RedactionRules.Rule.Place, _ path: [String]) -> RedactionRules.Rule? {
        guard let index = rules.index(place, path, of: subject.table) else { return nil }
        usedRules.insert(index)
        return rules.rules[index]
    }

    /// Notes the tokens of OAuth accounts, which stand in no config, and gives the accounts with fakes in their places, as
    /// a manifest has them. Called before ``redact(_:config:masked:)``.
    ///
    /// - Parameter accounts: by number, each as it was at first and after every refresh.
    public mutating func accounts(_ accounts: [Int64: [Integration]]) -> [JSONValue] {
        accounts.sorted { $0.key < $1.key }.enumerated().map { index, account in
            let fake: JSONValue = [
                "fake": .string("\(source).accessToken"), "n": .number(JSONNumber(Int64(index + 1))),
            ]
            for known in account.value {
                let secrets = [known.accessToken, known.refreshToken, known.clientSecret].compactMap { $0?.revealed }
                for text in secrets { replacements.add(text, FakeSecret.text(of: fake) ?? "", rule: "known-secret") }
            }
            return .object(
                JSONObject([
                    ("id", .number(JSONNumber(account.key))), ("kind", .string(account.value[0].kind)),
                    ("label", .string("Account \(index + 1)")), ("accessToken", fake),
                ]))
        }
    }

    // MARK: Collecting

    /// The config with fakes for its secrets, whose values are noted.
    private mutating func collectConfig(_ stored: JSONValue, _ masked: JSONValue, path: [String]) -> JSONValue {
        if masked.string == Secret.mask, stored.string != Secret.mask {
            return secret(stored, path.last ?? "secret")
        }
        switch stored {
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.map { member in
                        (
                            member.name,
                            collectConfig(member.value, masked[member.name] ?? .null, path: path + [member.name])
                        )
                    }))
        case .array(let values):
            return .array(
                values.enumerated().map { collectConfig($1, masked[$0] ?? .null, path: path) })
        case .string(let text):
            collect(text, .config, path: path, isError: false)
            if let host = URLComponents(string: text)?.host { collectHost(text, host) }
            if path.last.map({ FieldWords($0).has("host") }) == true { collectHost("x://" + text, text) }
            return stored
        default: return stored
        }
    }

    private mutating func secret(_ value: JSONValue, _ name: String) -> JSONValue {
        let words = name.split { !($0.isLetter || $0.isNumber) }.map(String.init)
        let camel = words.enumerated().map { $0 == 0 ? $1.lowercased() : $1.capitalized }.joined()
        let fake: JSONValue = ["fake": .string("\(source).\(camel)"), "n": 1]
        if let text = value.string, let replacement = FakeSecret.text(of: fake) {
            replacements.add(text, replacement, rule: "known-secret")
            for line in text.split(whereSeparator: \.isNewline) where line.utf8.count >= 16 {
                replacements.add(String(line), replacement, rule: "known-secret")
            }
        }
        return fake
    }

    private func configObject(_ value: JSONValue) -> JSONObject {
        func redacted(_ value: JSONValue) -> JSONValue {
            switch value {
            case .string(let text): .string(replacements.applied(to: text).text)
            case .array(let values): .array(values.map(redacted))
            case .object(let object) where object["fake"] == nil:
                .object(JSONObject(object.members.map { ($0.name, redacted($0.value)) }))
            default: value
            }
        }
        return redacted(value).object ?? JSONObject()
    }

    /// People are also told by digests of their addresses and names, as Gravatar's pictures are.
    private mutating func collectDigests() {
        let people: Set = ["pseudonym:email", "pseudonym:phone", "pseudonym:name"]
        for (original, entry) in replacements.entries where people.contains(entry.rule) {
            for (digest, other) in zip(Self.digests(of: original), Self.digests(of: entry.replacement)) {
                replacements.add(digest, other, rule: "pseudonym:digest")
            }
        }
        for avatar in avatars.sorted() {
            replacements.add(avatar, pseudonyms.pseudonym(nil, avatar), rule: "pseudonym:digest")
        }
    }

    private static func digests(of text: String) -> [String] {
        let data = Data(text.lowercased().utf8)
        return [
            Hexadecimal.text(Insecure.MD5.hash(data: data)), Hexadecimal.text(Insecure.SHA1.hash(data: data)),
            Hexadecimal.text(SHA256.hash(data: data)),
        ]
    }

    private mutating func collect(_ exchange: CapturedExchange) {
        subject = Subject(exchange)
        if let components = URLComponents(string: exchange.url), let host = components.host {
            collectHost(exchange.url, host)
        }
        for field in exchange.requestHeaders { collectHeader(field) }
        for parameter in CanonicalURL.rawParameters(exchange.url) {
            let name = String(decoding: PercentCoding.decodedQuery(parameter.name), as: UTF8.self)
            let value = String(decoding: PercentCoding.decodedQuery(parameter.value ?? ""), as: UTF8.self)
            if exchange.secretParameters.contains(name) || FieldWords(name).secrecy == .certain {
                addFake(value, name: name)
            } else {
                collect(value, .query, path: [name], isError: false)
            }
        }
        for field in exchange.responseHeaders where isKept(field, of: exchange) {
            collect(field.value, .header, path: [field.name], isError: false)
        }
        collectRequestBody(exchange.requestBody)
        collectBody(exchange.body, isError: exchange.status >= 400)
    }

    /// Whether a field of an answer is kept.
    mutating func isKept(_ field: CapturedExchange.Field, of exchange: CapturedExchange) -> Bool {
        rule(.header, [field.name]).map { $0.action != .drop } ?? HeaderRules.isKept(field.name, of: exchange)
    }

    private mutating func collectHeader(_ field: CapturedExchange.Field) {
        guard field.isSecret || FieldWords(field.name).secrecy == .certain else { return }
        // Behind a scheme, and inside base 64: what is known already needs no second fake.
        let value = field.value.split(separator: " ", maxSplits: 1).last.map(String.init) ?? field.value
        var known = replacements
        known.seal()
        if known.applied(to: field.value).counts.isEmpty { addFake(value, name: field.name) }
    }

    private mutating func addFake(_ value: String, name: String) {
        guard value.utf8.count >= 3, !LeakWalk.isHarmless(value) else { return }
        let words = FieldWords(name).words.joined(separator: "-")
        let fake = "fake-\(words.isEmpty ? "token" : words)-\(pseudonyms.number(value))"
        replacements.add(value, fake, rule: "session-secret")
    }

    /// Hosts that only the recording network knows, and those that the rules name.
    private mutating func collectHost(_ url: String, _ host: String) {
        if let named = rules.hosts[host] { return replacements.add(host, named, rule: "host") }
        let octets = host.split(separator: ".").compactMap { Int($0) }
        let isPrivate =
            octets.count == 4
            ? [.isPrivate, .isPublic].contains(PersonalData.scope(octets))
            : LeakWalk.internalHost(in: "x://" + host) != nil || !host.contains(".")
        guard isPrivate else { return }
        let port = URLComponents(string: url)?.port.map { ":\($0)" } ?? ""
        if !hosts.contains(host) { hosts.append(host) }
        let index = (hosts.firstIndex(of: host) ?? 0) + 1
        let name = index == 1 ? "\(source).example.com" : "\(source)-\(index).example.com"
        if !port.isEmpty { replacements.add(host + port, name, rule: "host") }
        replacements.add(host, name, rule: "host")
    }

    /// The program text of GraphQL is no data, whatever its words are.
    private mutating func collectRequestBody(_ bytes: [UInt8]) {
        guard let json = RawJSON(bytes) else { return collectBody(bytes, isError: false) }
        for call in GraphQLText.calls(in: json) {
            guard case .object(let members) = call else {
                collect(call, path: [], isError: false)
                continue
            }
            let programs = GraphQLText.members(of: members)
            collect(.object(members.filter { !programs.contains($0.name) }), path: [], isError: false)
        }
    }

    private mutating func collectBody(_ bytes: [UInt8], isError: Bool) {
        guard !bytes.isEmpty else { return }
        if let json = RawJSON(bytes) { return collect(json, path: [], isError: isError) }
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        for line in text.split(separator: "\n") {
            if let json = RawJSON(Array(line.utf8)) {
                collect(json, path: [], isError: isError)
            } else {
                collectForms(String(line), name: "")
            }
        }
    }

    private mutating func collect(_ json: RawJSON, path: [String], isError: Bool) {
        switch json {
        case .scalar(let scalar):
            if let text = scalar.string { collect(text, .json, path: path, isError: isError) }
        case .array(let elements): for element in elements { collect(element, path: path, isError: isError) }
        case .object(let members):
            if !isError { collectPerson(members, path: path) }
            for member in members {
                collect(
                    member.value, path: path + [member.name],
                    isError: isError || path.isEmpty && Self.isError(member, beside: members))
            }
        }
    }

    private mutating func collect(_ text: String, _ place: RedactionRules.Rule.Place, path: [String], isError: Bool) {
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        if let (replacement, rule) = decision(text, place, path: path, isError: isError) {
            if let replacement { replacements.add(text, replacement, rule: rule) }
            return
        }
        collectForms(text, name: path.last ?? "")
    }
}
