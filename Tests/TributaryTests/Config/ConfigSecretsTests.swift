import Foundation
import TestSupport
import Testing
import Tributary

@Suite("Secrets of a config")
struct ConfigSecretsTests {
    private static let hidden = ["p4ssw0rd", "s3cr3t-user", "KEYTEXT", "s3cr3t-phrase", "BEGIN KEY", "hidden-setting"]

    @Test("are in no description, dump, reflection or masked form of it")
    func printing() throws {
        let config = try QuayConfig.parse(QuayConfig.full)
        var dumped = ""
        dump(config, to: &dumped)
        var reflected = ""
        for child in Mirror(reflecting: config).children { reflected += "\(child) " + String(reflecting: child.value) }
        for text in ["\(config)", String(reflecting: config), dumped, reflected, config.masked.text] {
            #expect(text.contains("•••"))
            for secret in Self.hidden { #expect(!text.contains(secret)) }
        }
        #expect("\(config)".contains("db.example.com"))
    }

    @Test("are all known to the redactor")
    func known() throws {
        let secrets = Set(try QuayConfig.parse(QuayConfig.full).secrets.map(\.revealed))
        #expect(
            secrets == [
                "p4ssw0rd", "s3cr3t-user", "KEYTEXT\n", "s3cr3t-phrase", "-----BEGIN KEY-----\nabc\n", "hidden-setting",
            ])
    }

    @Test("are masked in a text, in URL and base 64 form too, the longer ones first")
    func redactor() {
        let redactor = Redactor([Secret("abcd"), Secret("abcdef"), Secret("p/w d"), Secret("x")])
        #expect(redactor.redact("abcdef abcd x") == "••• ••• x")
        #expect(redactor.redact("?key=p%2Fw%20d&a=1") == "?key=•••&a=1")
        #expect(redactor.redact("Basic cC93IGQ=") == "Basic •••")
        redactor.register([Secret("-----BEGIN-----\nMIIEvQIBADANBgkq\nshort\n")])
        #expect(redactor.redact("bad line MIIEvQIBADANBgkq, short") == "bad line •••, short")
        redactor.register([Secret("later!")])
        #expect(redactor.redact("later!") == "•••")
    }
}
