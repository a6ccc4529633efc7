import Testing

@testable import Conformance

@Suite struct CanariesTests {
    private static let canaries = Canaries(["fake-secret-key-1", "postgres://reader:pw@db.example.com/shop"])

    @Test(
        "a secret is found whole, in another form, and in part",
        arguments: [
            "fake-secret-key-1", "the key ends in cret-key-1", "fake-secret-ke…", "with -secret-ke inside",
            "1-yek-terces-ekaf",
            "ZmFrZS1zZWNyZXQta2V5LTE=",
        ])
    func found(_ text: String) { #expect(Self.canaries.leak(in: text) != nil) }

    @Test(
        "what a key or an address has in common with others is no leak",
        arguments: ["fake-se", "key-1", "connecting to db.example.com/shop", "reader"])
    func ordinary(_ text: String) { #expect(Self.canaries.leak(in: text) == nil) }
}
