import Foundation
import TestSupport
import Testing
import Transports
import Tributary

/// A server that sends one prepared answer, byte for byte, and closes.
private func answering(_ head: String, _ body: [UInt8] = []) throws -> RawTCPServer {
    try RawTCPServer { connection in
        _ = connection.readRequest()
        connection.write(head.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n\r\n")
        connection.write(body)
    }
}

private func gzipHead(_ count: Int) -> String { "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: \(count)" }

@Suite("HTTP bodies", .timeLimit(.minutes(2)))
struct HTTPBodyTests {
    private let json = Array(String(repeating: "{\"id\":12345,\"name\":\"Ada\"},", count: 40_000).utf8)

    @Test("A gzip body comes out as it was before", arguments: [1, 3])
    func inflates(members: Int) async throws {
        let member = try await Gzip.compress(json)
        let body = Array(repeating: member, count: members).flatMap { $0 }
        let server = try answering(gzipHead(body.count), body)
        let response = try await makeClient().send(HTTPRequest(.get, server.url))
        #expect(try await response.body.collect() == Array(repeating: json, count: members).flatMap { $0 })
    }

    @Test("A deflate body comes out as it was before, with and without the zlib header")
    func inflatesDeflate() async throws {
        // "hello hello hello" by zlib's compress, and its inside without header and checksum.
        let zlib: [UInt8] = [
            0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x00, 0x3a, 0x2e, 0x06, 0x7d,
        ]
        for body in [zlib, Array(zlib[2..<12])] {
            let server = try answering(
                "HTTP/1.1 200 OK\nContent-Encoding: deflate\nContent-Length: \(body.count)", body)
            let response = try await makeClient().send(HTTPRequest(.get, server.url))
            #expect(try await response.text() == "hello hello hello")
        }
    }

    @Test("A gzip body cut short is an error, though its length is as announced", arguments: [1, 9, 200, 5000])
    func truncatedGzip(missing: Int) async throws {
        let whole = try await Gzip.compress(json)
        let body = missing < whole.count ? Array(whole.dropLast(missing)) : Array(whole.prefix(12))
        let server = try answering(gzipHead(body.count), body)
        let error = await sourceError(.unreachable) {
            try await makeClient().send(HTTPRequest(.get, server.url)).body.collect()
        }
        #expect(error?.recovery == .retry(after: nil))
        #expect(error?.message.contains("compressed data end too early") == true)
    }

    @Test("A gzip body with broken data is an error")
    func brokenGzip() async throws {
        var body = try await Gzip.compress(json)
        for index in 20..<40 { body[index] ^= 0x55 }
        let server = try answering(gzipHead(body.count), body)
        _ = await sourceError(.unexpectedAnswer) {
            try await makeClient().send(HTTPRequest(.get, server.url)).body.collect()
        }
    }

    @Test("A coding that was not asked for is an error")
    func unknownCoding() async throws {
        let server = try answering("HTTP/1.1 200 OK\nContent-Encoding: zap\nContent-Length: 3", [1, 2, 3])
        _ = await sourceError(.unexpectedAnswer) { try await makeClient().send(HTTPRequest(.get, server.url)) }
    }

    @Test(
        "A body that ends before its length or last chunk is an error, never a short body",
        arguments: [
            ("HTTP/1.1 200 OK\nContent-Length: 1000", "{\"a\":1}"),
            ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", "7\r\n{\"a\":1}\r\n"),
            ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", "7\r\n{\"a\""),
            ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", ""),
        ])
    func cutBodies(head: String, body: String) async throws {
        let server = try answering(head, Array(body.utf8))
        let error = await sourceError(.unreachable) {
            try await makeClient().send(HTTPRequest(.get, server.url)).body.collect()
        }
        #expect(error?.recovery == .retry(after: nil))
        #expect(error?.message.contains("before its end") == true)
    }

    @Test(
        "A connection that breaks before or inside the head is an error",
        arguments: ["", "HTTP/1.1 200 OK\r\nContent-"])
    func cutHeads(text: String) async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write(text)
        }
        let error = await sourceError(.unreachable) {
            try await makeClient().send(HTTPRequest(.get, server.url)).body.collect()
        }
        #expect(error?.recovery == .retry(after: nil))
    }

    @Test("An answer that is not HTTP is an error")
    func notHTTP() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write("SSH-2.0-OpenSSH_9.2p1\r\n")
        }
        _ = await sourceError(.unexpectedAnswer) {
            try await makeClient().send(HTTPRequest(.get, server.url)).body.collect()
        }
    }

    @Test("A head without end is refused")
    func endlessHead() async throws {
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            let line = "X-Filler: " + String(repeating: "a", count: 1000) + "\r\n"
            while connection.write(line) {}
        }
        _ = await sourceError(.limitExceeded) { try await makeClient().send(HTTPRequest(.get, server.url)) }
    }

    @Test("A body over the limit is refused, announced or not, compressed or not", arguments: 0..<3)
    func bodyLimit(form: Int) async throws {
        let packed = try await Gzip.compress(json)
        let server =
            switch form {
            case 0: try answering("HTTP/1.1 200 OK\nContent-Length: \(json.count)", json)
            case 1: try answering("HTTP/1.1 200 OK\nConnection: close", json)
            default: try answering(gzipHead(packed.count), packed)
            }
        var request = HTTPRequest(.get, server.url)
        request.options.maxBodyBytes = json.count - 1
        let over = request
        let error = await sourceError(.limitExceeded) { try await makeClient().send(over).body.collect() }
        #expect(error?.recovery == .stop)
        request.options.maxBodyBytes = json.count
        #expect(try await makeClient().send(request).body.collect().count == json.count)
    }

    @Test("A body made to explode is refused before it has filled the memory")
    func bomb() async throws {
        let zeros = try await Gzip.compress([UInt8](repeating: 0, count: 100 << 20))
        let server = try answering(gzipHead(zeros.count), zeros)
        let response = try await makeClient().send(HTTPRequest(.get, server.url))
        var seen = 0
        let error = await sourceError(.limitExceeded) {
            while let chunk = try await response.body.chunk() { seen += chunk.count }
        }
        #expect(error?.message.contains("inflates to more than") == true)
        #expect(seen < 20 << 20)
    }

    @Test("A slow reader makes the server wait: 200 MB pass, and only a few are ever under way")
    func backPressure() async throws {
        let sent = Lock(0)
        let piece = [UInt8](repeating: 0x61, count: 1 << 18)
        let total = 200 << 20
        let server = try RawTCPServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            for _ in 0..<(total / piece.count) where connection.write(piece) { sent.withLock { $0 += piece.count } }
        }
        let response = try await makeClient().send(HTTPRequest(.get, server.url))
        var received = 0
        var mostUnderWay = 0
        while let chunk = try await response.body.chunk() {
            if received < 60 << 20 { try await Task.sleep(for: .milliseconds(4)) }
            mostUnderWay = max(mostUnderWay, sent.withLock { $0 } - received)
            received += chunk.count
            #expect(chunk.count <= 2 << 20)
        }
        #expect(received == total)
        // Our own buffers hold 2 MiB at most; the rest is the kernel's, on both sides of the connection.
        #expect(mostUnderWay < 24 << 20)
    }

    @Test("An empty body is empty, whatever its header fields say", arguments: [204, 200, 304])
    func emptyBodies(status: Int) async throws {
        let server = try answering("HTTP/1.1 \(status) X\nContent-Encoding: gzip\nContent-Length: 0")
        let response = try await makeClient().send(HTTPRequest(.get, server.url))
        #expect(response.status == status)
        #expect(try await response.body.collect().isEmpty)
    }
}
