import Columns
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
