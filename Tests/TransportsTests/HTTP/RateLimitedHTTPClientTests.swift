import Foundation
import TestSupport
import Testing
import Transports
import Tributary

@Suite("RateLimitedHTTPClient", .timeLimit(.minutes(1)))
struct RateLimitedHTTPClientTests {
    private let request = HTTPRequest(.get, "https://api.example.com/things")

    @Test("After a burst, requests keep the pace")
    func pace() async throws {
        let clock = ManualClock()
        let client = RateLimitedHTTPClient(
            ScriptedHTTPClient([.answer(200)]),
            limits: ["api.example.com": RateLimit(requests: 10, per: .seconds(1), burst: 3)], clock: clock)
        let start = clock.now
        for _ in 0..<23 { _ = try await client.send(request) }
        #expect(clock.now - start == 2_000_000)
        #expect(clock.sleeps == Array(repeating: .milliseconds(100), count: 20))
    }

    @Test("A rest fills the bucket again, and no further")
    func rest() async throws {
        let clock = ManualClock()
        let client = RateLimitedHTTPClient(
            ScriptedHTTPClient([.answer(200)]), default: RateLimit(requests: 4, per: .seconds(4)), clock: clock)
        for _ in 0..<4 { _ = try await client.send(request) }
        clock.advance(by: .seconds(100))
        for _ in 0..<4 { _ = try await client.send(request) }
        #expect(clock.sleeps.isEmpty)
        _ = try await client.send(request)
        #expect(clock.sleeps == [.seconds(1)])
    }

    @Test("Each host has its own bucket; a host without a limit has none")
    func hosts() async throws {
        let clock = ManualClock()
        let limit = RateLimit(requests: 1, per: .seconds(1))
        let client = RateLimitedHTTPClient(
            ScriptedHTTPClient([.answer(200)]), limits: ["a.example": limit, "b.example": limit], clock: clock)
        _ = try await client.send(HTTPRequest(.get, "https://a.example/"))
        _ = try await client.send(HTTPRequest(.get, "https://b.example/"))
        for _ in 0..<5 { _ = try await client.send(HTTPRequest(.get, "https://c.example/")) }
        #expect(clock.sleeps.isEmpty)
        _ = try await client.send(HTTPRequest(.get, "https://A.example/"))
        #expect(clock.sleeps == [.seconds(1)])
    }

    @Test("Requests at the same time are spread as well")
    func concurrent() async throws {
        let clock = ManualClock(advancesOnSleep: false)
        let client = RateLimitedHTTPClient(
            ScriptedHTTPClient([.answer(200)]), default: RateLimit(requests: 1, per: .seconds(1)), clock: clock)
        let request = request
        let tasks = (0..<5).map { _ in Task { try await client.send(request) } }
        while clock.sleeperCount < 4 { await Task.yield() }
        #expect(Set(clock.sleeps) == [.seconds(1), .seconds(2), .seconds(3), .seconds(4)])
        clock.advance(by: .seconds(4))
        for task in tasks { _ = try await task.value }
    }

    @Test(
        "A host that has had enough is left alone until it says",
        arguments: [
            (429, ["Retry-After": "30"]), (503, ["Retry-After": "30"]),
            (200, ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1767225630"]),
            (403, ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1767225630"]),
            (200, ["RateLimit-Remaining": "0", "RateLimit-Reset": "30"]),
        ])
    func holds(status: Int, fields: [String: String]) async throws {
        let clock = ManualClock()
        let client = RateLimitedHTTPClient(ScriptedHTTPClient([.answer(status, fields), .answer(200)]), clock: clock)
        _ = try await client.send(request)
        _ = try await client.send(HTTPRequest(.get, "https://other.example.com/"))
        #expect(clock.sleeps.isEmpty)
        _ = try await client.send(request)
        #expect(clock.sleeps == [.seconds(30)])
    }

    @Test(
        "A window with requests left, and a hold that is too long, hold nothing back",
        arguments: [
            ["X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "1767225630"], ["X-RateLimit-Remaining": "0"],
            ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1767229200"],
            ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"], ["Retry-After": "60"],
        ])
    func holdsNot(fields: [String: String]) async throws {
        let clock = ManualClock()
        let client = RateLimitedHTTPClient(ScriptedHTTPClient([.answer(200, fields)]), clock: clock)
        for _ in 0..<2 { _ = try await client.send(request) }
        #expect(clock.sleeps.isEmpty)
    }
}

@Suite("LiveHTTP", .timeLimit(.minutes(1)))
struct LiveHTTPTests {
    @Test("The whole stack waits as the server asks, then gets its answer")
    func stack() async throws {
        let count = Lock(0)
        let server = try await LoopbackHTTPServer { _ in
            let number = count.withLock { count -> Int in
                count += 1
                return count
            }
            return number == 1 ? .rateLimited(retryAfter: "11") : number == 2 ? .json("{}", status: 502) : .text("ok")
        }
        let clock = ManualClock()
        let client = LiveHTTP.make(policy: .publicOnly.allowing(["127.0.0.1"]), clock: clock)
        let response = try await client.send(HTTPRequest(.get, server.url))
        #expect(try await response.text() == "ok")
        #expect(response.attempts == 3)
        #expect(clock.sleeps.count == 2 && clock.sleeps[0] == .seconds(11))
        #expect(server.connectionCount == 1)
    }

    @Test("A body cut by the server is fetched again")
    func cutBody() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\"")
            if connection.index > 0 { connection.write(":1}") }
        }
        let client = LiveHTTP.make(policy: .publicOnly.allowing(["127.0.0.1"]), clock: ManualClock())
        #expect(try await client.send(HTTPRequest(.get, server.url)).text() == "{\"a\":1}")
        #expect(server.connectionCount == 2)
    }

    @Test("A refused address is not tried again")
    func refused() async throws {
        let clock = ManualClock()
        let client = LiveHTTP.make(policy: .publicOnly, clock: clock)
        _ = await sourceError(.addressRefused) { try await client.send(HTTPRequest(.get, "http://127.0.0.1/")) }
        #expect(clock.sleeps.isEmpty)
    }
}
