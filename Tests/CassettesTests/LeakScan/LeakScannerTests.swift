import Foundation
import TestSupport
import Testing

@testable import Cassettes

@Suite struct LeakScannerTests {
    /// One value for each form that is known, put together so that no scanner of this repository stops here.
    static let secrets: [String] = [
        "sk" + "_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "rk" + "_test_" + "51HZ8aB2eZvKYlo2C9",
        "ghp" + "_" + String(repeating: "aB3x", count: 9), "xoxb" + "-123456789012-abcdefGHIJ",
        "AKIA" + "IOSFODNN7EXAMPLE", "AIza" + String(repeating: "Sy4_", count: 9),
        "shpat" + "_" + String(repeating: "0af3", count: 8), "glpat" + "-AbCdEfGhIjKlMnOpQrSt",
        "whsec" + "_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH", "dapi" + String(repeating: "1b9d", count: 8),
        "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "npm" + "_" + String(repeating: "Zk3p", count: 9),
        "pat" + "AbCdEfGhIjKlMn." + String(repeating: "0123456789abcdef", count: 4),
        String(repeating: "0123456789abcdef", count: 2) + "-us14", "-----BEGIN RSA PRIVATE " + "KEY-----",
        "postgres://reader:" + "hunter2x@db.example.com/shop", "kXp2sVw9yBqEtHaMcQfTjWnZr4u7x0LD",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ]

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// The places in which a value can stand, each as a file.
    static let positions: [(name: String, file: String, make: @Sendable (String) async throws -> [UInt8])] = [
        ("a header", "s/t0.har", { Array(har(header: $0).utf8) }),
        ("a URL", "s/t0.har", { Array(har(url: "https://api.example.com/v1/x?q=\($0)").utf8) }),
        ("nested JSON", "s/bodies/a.json", { Array(#"{"data": [{"meta": {"note": "see \#($0) there"}}]}"#.utf8) }),
        ("base 64", "s/bodies/a.json", { Array(#"{"note": "\#(base64(#"{"k":"\#($0)"}"#))"}"#.utf8) }),
        ("JSON in JSON", "s/bodies/a.json", { Array(#"{"payload": "{\"note\": \"\#($0)\"}"}"#.utf8) }),
        ("gzip", "s/bodies/a.bin", { try await Gzip.compress(Array(#"{"note": "\#($0)"}"#.utf8)) }),
        (
            "hexadecimal", "s/bodies/a.json",
            { Array(#"{"doc": "\#($0.utf8.map { String(format: "%02x", $0) }.joined())"}"#.utf8) }
        ),
        ("a statement of SQL", "s/t0.dbc", { Array("> SELECT 1 WHERE note = '\($0)'\n- [1,\"\($0)\"]".utf8) }),
        ("a page of text", "s/NOTES.md", { Array("The key was \($0) then.".utf8) }),
    ]

    private static func har(url: String = "https://api.example.com/", header: String = "x") -> String {
        """
        {"log": {"entries": [{"_id": "a", "request": {"method": "GET", "url": "\(url)", "headers": [
          {"name": "x-request", "value": "\(header)"}]}}]}}
        """
    }

    @Test("a key is found in every place", arguments: secrets)
    func planted(_ secret: String) async throws {
        for position in Self.positions {
            if position.name == "a URL", secret.contains("://") || secret.contains(" ") { continue }
            let findings = LeakScanner(places: []).scan(try await position.make(secret), file: position.file)
            #expect(!findings.isEmpty, "\(secret.prefix(8))… in \(position.name)")
            #expect(!findings.contains { $0.description.contains(secret) }, "the finding shows the value")
        }
    }

    @Test(
        "people and machines are found",
        arguments: [
            ("mail ann.lee@corp.io now", LeakFinding.Rule.personal), ("+4930901820", .personal), ("8.8.8.8", .personal),
            ("4916338506082832", .personal), ("DE89370400440532013000", .personal), ("10.1.2.3", .place),
            ("http://127.0.0.1:8080/x", .place), ("/home/ann/project", .place), ("https://crm.internal/x", .place),
        ])
    func people(_ text: String, _ rule: LeakFinding.Rule) {
        #expect(LeakScanner(places: []).scan(text: text).map(\.rule) == [rule], "\(text)")
    }

    @Test(
        "what is harmless is no finding",
        arguments: [
            "p-x1y2@example.com", "ann@shop.example", "+15550123", "203.0.113.7", "4242 4242 4242 4242",
            "6f1f1f4e-2f7c-4f64-9d0a-0a5a3c1b2d3e", "Chrome/120.0.0.0", "2025-06-01T12:30:45Z",
            "git@github.com:a/b.git",
            "https://api.example.com/v1/customers/cus_1/sources", "Bearer fake-api-key-1",
            "getCustomerInvoicesByAccount",
            "application/vnd.github+json", "data.@links.prev", "The quick brown fox jumps over the lazy dog, 12 times.",
        ])
    func harmless(_ text: String) { #expect(LeakScanner(places: []).scan(text: text).isEmpty, "\(text)") }

    @Test(
        "a name that says credential needs a declared fake",
        arguments: [
            ("password", "hunter2", true), ("clientSecret", "tiger", true), ("x-api-key", "abc-123", true),
            ("access_token", "fake-access-token-1", false), ("token_type", "bearer", false),
            ("next_page_token", "abc123", false),
            ("author", "somebody", false), ("auth", "none", false), ("session", "s3ss10n-abcdef", true),
            ("authorization", "Basic " + Data("ann:fake-password-1".utf8).base64EncodedString(), false),
            ("authorization", "Basic " + Data("ann:tiger".utf8).base64EncodedString(), true),
        ])
    func names(_ name: String, _ value: String, _ isFound: Bool) {
        #expect(LeakScanner(places: []).scan(text: value, name: name).isEmpty != isFound, "\(name): \(value)")
    }

    @Test("originals are found in every spelling, and a short one only by itself")
    func originals() {
        let scanner = LeakScanner(originals: ["Zoë Quill & Söhne", "anna"], places: [])
        let spellings = [
            "Zoë Quill & Söhne", "Zo%C3%AB%20Quill%20%26%20S%C3%B6hne", "Zoë Quill &amp; Söhne",
            Self.base64("x: Zoë Quill & Söhne"), "by anna.",
        ]
        for text in spellings { #expect(scanner.scan(text: text).map(\.rule) == [.original], "\(text)") }
        #expect(scanner.scan(text: "annapolis").isEmpty)
    }

    @Test("a finding tells file, line, path and rule, and an entry of the allow-list silences just that one")
    func allowList() throws {
        let folder = try TemporaryFolder("scan")
        try FileManager.default.createDirectory(at: folder.file("acme"), withIntermediateDirectories: true)
        try folder.write(
            "{\n  \"a\": {\n    \"mail\": [\"ann@corp.io\"]\n  },\n  \"b\": \"bob@corp.io\"\n}", to: "acme/x.json")
        let found = try LeakScanner(places: []).scan(folder: folder.url, today: "2026-06-01").findings
        #expect(
            found.map { "\($0.file):\($0.line ?? 0) \($0.place) \($0.rule)" } == [
                "acme/x.json:3 a.mail[0] personal", "acme/x.json:5 b personal",
            ])
        let entries = [
            #"{"fingerprint": "\#(found[0].fingerprint)", "file": "acme/x.json", "place": "a.mail[0]", "reason": "a vendor's public address"}"#,
            #"{"fingerprint": "\#(found[1].fingerprint)", "file": "acme/x.json", "reason": "out of date", "until": "2026-05-31"}"#,
        ]
        try folder.write(#"{"allow": [\#(entries.joined(separator: ","))]}"#, to: "scan-allow.json")
        let report = try LeakScanner(places: []).scan(folder: folder.url, today: "2026-06-01")
        #expect(report.findings.map(\.place) == ["b"])
        #expect(report.allowed.map(\.place) == ["a.mail[0]"])
        #expect(report.unneeded.map(\.reason) == ["out of date"])
    }

    @Test("the committed fixtures hold nothing that must not be published")
    func committed() throws {
        let report = try LeakScanner(places: []).scan(folder: FixtureFolder.root, today: "2026-12-31")
        #expect(report.findings.isEmpty, "\(report.findings.prefix(20).map(\.description).joined(separator: "\n"))")
        #expect(report.unneeded.isEmpty)
        #expect(report.files > 50)
    }
}

@Suite struct InflateTests {
    @Test("what gzip compressed comes back, stored, fixed and dynamic", arguments: [0, 1, 40, 5_000, 200_000])
    func roundTrip(_ count: Int) async throws {
        var generator = SystemRandomNumberGenerator()
        let text =
            (0..<count).map { _ in UInt8.random(in: 97...122, using: &generator) } + Array("the end, the end".utf8)
        let packed = try await Gzip.compress(text)
        #expect(Inflate.gzip(packed) == text)
    }

    @Test("damaged data end the reading and nothing else")
    func damaged() async throws {
        let good = try await Gzip.compress(Array(String(repeating: "abcdefgh", count: 500).utf8))
        for index in 10..<good.count {
            var bad = good
            bad[index] ^= 0x5A
            _ = Inflate.gzip(bad)
            _ = Inflate.gzip(Array(good.prefix(index)))
        }
    }
}
