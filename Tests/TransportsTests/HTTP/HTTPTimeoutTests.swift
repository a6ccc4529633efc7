import Foundation
import TestSupport
import Testing
import Transports
import Tributary

@Suite("HTTP time-outs and connection errors", .timeLimit(.minutes(1)))
struct HTTPTimeoutTests {
    @Test("A server that never answers is given up after the head's time")
    func headTimeout() async throws {
        let server = try RawTCPServer { $0.waitForClose() }
        let client = makeClient { $0.headTimeout = .milliseconds(200) }
        let start = ContinuousClock.now
        let error = await sourceError(.timedOut) { try await client.send(HTTPRequest(.get, server.url + "/x?k=v")) }
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(error?.recovery == .retry(after: nil))
        #expect(error?.message == "Sending GET \(server.url)/x?…: no complete answer head came within 0.2 s.")
    }

    @Test("A body that stops flowing is given up after the idle time")
    func idleTimeout() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            connection.waitForClose()
        }
        var request = HTTPRequest(.get, server.url)
        request.options.idleTimeout = .seconds(1)
        let response = try await makeClient().send(request)
        let error = await sourceError(.timedOut) { try await response.body.collect() }
        #expect(error?.message.contains("1 bytes of the body had come") == true)
    }

    @Test("A body that drips a byte now and then is given up as well")
    func slowDrip() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while connection.write("x") { Thread.sleep(forTimeInterval: 0.3) }
        }
        var request = HTTPRequest(.get, server.url)
        request.options.idleTimeout = .seconds(1)
        let response = try await makeClient().send(request)
        _ = await sourceError(.timedOut) { try await response.body.collect() }
    }

    @Test("A reader who takes his time is not timed out")
    func slowReader() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n")
            connection.write([UInt8](repeating: 1, count: 60_000_000))
        }
        var request = HTTPRequest(.get, server.url)
        request.options.idleTimeout = .seconds(3)
        let response = try await makeClient().send(request)
        let first = try await response.body.chunk()?.count ?? 0
        try await Task.sleep(for: .seconds(5))
        #expect(try await response.body.collect().count == 60_000_000 - first)
    }

    @Test("A port on which nobody listens is unreachable")
    func refused() async throws {
        let error = await sourceError(.unreachable) {
            try await makeClient().send(HTTPRequest(.get, "http://127.0.0.1:\(FreePort.take())/"))
        }
        #expect(error?.recovery == .retry(after: nil))
        #expect(error?.message.contains("does not accept connections") == true)
        #expect(error?.message.contains("Connection refused") == true)
    }

    @Test("A name that does not exist is unreachable, and the message names it")
    func unknownName() async throws {
        let error = await sourceError(.unreachable) {
            try await makeClient().send(HTTPRequest(.get, "http://no-such-host.invalid/"))
        }
        #expect(error?.message.contains("no-such-host.invalid") == true)
    }

    @Test("A connection that is reset is an error that may be retried")
    func reset() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.resetOnClose()
        }
        let error = await sourceError(.unreachable) { try await makeClient().send(HTTPRequest(.get, server.url)) }
        #expect(error?.recovery == .retry(after: nil))
    }

    @Test(
        "A request that must not be sent twice is not, when a kept connection turns out dead", arguments: [false, true])
    func staleConnections(isIdempotent: Bool) async throws {
        let received = Lock<[String]>([])
        let server = try RawTCPServer { connection in
            while let request = connection.readRequest() {
                received.withLock { $0.append(String(request.prefix(4))) }
                // The first connection serves one request and dies of the second.
                if connection.index == 0 && request.hasPrefix("POST") { return connection.resetOnClose() }
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        let client = makeClient()
        _ = try await client.send(HTTPRequest(.get, server.url)).body.collect()
        var post = HTTPRequest(.post, server.url, body: [1])
        post.options.isIdempotent = isIdempotent
        let request = post
        if isIdempotent {
            #expect(try await client.send(request).text() == "ok")
        } else {
            let error = await sourceError(.unreachable) { try await client.send(request) }
            #expect(error?.recovery == .stop)
        }
        #expect(received.withLock { $0 } == ["GET ", "POST"] + (isIdempotent ? ["POST"] : []))
    }

    @Test("No message shows a secret of the request")
    func masksSecrets() async throws {
        var request = HTTPRequest(.get, "http://127.0.0.1:\(FreePort.take())/p?token=inTheURL")
        request.query = [QueryItem("page", "2"), QueryItem("key", secret: Secret("inTheQuery"))]
        request.headers.set("Authorization", secret: Secret("inTheHeader"))
        let secretive = request
        let error = await sourceError(.unreachable) { try await makeClient().send(secretive) }
        let text = "\(String(describing: error))"
        #expect(text.contains("/p?…&page=2&key=•••"))
        for secret in ["inTheURL", "inTheQuery", "inTheHeader"] { #expect(!text.contains(secret)) }
    }
}
