import Foundation
import TestSupport
import Testing
import Transports
import Tributary

/// A client that may dial the test servers of this machine.
func makeClient(_ change: (inout HTTPConfiguration) -> Void = { _ in }) -> CurlHTTPClient {
    var settings = HTTPConfiguration()
    change(&settings)
    return CurlHTTPClient(policy: .publicOnly.allowing(["127.0.0.1"]), settings: settings)
}

extension HTTPResponse {
    /// The body as text.
    func text() async throws -> String { String(decoding: try await body.collect(), as: UTF8.self) }
}

/// The error of kind `kind` that the operation must end with.
func sourceError<Result>(
    _ kind: SourceError.Kind, sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: () async throws -> Result
) async -> SourceError? {
    let error = await #expect(throws: SourceError.self, sourceLocation: sourceLocation) { _ = try await operation() }
    #expect(error?.kind == kind, "\(String(describing: error))", sourceLocation: sourceLocation)
    return error
}

@Suite("CurlHTTPClient", .timeLimit(.minutes(2)))
struct CurlHTTPClientTests {
    @Test("Method, URL, query, header fields and body arrive as they were given")
    func sendsRequests() async throws {
        let server = try await LoopbackHTTPServer { _ in .json("{\"ok\":true}", status: 201) }
        var headers = HTTPHeaders([("X-Plain", "a b"), ("Content-Type", "application/json")])
        headers.set("Authorization", prefix: "Bearer ", secret: Secret("s3cr3t"))
        let query = [QueryItem("q", "a+b c/é&="), QueryItem("key", secret: Secret("k&k"))]
        let request = HTTPRequest(
            .post, server.url + "/v1/things?page=2", query: query, headers: headers, body: Array("{\"n\":1}".utf8))
        let response = try await makeClient().send(request)
        #expect(response.status == 201)
        #expect(response.headers["content-type"] == "application/json")
        #expect(try await response.text() == "{\"ok\":true}")
        #expect(!response.url.contains("k%26k"))
        let seen = try #require(server.requests.first)
        #expect(seen.method == "POST")
        #expect(seen.path == "/v1/things")
        #expect(seen.query("page") == "2" && seen.query("q") == "a+b c/é&=" && seen.query("key") == "k&k")
        #expect(seen.headers["authorization"] == "Bearer s3cr3t")
        #expect(seen.headers["x-plain"] == "a b")
        #expect(seen.headers["accept-encoding"] == "gzip")
        #expect(seen.headers["expect"] == nil)
        #expect(String(decoding: seen.body, as: UTF8.self) == "{\"n\":1}")
    }

    @Test(
        "Every method reaches the server by its name", arguments: [HTTPMethod.get, .head, .post, .put, .patch, .delete])
    func sendsMethods(method: HTTPMethod) async throws {
        let server = try await LoopbackHTTPServer { _ in .text("hello") }
        let response = try await makeClient().send(HTTPRequest(method, server.url + "/"))
        #expect(try await response.text() == (method == .head ? "" : "hello"))
        #expect(server.requests.map(\.method) == [method.rawValue])
        #expect(server.requests.first?.headers["content-type"] == nil)
    }

    @Test("Requests one after another use one connection")
    func reusesConnections() async throws {
        let server = try await LoopbackHTTPServer { .text($0.path) }
        let client = makeClient()
        for index in 0..<20 {
            #expect(try await client.send(HTTPRequest(.get, "\(server.url)/\(index)")).text() == "/\(index)")
        }
        #expect(server.requests.count == 20)
        #expect(server.connectionCount == 1)
    }

    @Test("Requests at the same time are answered each with its own body")
    func sendsConcurrently() async throws {
        let server = try await LoopbackHTTPServer { .text($0.path) }
        let client = makeClient()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<100 {
                group.addTask {
                    try await client.send(HTTPRequest(.get, "\(server.url)/\(index)")).text() == "/\(index)"
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(server.requests.count == 100)
    }

    @Test("An error status is an answer")
    func passesErrorStatuses() async throws {
        let server = try await LoopbackHTTPServer { _ in .json("{\"error\":\"no\"}", status: 503) }
        let response = try await makeClient().send(HTTPRequest(.get, server.url))
        #expect(response.status == 503)
        #expect(try await response.text() == "{\"error\":\"no\"}")
    }

    @Test(
        "A header field that would add others is refused",
        arguments: [("X", "a\r\nEvil: 1"), ("X\r\nEvil", "a"), ("", "a"), ("A B", "a"), ("X", "a\u{0}b")])
    func refusesHeaderInjection(name: String, value: String) async throws {
        let server = try await LoopbackHTTPServer { _ in .text("") }
        let request = HTTPRequest(.get, server.url, headers: HTTPHeaders([(name, value)]))
        _ = await sourceError(.invalidConfig) { try await makeClient().send(request) }
        #expect(server.requests.isEmpty)
    }

    @Test(
        "A URL that is none, or of another scheme, or with a password in it, is refused",
        arguments: [
            "", "nonsense", "file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1:70/", "http://",
            "/relative",
            "http://user:hunter2@127.0.0.1/", "http://exa\u{0}mple.com/", "http://example.com:99999/",
        ])
    func refusesURLs(url: String) async throws {
        let error = await sourceError(.invalidConfig) { try await makeClient().send(HTTPRequest(.get, url)) }
        #expect(error?.description.contains("hunter2") == false)
        #expect(error?.recovery == .stop)
    }

    @Test("Cancelling a request ends it at once and closes its connection")
    func cancelsRequests() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.waitForClose()
        }
        let client = makeClient()
        let task = Task { try await client.send(HTTPRequest(.get, server.url)) }
        while server.openConnections == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(start.duration(to: .now) < .seconds(20))
        while server.openConnections > 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("A body that nobody reads to its end is given up with its connection")
    func dropsUnreadBodies() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
            while connection.write([UInt8](repeating: 65, count: 65536)) {}
        }
        let client = makeClient()
        do {
            let response = try await client.send(HTTPRequest(.get, server.url))
            _ = try await response.body.chunk()
        }
        while server.openConnections > 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("A client that goes away while a request waits for its answer does not take the answer with it")
    func outlivesItsClient() async throws {
        let server = try await LoopbackHTTPServer { _ in .text("late").after(.milliseconds(50)) }
        let response = try await makeClient().send(HTTPRequest(.get, server.url))
        #expect(try await response.text() == "late")
    }
}
