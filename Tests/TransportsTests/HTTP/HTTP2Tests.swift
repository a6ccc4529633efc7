import Foundation
import TestSupport
import Testing
import Transports
import Tributary

@Suite("HTTPS and HTTP/2", .timeLimit(.minutes(1)), .enabled(if: Requirement.met(NginxServer.isAvailable)))
struct HTTP2Tests {
    private static let locations = """
        location /version { return 200 "$server_protocol $connection $connection_requests"; }
        """

    @Test("Over TLS the server's HTTP/2 is used, with one connection for requests one after another")
    func negotiatesHTTP2() async throws {
        let authority = try await ThrowawayCA()
        let server = try await NginxServer(authority: authority, locations: Self.locations)
        let client = makeClient { $0.certificateAuthorities = authority.authority }
        var connections: Set<Substring> = []
        for _ in 0..<5 {
            let words = try await client.send(HTTPRequest(.get, server.url + "/version")).text().split(separator: " ")
            #expect(words.first == "HTTP/2.0")
            connections.insert(words[1])
        }
        #expect(connections.count == 1)
    }

    @Test("A compressed body over HTTP/2 comes out whole")
    func gzipOverHTTP2() async throws {
        let authority = try await ThrowawayCA()
        let json = Array(String(repeating: "{\"id\":1,\"name\":\"Ada Lovelace\"},", count: 100_000).utf8)
        let server = try await NginxServer(authority: authority, locations: "", files: ["big.json": json])
        let client = makeClient { $0.certificateAuthorities = authority.authority }
        let response = try await client.send(HTTPRequest(.get, server.url + "/big.json"))
        #expect(response.headers["content-encoding"] == "gzip")
        #expect(try await response.body.collect() == json)
    }

    @Test("A reader who pauses does not stop other requests to the same server")
    func pausedSibling() async throws {
        let authority = try await ThrowawayCA()
        let big = [UInt8](repeating: 7, count: 64 << 20)
        let server = try await NginxServer(
            authority: authority, locations: "location /version { return 200 ok; }", files: ["big": big])
        let client = makeClient { $0.certificateAuthorities = authority.authority }
        let headers = HTTPHeaders([("Accept-Encoding", "identity")])
        let response = try await client.send(HTTPRequest(.get, server.url + "/big", headers: headers))
        var count = try await response.body.chunk()?.count ?? 0
        for _ in 0..<10 {
            #expect(try await client.send(HTTPRequest(.get, server.url + "/version")).text() == "ok")
            count += try await response.body.chunk()?.count ?? 0
        }
        while let chunk = try await response.body.chunk() { count += chunk.count }
        #expect(count == big.count)
    }

    @Test("A server whose certificate nobody vouches for is refused")
    func untrusted() async throws {
        let server = try await NginxServer(authority: ThrowawayCA(), locations: "")
        let error = await sourceError(.unreachable) { try await makeClient().send(HTTPRequest(.get, server.url)) }
        #expect(error?.message.contains("is not trusted") == true)
        #expect(error?.recovery == .stop)
    }
}
