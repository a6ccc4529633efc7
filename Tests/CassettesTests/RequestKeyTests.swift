import Testing
import Tributary

@testable import Cassettes

@Suite struct RequestKeyTests {
    private func key(
        _ url: String, method: String = "GET", headers: [(name: String, value: String)] = [], body: String = "",
        rules: MatchRules = MatchRules()
    ) throws -> RequestKey {
        try RequestKey(method: method, url: url, headers: headers, body: Array(body.utf8), rules: rules)
    }

    private func json(_ body: String) throws -> RequestKey {
        try key("https://a.example/", method: "POST", headers: [("Content-Type", "application/json")], body: body)
    }

    @Test(
        "two spellings of one address are equal",
        arguments: [
            ("https://A.example:443/x", "https://a.example/x"), ("http://a.example:80", "http://a.example/"),
            ("https://a.example/a/./b/../c", "https://a.example/a/c"),
            ("https://a.example/%7euser", "https://a.example/~user"),
            ("https://a.example/%c3%a9", "https://a.example/%C3%A9"),
            ("https://a.example/?a=1&b=2", "https://a.example/?b=2&a=1"),
            ("https://a.example/?q=a+b", "https://a.example/?q=a%20b"),
            ("https://a.example/x#part", "https://a.example/x"),
            ("https://a.example/?a%5Bgte%5D=1", "https://a.example/?a[gte]=1"),
            ("https://a.example?a=1", "https://a.example/?a=1"),
        ])
    func equalAddresses(_ one: String, _ other: String) throws {
        #expect(try key(one) == key(other))
    }

    @Test(
        "addresses that may mean different things differ",
        arguments: [
            ("https://a.example/x", "https://a.example/x/"), ("https://a.example/x", "https://a.example/X"),
            ("https://a.example/a%2Fb", "https://a.example/a/b"), ("https://a.example/?a", "https://a.example/?a="),
            ("https://a.example/?a=1&a=2", "https://a.example/?a=2&a=1"), ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "https://a.example:8443/"),
            ("https://a.example/?q=1%2B1", "https://a.example/?q=1+1"),
        ])
    func differentAddresses(_ one: String, _ other: String) throws {
        #expect(try key(one) != key(other))
    }

    @Test(
        "JSON bodies are compared by content",
        arguments: [
            (#"{"a":1,"b":[1,2]}"#, #"{ "b": [1, 2], "a": 1.0 }"#), (#"{"n":100}"#, #"{"n":1e2}"#),
            (#"{"n":-0}"#, #"{"n":0.000}"#), (#"{"s":"é"}"#, #"{"s":"\u00e9"}"#),
            (#"{"query":"{ a \n  b }"}"#, #"{"query":"{ a b }"}"#),
        ])
    func equalJSON(_ one: String, _ other: String) throws {
        #expect(try json(one) == json(other))
    }

    @Test(
        "JSON bodies of other content differ",
        arguments: [
            (#"[1,2]"#, #"[2,1]"#), (#"{"n":9007199254740992}"#, #"{"n":9007199254740993}"#), (#"{"a":null}"#, #"{}"#),
            (#"{"a":"1"}"#, #"{"a":1}"#), (#"{"n":0.1}"#, #"{"n":0.10000000000000001}"#),
        ])
    func differentJSON(_ one: String, _ other: String) throws {
        #expect(try json(one) != json(other))
    }

    @Test("a multipart body is compared without its boundary")
    func multipart() throws {
        func body(_ mark: String, _ content: String = "1") throws -> RequestKey {
            try key(
                "https://a.example/", method: "POST",
                headers: [("content-type", "multipart/form-data; boundary=\(mark)")],
                body: "--\(mark)\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\(content)\r\n--\(mark)--\r\n")
        }
        #expect(try body("x1") == body("y2"))
        #expect(try body("x1") != body("x1", "2"))
    }

    @Test(
        "broken bodies are compared byte by byte",
        arguments: [
            ("application/json", "{"), ("multipart/form-data; boundary=b", "--b\r\n--b"), ("multipart/form-data", "x"),
            ("application/x-ndjson", "{}\nx"),
        ])
    func brokenBodies(_ type: String, _ body: String) throws {
        let headers = [(name: "content-type", value: type)]
        #expect(try key("https://a.example/", headers: headers, body: body).body == .bytes(Array(body.utf8)))
    }

    @Test("authorization always counts, other fields only when the manifest says so")
    func headers() throws {
        let token = [(name: "Authorization", value: "Bearer a")]
        #expect(try key("https://a.example/", headers: token) != key("https://a.example/"))
        let other = [(name: "X-Version", value: " 2 ")]
        #expect(try key("https://a.example/", headers: other) == key("https://a.example/"))
        var rules = MatchRules()
        rules.headers = ["x-version"]
        #expect(
            try key("https://a.example/", headers: other, rules: rules)
                == key("https://a.example/", headers: [("x-version", "2")], rules: rules))
        #expect(try key("https://a.example/", headers: other, rules: rules) != key("https://a.example/", rules: rules))
    }

    @Test("of a computed signature only the scheme and the names count")
    func signatures() throws {
        let one = [(name: "authorization", value: "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=1")]
        let other = [(name: "authorization", value: "AWS4-HMAC-SHA256 Credential=b, SignedHeaders=host, Signature=2")]
        #expect(try key("https://a.example/", headers: one) == key("https://a.example/", headers: other))
    }

    @Test("ignored parameters, sets and host aliases do not count")
    func rules() throws {
        var rules = MatchRules()
        rules.ignoredQuery = ["nonce": "random"]
        rules.unorderedParameters = ["id"]
        rules.hosts = ["eu.a.example": "a.example"]
        #expect(
            try key("https://eu.a.example/?id=2&id=1&nonce=5", rules: rules)
                == key("https://a.example/?id=1&id=2", rules: rules))
    }

    @Test("a request of a source has the key of the same request in a file")
    func sourceRequests() throws {
        let request = HTTPRequest.authorized(
            "https://a.example/x?limit=5", query: [QueryItem("created[gte]", "1"), QueryItem("q", "a b&c=é")])
        let recorded = try key(
            "https://a.example/x?created%5Bgte%5D=1&limit=5&q=a+b%26c%3D%C3%A9",
            headers: [("authorization", "Bearer fake")])
        #expect(try RequestKey(request, rules: MatchRules()) == recorded)
    }
}
