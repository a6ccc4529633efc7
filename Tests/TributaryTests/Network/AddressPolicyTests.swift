import TestSupport
import Testing
import Tributary

@Suite("AddressPolicy")
struct AddressPolicyTests {
    /// The first and the last address of each reserved range, and forms that carry one.
    private static let refused = [
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255",
        "192.0.2.0", "192.0.2.255", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255",
        "::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:7f00:1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "100::",
        "100::1", "100:0:0:1::1",
        "2001::1", "2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff::1", "2001:db8::",
        "2001:db8:ffff::1",
        "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1", "2002:a9fe:a9fe::", "3fff::1", "3fff:fff::1", "5f00::1",
        "fc00::", "fd12:3456::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "feff::1", "ff02::1", "ffff::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe", "2001:0:7f00:1:0:0:f7f7:f7f7", "2a00::5efe:127.0.0.1",
        "2a00::200:5efe:10.0.0.1",
        "200::1", "4000::1", "8000::1", "e000::1",
    ]

    private static let allowed = [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0",
        "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0", "223.255.255.255", "2606:4700:4700::1111",
        "2a00:1450::8a",
        "2001:200::1", "2001:4860:4860::8888", "2620:4f:8000::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2001:0:808:808:0:0:f7f7:f7f7", "2a00::5efe:8.8.8.8", "2000::1", "3ffe::1",
    ]

    @Test("refuses what is reserved, also inside an IPv6 address, and says why", arguments: refused)
    func refuses(_ text: String) throws {
        let address = try #require(IPAddress(text))
        let reason = AddressPolicy.publicOnly.refusal(of: address)
        #expect(reason != nil)
        #expect(AddressPolicy.unrestricted.refusal(of: address) == nil)
    }

    @Test("takes what is public", arguments: allowed)
    func takes(_ text: String) throws {
        #expect(AddressPolicy.publicOnly.refusal(of: try #require(IPAddress(text))) == nil)
    }

    @Test("names the range")
    func reasons() throws {
        let policy = AddressPolicy.publicOnly
        #expect(policy.refusal(of: try #require(IPAddress("127.0.0.1"))) == "is a loopback address (127.0.0.0/8)")
        #expect(policy.refusal(of: try #require(IPAddress("fe80::1"))) == "is a link-local address (fe80::/10)")
        #expect(
            policy.refusal(of: try #require(IPAddress("::ffff:10.0.0.1")))
                == "carries 10.0.0.1, which is a private address (10.0.0.0/8)")
    }

    @Test("takes what is on its list of exceptions, in a mapped form as well")
    func exceptions() throws {
        let policy = AddressPolicy.publicOnly.allowing(["127.0.0.1", "10.1.0.0/16", "::1/128", "nonsense"])
        for text in ["127.0.0.1", "::ffff:127.0.0.1", "10.1.255.255", "::1"] {
            #expect(policy.refusal(of: try #require(IPAddress(text))) == nil)
        }
        for text in ["127.0.0.2", "10.2.0.0", "fe80::1"] {
            #expect(policy.refusal(of: try #require(IPAddress(text))) != nil)
        }
        #expect(policy.allowed.count == 3)
    }
}

@Suite("IPAddress")
struct IPAddressTests {
    @Test(
        "reads the plain spelling of IPv4 and every spelling of IPv6",
        arguments: [
            ("1.2.3.4", "1.2.3.4"), ("0.0.0.0", "0.0.0.0"), ("::", "::"), ("1::", "1::"), ("::1", "::1"),
            ("[::1]", "::1"),
            ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("0:0:0:0:0:0:0:0", "::"), ("1::2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
            ("::ffff:1.2.3.4", "::ffff:102:304"),
        ])
    func reads(_ text: String, _ canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(
        "takes nothing else for an address",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.04", "0x7f.0.0.1", "2130706433", "127.1",
            "1.2.3.-4", "1.2.3.+4", "1..2.3",
            "1.2.3.4 ", "１.2.3.4", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8:9",
            "12345::", "g::", "::1%eth0",
            "::1.2.3", "1.2.3.4::", "[::1", "::+1", "[1.2.3.4", "::ffff:1.2.3.4.5",
        ])
    func refuses(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test("is made of the bytes of the wire")
    func bytes() {
        #expect(IPAddress(bytes: [127, 0, 0, 1]) == IPAddress("127.0.0.1"))
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 15) + [1]) == IPAddress("::1"))
        #expect(IPAddress(bytes: [1, 2, 3]) == nil)
    }

    @Test("a random address is read back from its spelling", arguments: 0..<200)
    func roundTrip(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let bytes = (0..<16).map { _ in random.oneIn(2) ? 0 : UInt8.random(in: 0...255, using: &random) }
        guard let address = IPAddress(bytes: bytes) else { return #expect(Bool(false), "seed \(seed)") }
        #expect(IPAddress(address.description) == address, "seed \(seed)")
    }

    @Test(
        "ranges are read, and hold what they should",
        arguments: [
            ("10.0.0.0/8", "10.9.9.9", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "9.9.9.9", true),
            ("0.0.0.0/0", "::1", false), ("fe80::/10", "febf::", true), ("::/0", "1::", true),
        ])
    func ranges(_ range: String, _ address: String, _ isInside: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test("what is no range is none", arguments: ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "x/8"])
    func noRange(_ text: String) { #expect(AddressRange(text) == nil) }
}
