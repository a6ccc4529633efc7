import Foundation
import TestSupport
import Testing
import Tributary

@testable import Transports

@Suite("HTTP address guard", .timeLimit(.minutes(1)))
struct HTTPAddressGuardTests {
    @Test(
        "A reserved address is refused in every spelling, and the message names address and reason",
        arguments: [
            ("http://127.0.0.1/", "127.0.0.1", "loopback"), ("http://localhost/", "127.0.0.1|::1", "loopback"),
            ("http://2130706433/", "127.0.0.1", "loopback"), ("http://0177.0.0.1/", "127.0.0.1", "loopback"),
            ("http://0x7f.1/", "127.0.0.1", "loopback"), ("http://127.1/", "127.0.0.1", "loopback"),
            ("http://[::1]/", "::1", "loopback"), ("http://[::ffff:127.0.0.1]/", "127.0.0.1", "loopback"),
            ("http://[64:ff9b::127.0.0.1]/", "127.0.0.1", "loopback"),
            ("http://[2002:7f00:1::]/", "127.0.0.1", "loopback"),
            ("http://169.254.169.254/latest/meta-data/", "169.254.169.254", "link-local"),
            ("http://[fe80::1]/", "fe80::1", "link-local"), ("http://0/", "0.0.0.0", "this network"),
            ("http://10.1.2.3/", "10.1.2.3", "private"), ("http://192.168.1.1:8080/", "192.168.1.1", "private"),
            ("http://172.31.255.255/", "172.31.255.255", "private"), ("http://100.64.0.1/", "100.64.0.1", "shared"),
            ("http://[fd00::1]/", "fd00::1", "private"), ("http://224.0.0.1/", "224.0.0.1", "multicast"),
            ("https://127.0.0.1/", "127.0.0.1", "loopback"),
        ])
    func refuses(url: String, address: String, reason: String) async throws {
        let client = CurlHTTPClient(policy: .publicOnly)
        let error = await sourceError(.addressRefused) { try await client.send(HTTPRequest(.get, url)) }
        let text = error?.description ?? ""
        #expect(address.split(separator: "|").contains { text.contains($0) }, "\(text)")
        #expect(text.contains(reason), "\(text)")
        #expect(error?.recovery == .stop)
    }

    @Test("A redirect from an allowed address to another one is refused")
    func redirectToReserved() async throws {
        let server = try await LoopbackHTTPServer { _ in .redirect(to: "http://127.0.0.2/") }
        let error = await sourceError(.addressRefused) { try await makeClient().send(HTTPRequest(.get, server.url)) }
        #expect(error?.message.contains("127.0.0.2") == true)
    }

    @Test("A connection that another policy has opened cannot be used, not even from a shared pool")
    func pooledConnection() async throws {
        let server = try await LoopbackHTTPServer { _ in .text("inside") }
        let settings = HTTPConfiguration()
        let session = CurlSession(settings)
        let open = CurlHTTPClient(policy: .unrestricted, settings: settings, session: session)
        let guarded = CurlHTTPClient(policy: .publicOnly, settings: settings, session: session)
        #expect(try await open.send(HTTPRequest(.get, server.url)).text() == "inside")
        _ = await sourceError(.addressRefused) { try await guarded.send(HTTPRequest(.get, server.url)) }
        #expect(try await open.send(HTTPRequest(.get, server.url)).text() == "inside")
        #expect(server.requests.count == 2)
    }

    @Test("A proxy named in the environment is not used")
    func ignoresProxies() async throws {
        let proxy = try await LoopbackHTTPServer { _ in .text("proxy") }
        setenv("http_proxy", proxy.url, 1)
        setenv("all_proxy", proxy.url, 1)
        defer {
            unsetenv("http_proxy")
            unsetenv("all_proxy")
        }
        _ = await sourceError(.addressRefused) {
            try await CurlHTTPClient(policy: .publicOnly.allowing(["127.0.0.1"])).send(
                HTTPRequest(.get, "http://10.0.0.1/"))
        }
        #expect(proxy.requests.isEmpty)
    }
}
