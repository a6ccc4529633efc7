import TestSupport
import Testing
import Tributary

@Suite("URLParts")
struct URLPartsTests {
    @Test(
        "are read from a URL and give it back",
        arguments: [
            ("https://api.example.com", "https://api.example.com/"),
            ("HTTPS://API.Example.com:443/a?b=c#d", "https://api.example.com/a?b=c"),
            ("http://api.example.com:8080/?x", "http://api.example.com:8080/?x"),
            ("https://[::1]:8443/a", "https://[::1]:8443/a"),
            ("https://a.b?x=/y", "https://a.b/?x=/y"),
        ])
    func reads(_ text: String, _ canonical: String) { #expect(URLParts(text)?.text == canonical) }

    @Test(
        "refuse what two parsers could read differently",
        arguments: [
            "", "api.example.com", "ftp://a.b", "https://", "https:///x", "https://a b", "https://a\\@b",
            "https://u@a.b", "https://u:p@a.b", "https://a.b:x",
            "https://a.b:0", "https://a.b:99999", "https://a.b:", "https://é.example", "https://a.b/\n", "https://[::1",
            "file:///etc/passwd", "https://a_b@c",
        ])
    func refuses(_ text: String) { #expect(URLParts(text) == nil) }

    @Test(
        "resolve a reference as RFC 3986 does",
        arguments: [
            ("g", "http://a.b/b/c/g"), ("/g", "http://a.b/g"), ("//g.h", "http://g.h/"), ("?y", "http://a.b/b/c/d?y"),
            ("g?y#s", "http://a.b/b/c/g?y"),
            ("./g", "http://a.b/b/c/g"), ("../g", "http://a.b/b/g"), ("../../g", "http://a.b/g"),
            ("../../../g", "http://a.b/g"), ("..", "http://a.b/b/"),
            (".", "http://a.b/b/c/"), ("", "http://a.b/b/c/d?q"), ("https://x.y/z", "https://x.y/z"),
        ])
    func resolves(_ reference: String, _ target: String) throws {
        #expect(try #require(URLParts("http://a.b/b/c/d?q")).resolving(reference)?.text == target)
    }

    @Test(
        "resolve nothing that is no http URL",
        arguments: ["javascript:alert(1)", "file:///x", "mailto:a@b", "\\\\evil"])
    func noURL(_ reference: String) throws {
        #expect(try #require(URLParts("http://a.b/")).resolving(reference) == nil)
    }

    @Test("lose parameters by name, however they are spelt")
    func parameters() throws {
        var url = try #require(URLParts("https://a.b/?key=1&a=2&k%65y=3&keys=4"))
        url.removeParameters(["key"])
        #expect(url.query == "a=2&keys=4")
        url.removeParameters(["a", "keys"])
        #expect(url.query == nil)
    }
}

@Suite("LinkHeader")
struct LinkHeaderTests {
    @Test(
        "finds the next link",
        arguments: [
            ("<https://a.b/?p=2>; rel=\"next\"", "https://a.b/?p=2"),
            ("<https://a.b/1>; rel=\"prev\", <https://a.b/2>; rel=\"next\"", "https://a.b/2"),
            ("<https://a.b/2>; rel=next", "https://a.b/2"),
            ("<https://a.b/2>;title=\"a, b; c\";rel=\"last next\"", "https://a.b/2"),
            ("<https://a.b/?q=1,2;3>; rel=\"NEXT\"", "https://a.b/?q=1,2;3"), ("</2>; rel=\"next\"", "/2"),
            ("<x>; rel=\"prev\"; rel=\"next\"", nil),
            ("", nil), ("<x>", nil), ("<x; rel=next", nil), ("rel=next", nil), ("<x>; rel=\"nextish\"", nil),
        ] as [(String, String?)])
    func next(_ field: String, _ target: String?) { #expect(LinkHeader.target("next", in: field) == target) }
}

@Suite("Encodings of text")
struct TextEncodingsTests {
    @Test("percent-encoding leaves the unreserved characters alone and is undone")
    func percent() {
        #expect(PercentEncoding.encode("a-Z_0.~/ é%") == "a-Z_0.~%2F%20%C3%A9%25")
        #expect(PercentEncoding.decode("a%2Fb+c%zz%2") == "a/b+c%zz%2")
        #expect(PercentEncoding.decode("a+b", plusIsBlank: true) == "a b")
    }

    @Test(
        "base 64 is that of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(_ text: String, _ encoded: String) { #expect(Base64.encode(Array(text.utf8)) == encoded) }
}
