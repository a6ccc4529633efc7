import Foundation
import TestSupport
import Testing
import Transports
import Tributary

@Suite("HTTP redirects", .timeLimit(.minutes(1)))
struct HTTPRedirectTests {
    private func request(_ url: String, _ method: HTTPMethod = .get, body: [UInt8]? = nil) -> HTTPRequest {
        var headers = HTTPHeaders([("X-Api-Key", "plainKey"), ("Cookie", "c=1"), ("Accept", "application/json")])
        headers.set("Authorization", prefix: "Bearer ", secret: Secret("tokenInHeader"))
        headers.set("User-Agent", secret: Secret("secretAgent"))
        return HTTPRequest(
            method, url, query: [QueryItem("key", secret: Secret("keyInQuery"))], headers: headers, body: body)
    }

    @Test("A redirect within the origin keeps the credentials, and the answer tells its URL")
    func sameOrigin() async throws {
        let server = try await LoopbackHTTPServer { $0.path == "/b" ? .text("here") : .redirect(to: "/b?x=1") }
        let response = try await makeClient().send(request(server.url + "/a"))
        #expect(try await response.text() == "here")
        #expect(response.url == server.url + "/b?x=1")
        #expect(server.requests.last?.headers["authorization"] == "Bearer tokenInHeader")
        #expect(server.requests.last?.headers["cookie"] == "c=1")
        #expect(server.connectionCount == 1)
    }

    @Test("A redirect to another origin carries no credentials of any kind", arguments: [301, 302, 303, 307, 308])
    func otherOrigin(status: Int) async throws {
        let other = try await LoopbackHTTPServer { _ in .text("there") }
        let server = try await LoopbackHTTPServer { _ in .redirect(status, to: other.url + "/x") }
        let response = try await makeClient().send(request(server.url))
        #expect(try await response.text() == "there")
        let seen = try #require(other.requests.first)
        #expect(seen.headers["accept"] == "application/json")
        for name in ["authorization", "cookie", "x-api-key"] { #expect(seen.headers[name] == nil) }
        #expect(seen.headers["user-agent"] == "Tributary/1.0")
        #expect(seen.query.isEmpty)
    }

    @Test("Credentials stay away although the way leads back to the first origin")
    func roundTrip() async throws {
        let home = Lock("")
        let other = try await LoopbackHTTPServer { _ in .redirect(to: home.withLock { $0 } + "/end") }
        let server = try await LoopbackHTTPServer { $0.path == "/end" ? .text("") : .redirect(to: other.url) }
        home.withLock { $0 = server.url }
        _ = try await makeClient().send(request(server.url + "/start"))
        #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer tokenInHeader", nil])
    }

    @Test(
        "A redirect that copies a secret into another origin's URL is refused",
        arguments: ["keyInQuery", "tokenInHeader"])
    func leakingLocation(secret: String) async throws {
        let other = try await LoopbackHTTPServer { _ in .text("") }
        let server = try await LoopbackHTTPServer { _ in .redirect(to: "\(other.url)/?k=\(secret)") }
        let error = await sourceError(.unexpectedAnswer) { try await makeClient().send(request(server.url)) }
        #expect(other.requests.isEmpty)
        #expect(error?.description.contains(secret) == false)
    }

    @Test(
        "Method and body after a redirect follow RFC 9110",
        arguments: [
            (HTTPMethod.post, 301, "GET", 0), (.post, 302, "GET", 0), (.post, 303, "GET", 0), (.post, 307, "POST", 3),
            (.post, 308, "POST", 3), (.put, 302, "PUT", 3), (.put, 303, "GET", 0), (.head, 303, "HEAD", 0),
            (.delete, 301, "DELETE", 3),
        ])
    func methods(method: HTTPMethod, status: Int, expected: String, bodyCount: Int) async throws {
        let server = try await LoopbackHTTPServer { $0.path == "/b" ? .text("") : .redirect(status, to: "/b") }
        let body: [UInt8]? = method == .head ? nil : [1, 2, 3]
        _ = try await makeClient().send(request(server.url + "/a", method, body: body))
        #expect(server.requests.last?.path == "/b")
        #expect(server.requests.last?.method == expected)
        #expect(server.requests.last?.body.count == bodyCount)
    }

    @Test("A body is never sent on to another origin")
    func bodyToOtherOrigin() async throws {
        let other = try await LoopbackHTTPServer { _ in .text("") }
        let server = try await LoopbackHTTPServer { _ in .redirect(307, to: other.url) }
        _ = await sourceError(.unexpectedAnswer) { try await makeClient().send(request(server.url, .post, body: [1])) }
        #expect(other.requests.isEmpty)
    }

    @Test(
        "A redirect to another scheme, or to a URL with a password, is refused",
        arguments: [
            "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:25/x", "http://u:p@127.0.0.1/", "http://",
        ])
    func schemes(location: String) async throws {
        let server = try await LoopbackHTTPServer { _ in .redirect(to: location) }
        _ = await sourceError(.unexpectedAnswer) { try await makeClient().send(request(server.url)) }
    }

    @Test("Ten redirects are followed, an eleventh is not")
    func limit() async throws {
        let server = try await LoopbackHTTPServer { request in
            let count = Int(request.path.dropFirst()) ?? 0
            return count == 0 ? .text("end") : .redirect(to: "/\(count - 1)")
        }
        let client = makeClient()
        #expect(try await client.send(HTTPRequest(.get, server.url + "/10")).text() == "end")
        _ = await sourceError(.unexpectedAnswer) { try await client.send(HTTPRequest(.get, server.url + "/11")) }
    }

    @Test("A request that follows no redirects gets the redirect as its answer")
    func notFollowed() async throws {
        let server = try await LoopbackHTTPServer { _ in .redirect(to: "/b") }
        var request = HTTPRequest(.get, server.url + "/a")
        request.options.followsRedirects = false
        let response = try await makeClient().send(request)
        #expect(response.status == 302)
        #expect(response.headers["Location"] == "/b")
        #expect(server.requests.count == 1)
    }
}
