import TestSupport
import Testing
import Tributary

/// Names and their addresses, as a test writes them.
struct FixedResolver: HostResolver {
    let names: [String: [String]]
    var failure: ResolutionFailure = .notFound

    func addresses(of name: String) async throws -> [IPAddress] {
        guard let texts = names[name] else { throw failure }
        return texts.compactMap { IPAddress($0) }
    }
}

@Suite("HostValidator")
struct HostValidatorTests {
    private let validator = HostValidator(
        resolver: FixedResolver(names: [
            "db.example.com": ["2606:4700::1", "93.184.216.34"], "rebind.example": ["93.184.216.34", "127.0.0.1"],
            "mapped.example": ["::ffff:169.254.169.254"], "localhost": ["127.0.0.1"], "empty.example": [],
        ]))

    @Test("gives the checked addresses, IPv4 first, and keeps the name")
    func resolves() async throws {
        let host = try await validator.resolve("db.example.com")
        #expect(host.name == "db.example.com" && host.preferred == "93.184.216.34")
        #expect(host.addresses.map(\.description) == ["93.184.216.34", "2606:4700::1"])
        #expect(try await validator.resolve("8.8.8.8").preferred == "8.8.8.8")
    }

    @Test(
        "refuses a host that leads to a reserved address, by any of its addresses and in any spelling",
        arguments: [
            "127.0.0.1", "10.0.0.5", "::1", "[::1]", "::ffff:127.0.0.1", "rebind.example", "mapped.example",
            "localhost", "LOCALHOST",
            "x.localhost", "localhost.localdomain", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.1", "0x7f000001",
            "017700000001",
        ])
    func refuses(_ host: String) async {
        let error = await #expect(throws: SourceError.self) { try await validator.resolve(host) }
        #expect(error?.kind == .addressRefused)
        #expect(error?.recovery == .stop)
    }

    @Test(
        "refuses what is not exactly one host",
        arguments: [
            "", "db.example.com:5432", "https://db.example.com", "db.example.com/x", "a,b", "a b", "db.example.com.",
            "user@db.example.com",
            "dß.example", "-a.example", "a-.example", "a..b", String(repeating: "a", count: 64) + ".example",
            String(repeating: "a.", count: 127) + "aa",
            "fe80::1%eth0", "a\0b", "a\nb", "%31",
        ])
    func notOneHost(_ host: String) async {
        let error = await #expect(throws: SourceError.self) { try await validator.resolve(host) }
        #expect(error?.kind == .addressRefused)
    }

    @Test("says what is wrong in one sentence")
    func messages() async {
        let error = await #expect(throws: SourceError.self) { try await validator.resolve("rebind.example") }
        #expect(
            error?.message
                == "Checking the host 'rebind.example': it leads to 127.0.0.1, which is a loopback address (127.0.0.0/8)."
        )
    }

    @Test("a name that does not exist is final, an answer that did not come is not")
    func failures() async {
        for host in ["nowhere.example", "empty.example"] {
            let missing = await #expect(throws: SourceError.self) { try await validator.resolve(host) }
            #expect(missing?.kind == .unreachable && missing?.recovery == .stop)
        }
        let away = HostValidator(resolver: FixedResolver(names: [:], failure: .temporary))
        let error = await #expect(throws: SourceError.self) { try await away.resolve("db.example.com") }
        #expect(error?.kind == .unreachable && error?.recovery == .retry(after: nil))
    }

    @Test("a machine of one's own may dial its own network")
    func selfHosted() async throws {
        var own = validator
        own.policy = .unrestricted
        #expect(try await own.resolve("localhost").preferred == "127.0.0.1")
        own.policy = AddressPolicy.publicOnly.allowing(["127.0.0.1"])
        #expect(try await own.resolve("localhost").preferred == "127.0.0.1")
        await #expect(throws: SourceError.self) { try await own.resolve("127.0.0.2") }
    }
}
