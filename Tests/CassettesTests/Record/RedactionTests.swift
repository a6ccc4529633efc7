import Columns
import Crypto
import Foundation
import Testing
import Tributary

@testable import Cassettes

@Suite struct RedactionTests {
    private static let token = "tok-4f9a" + "8c2e71d05b"
    private static let config: JSONValue = ["api_key": .string(token), "base_url": "http://127.0.0.1:8080/v1"]
    private static let masked: JSONValue = ["api_key": .string(Secret.mask), "base_url": "http://127.0.0.1:8080/v1"]

    private static func exchange(
        _ url: String = "http://127.0.0.1:8080/v1/people", body: String, status: Int = 200,
        headers: [(String, String)] = [("Content-Type", "application/json")]
    ) -> CapturedExchange {
        CapturedExchange(
            lane: .init(schema: "people", syncType: .fullRefresh), method: "GET", url: url, secretParameters: [],
            requestHeaders: [.init(name: "Authorization", value: "Bearer \(token)", isSecret: true)], requestBody: [],
            status: status, responseHeaders: headers.map { .init(name: $0.0, value: $0.1, isSecret: false) },
            body: Array(body.utf8), failure: nil, isPartial: false)
    }

    private static func redact(
        _ exchanges: [CapturedExchange], rules: RedactionRules = RedactionRules(), key: String = "0123456789abcdef"
    ) -> Redaction.Result {
        var redaction = Redaction(source: "acme", rules: rules, key: Array(key.utf8))
        return redaction.redact(exchanges, config: config, masked: masked)
    }

    private static func text(_ exchange: CapturedExchange) -> String { String(decoding: exchange.body, as: UTF8.self) }

    @Test("a secret of the config is gone in every spelling, and the fake is what replay will send")
    func secrets() {
        let encoded = Data("user:\(Self.token)".utf8).base64EncodedString()
        let result = Self.redact([
            Self.exchange(
                "http://127.0.0.1:8080/v1/people?key=\(Self.token)&page=2",
                body: #"{"echo": "\#(Self.token)", "basic": "\#(encoded)"}"#)
        ])
        let shown = "\(result.exchanges) \(Self.text(result.exchanges[0])) \(result.config)"
        #expect(!shown.contains(Self.token) && !shown.contains(encoded))
        #expect(result.exchanges[0].requestHeaders[0].value == "Bearer fake-api-key-1")
        #expect(result.exchanges[0].url == "http://acme.example.com/v1/people?key=fake-api-key-1&page=2")
        #expect(FakeSecret.materialized(.object(result.config))["api_key"] == "fake-api-key-1")
        #expect(result.config["base_url"] == "http://acme.example.com/v1")
        #expect(result.counts["known-secret", default: 0] >= 3)
    }

    @Test("pseudonyms keep joins over answers and requests, and depend on the key")
    func joins() {
        let exchanges = [
            Self.exchange(body: #"{"data": [{"id": 7, "email": "ann.lee@corp.io", "first_name": "Annabel"}]}"#),
            Self.exchange(
                "http://127.0.0.1:8080/v1/orders?mail=ann.lee%40corp.io",
                body: #"{"orders": [{"buyer": "ann.lee@corp.io", "note": "for Annabel"}]}"#),
        ]
        let result = Self.redact(exchanges)
        let people = RawJSON(result.exchanges[0].body)
        #expect(people != nil)
        let email = Self.text(result.exchanges[0]).firstMatch(of: /p-[a-z0-9]+@example\.com/).map { String($0.0) }
        #expect(email != nil)
        #expect(Self.text(result.exchanges[1]).contains(email ?? "?"))
        #expect(result.exchanges[1].url.contains((email ?? "?").replacingOccurrences(of: "@", with: "%40")))
        #expect(!Self.text(result.exchanges[1]).contains("Annabel"))
        let again = Self.redact(exchanges)
        #expect(again.exchanges.map(\.body) == result.exchanges.map(\.body))
        let other = Self.redact(exchanges, key: "another key of 16")
        #expect(other.exchanges.map(\.body) != result.exchanges.map(\.body))
        #expect(other.keyFingerprint != result.keyFingerprint)
    }

    @Test("numbers, moments, ids, cursors, order and escapes stay as they came")
    func kept() {
        let body =
            #"{"id": 9007199254740993, "price": 12.50, "at": "2025-06-01T12:30:45Z", "sha": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b","#
            + #" "next_cursor": "kXp2sVw9yBqEtHaMcQfTjWnZr4u7x0LD", "u": "a\/b\u00e9", "n": null, "e": ""}"#
        let result = Self.redact([Self.exchange(body: body)])
        #expect(RawJSON(result.exchanges[0].body)?.compact == RawJSON(Array(body.utf8))?.compact)
    }

    @Test("of an answer's fields only those on the list stay, and a rule of the source decides otherwise")
    func headers() throws {
        let fields = [
            ("Content-Type", "application/json"), ("Set-Cookie", "sid=abc"), ("X-Request-Id", "1"), ("Server", "x"),
            ("Next-Page", "http://127.0.0.1:8080/v1/people?page=2"), ("X-Shard", "7"),
        ]
        var rules = RedactionRules()
        rules.rules = [.init(place: .header, path: ["x-shard"], isAnchored: false, kind: nil, action: .keep)]
        let result = Self.redact([Self.exchange(body: "{}", headers: fields)], rules: rules)
        #expect(result.exchanges[0].responseHeaders.map(\.name) == ["content-type", "next-page", "x-shard"])
        #expect(result.exchanges[0].responseHeaders[1].value == "http://acme.example.com/v1/people?page=2")
    }

    @Test("what comes out passes the scanner, the originals included")
    func scanned() {
        let body = """
            {"data": [{"email": "bob@corp.io", "phone": "+49 30 901820", "ip": "8.8.8.8", "iban": "DE89370400440532013000",
             "card": "4916338506082832", "access_token": "a1b2c3d4e5", "note": "Call bob@corp.io about the late invoice, he is waiting."}]}
            """
        let result = Self.redact([Self.exchange(body: body)])
        let scanner = LeakScanner(originals: result.originals, places: [])
        let findings = scanner.scan(result.exchanges[0].body, file: "acme/s/bodies/people-p1.json")
        #expect(findings.isEmpty, "\(findings.map(\.description)) \(Self.text(result.exchanges[0]))")
    }

    @Test("in a table of people, and under a member that is a person, a name is a person's")
    func peopleByTheirPlace() {
        let people = #"{"data": [{"id": 1, "name": "Annabel Lee", "team": {"name": "Harbour"}}]}"#
        let orders = #"{"data": [{"id": 2, "name": "Anchor", "owner": {"name": "Bartholomew"}}], "by": "Annabel Lee"}"#
        var exchanges = [Self.exchange(body: people), Self.exchange(body: orders)]
        exchanges[1].lane.schema = "orders"
        for index in exchanges.indices { exchanges[index].page = PageHint(rows: "data") }
        let text = Self.redact(exchanges).exchanges.map(Self.text).joined()
        #expect(!text.contains("Annabel") && !text.contains("Bartholomew"), "\(text)")
        #expect(text.contains("Harbour") && text.contains("Anchor"), "\(text)")
    }

    @Test("a rule may be of one table, and one that fits nothing is named")
    func rulesOfTables() {
        var rules = RedactionRules()
        rules.rules = [
            .init(
                place: .json, path: ["data", "title"], isAnchored: false, kind: .name, action: .pseudonym,
                table: "people"),
            .init(place: .json, path: ["nick"], isAnchored: false, kind: nil, action: .drop),
        ]
        var other = Self.exchange(body: #"{"data": [{"title": "Skipper"}]}"#)
        other.lane.schema = "boats"
        let result = Self.redact([Self.exchange(body: #"{"data": [{"title": "Captain Ahab"}]}"#), other], rules: rules)
        #expect(!Self.text(result.exchanges[0]).contains("Ahab"))
        #expect(Self.text(result.exchanges[1]).contains("Skipper"))
        #expect(result.unusedRules == ["json nick"])
    }

    @Test("a pseudonym in a path is escaped as the source will escape it, and of a short name found as well")
    func paths() {
        var rules = RedactionRules()
        rules.rules = [.init(place: .json, path: ["login"], isAnchored: false, kind: .email, action: .pseudonym)]
        let exchanges = ["annabel", "bo"].map { name in
            Self.exchange(
                "http://127.0.0.1:8080/v1/people/\(name)/keys", body: #"{"data": [{"login": "\#(name)"}]}"#)
        }
        for exchange in Self.redact(exchanges, rules: rules).exchanges {
            let address = Self.text(exchange).firstMatch(of: /p-[a-z0-9]+@example\.com/).map { String($0.0) } ?? "?"
            let escaped = address.replacingOccurrences(of: "@", with: "%40")
            #expect(exchange.url == "http://acme.example.com/v1/people/\(escaped)/keys")
        }
    }

    @Test("a name that has the form of an e-mail address becomes one")
    func namesOfAddresses() {
        let result = Self.redact([Self.exchange(body: #"{"data": [{"login": "ferit+lab@example.org"}]}"#)])
        let text = Self.text(result.exchanges[0])
        #expect(text.contains("@example.com") && !text.contains("ferit"), "\(text)")
        let scanner = LeakScanner(originals: result.originals, places: [])
        #expect(scanner.scan(result.exchanges[0].body, file: "acme/s/bodies/people-p1.json").isEmpty, "\(text)")
    }

    @Test("the name of an account and of its person goes with and without an address beside it, in paths as well")
    func accounts() {
        let body =
            #"{"data": [{"id": 1, "username": "amy", "realname": "Amy Pond", "name": "A. Pond", "type": "admin"}],"#
            + #" "links": {"next": "http://127.0.0.1:8080/v1/people/amy?page=2"}, "owner": {"login": "wilfred"}}"#
        let result = Self.redact([
            Self.exchange(body: body),
            Self.exchange("http://127.0.0.1:8080/v1/people/amy", body: #"{"by": "wilfred", "name": "Acme GmbH"}"#),
            Self.exchange("http://127.0.0.1:8080/v1/people/wilfred/posts", body: "[]"),
        ])
        let text = result.exchanges.map { $0.url + Self.text($0) }.joined()
        for name in ["amy", "Amy", "Pond", "wilfred"] { #expect(!text.contains(name), "\(name): \(text)") }
        #expect(text.contains("Acme GmbH") && text.contains("admin"))
        let user = RawJSON(result.exchanges[0].body).flatMap { try? JSONValue(parsing: $0.compact) }?.path(
            "data.0.username")
        #expect(result.exchanges[1].url.hasSuffix("/v1/people/\(user?.string ?? "?")"))
    }

    @Test("a word that the API itself is made of is no name, and a path of the code stays as it is")
    func vocabulary() {
        let result = Self.redact([
            Self.exchange("http://127.0.0.1:8080/rest/people", body: #"[{"id": 1, "username": "people"}]"#),
            Self.exchange(
                "http://127.0.0.1:8080/rest/posts",
                body: #"[{"title": "x", "username": "rest"}, {"title": "y", "username": "title"}]"#),
        ])
        #expect(
            result.exchanges.map(\.url) == [
                "http://acme.example.com/rest/people", "http://acme.example.com/rest/posts",
            ])
        #expect(Self.text(result.exchanges[1]).contains(#""title": "x""#), "\(Self.text(result.exchanges[1]))")
        let keyed = Self.redact([
            Self.exchange(body: #"[{"votes": {"wilfred": 1}}, {"votes": {"donna": 2}}, {"votes": {"martha": 1}}]"#),
            Self.exchange(body: #"[{"username": "wilfred"}, {"username": "donna"}]"#),
        ])
        let text = keyed.exchanges.map(Self.text).joined()
        #expect(!text.contains("wilfred") && !text.contains("donna"), "keys of a map may be names: \(text)")
    }

    @Test("a digest of an address is that of its pseudonym, and a picture's of an unknown address is another")
    func digests() throws {
        let address = "Ann.Lee@corp.io"
        let md5 = Insecure.MD5.hash(data: Data(address.lowercased().utf8)).map { String(format: "%02x", $0) }.joined()
        let sha = SHA256.hash(data: Data(address.lowercased().utf8)).map { String(format: "%02x", $0) }.joined()
        let unknown = "0cc175b9c0f1b6a831c399e269772661"
        let body =
            #"{"email": "\#(address)", "avatar_url": "https://www.gravatar.com/avatar/\#(md5)?s=40", "hash": "\#(sha)","#
            + #" "other": "https://secure.gravatar.com/avatar/\#(unknown)", "checksum": "\#(unknown.reversed().map(String.init).joined())"}"#
        let result = Self.redact([Self.exchange(body: body)])
        let text = Self.text(result.exchanges[0])
        for digest in [md5, sha, unknown] { #expect(!text.contains(digest), "\(text)") }
        let email = try #require(text.firstMatch(of: /p-[a-z0-9]+@example\.com/).map { String($0.0) })
        let other = Insecure.MD5.hash(data: Data(email.utf8)).map { String(format: "%02x", $0) }.joined()
        #expect(text.contains("/avatar/\(other)?s=40"))
        #expect(text.contains(String(unknown.reversed())), "a digest of something else stays")
    }

    @Test(
        "what people write goes where the name of the member says so, and codes and few words stay",
        arguments: [
            ("description", "Call Bob about it", true), ("body_top", "Please look at this again", true),
            ("bodyHTML", "<p>One two three four</p>", true), ("summary", "Fix the crash in the parser", true),
            ("title", "支払いが遅れている件についての問い合わせ", true), ("notes", "see http://x.example.org/a for the long story", true),
            ("title", "In review", false), ("message", "waiting_for_payment", false), ("text_type", "a b c d e", false),
            ("status", "waiting for a decision", false), ("description_format", "one two three four", false),
        ])
    func prose(_ name: String, _ value: String, _ goes: Bool) throws {
        let result = Self.redact([Self.exchange(body: #"{"data": [{"\#(name)": "\#(value)"}]}"#)])
        let json = try JSONValue(parsing: result.exchanges[0].body)
        let came = try #require(json.path("data.0.\(name)")?.string)
        #expect((came != value) == goes && came.count == value.count, "\(came)")
    }

    @Test("an error that an answer of 200 tells stays as well, and rows that are called errors do not")
    func errorsWithin() {
        let words = "The query asks for too many things"
        let told = Self.redact([Self.exchange(body: #"{"errors": [{"message": "\#(words)"}]}"#)])
        #expect(Self.text(told.exchanges[0]).contains(words))
        let rows = Self.redact([Self.exchange(body: #"{"errors": [{"id": 1, "message": "\#(words)"}]}"#)])
        #expect(!Self.text(rows.exchanges[0]).contains(words))
    }

    @Test("an error's text stays, for sources tell errors by it")
    func errors() {
        let message = "The key that you have sent has expired some days ago, make a new one."
        let result = Self.redact([Self.exchange(body: #"{"message": "\#(message)"}"#, status: 401)])
        #expect(Self.text(result.exchanges[0]).contains(message))
    }

    @Test("the program text of a GraphQL request stays, but for the secrets in it; its variables are data")
    func graphQL() throws {
        func sent(_ body: String) -> String {
            var exchange = Self.exchange(body: "{}")
            exchange.method = "POST"
            exchange.requestBody = Array(body.utf8)
            return String(decoding: Self.redact([exchange]).exchanges[0].requestBody, as: UTF8.self)
        }
        let program =
            "query ($first: Int!) { people(first: $first) { nodes { id name email } pageInfo { endCursor } } }"
        #expect(sent(#"{"query":"\#(program)","variables":{"first":5}}"#).contains(program))
        #expect(sent(#"[{"query":"\#(program)"}]"#).contains(program))
        #expect(!sent(#"{"query":"\#(program)","variables":{"email":"ada@acme-corp.io"}}"#).contains("acme-corp"))
        #expect(!sent(#"{"query":"{ people(key: '\#(Self.token)') { id name email } }"}"#).contains(Self.token))
        // Prose in a member of this name is somebody's words.
        let prose = "where are the invoices that Ada Lovelace sent us in the spring of last year"
        #expect(!sent(#"{"query":"\#(prose)"}"#).contains("Lovelace"))
    }
}
