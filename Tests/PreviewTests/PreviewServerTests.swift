import Columns
import Foundation
import Preview
import TestSupport
import Testing
import Transports
import Tributary

/// The server's gate, by plain requests.
@Suite struct PreviewServerTests {
    static func server() async throws -> PreviewServer {
        let upstream = PreviewSession.Upstream(name: "test") { SourceContext.testing() }
        return try await PreviewServer(PreviewSession(AnySource(EveryFieldSource.self), upstream: upstream))
    }

    private static let client = CurlHTTPClient(policy: .unrestricted)

    private func ask(
        _ server: PreviewServer, _ path: String, headers: [String: String] = [:], method: HTTPMethod = .get,
        body: String? = nil
    ) async throws -> (status: Int, text: String, headers: HTTPHeaders) {
        let port = try #require(server.address.port)
        var request = HTTPRequest(method, "http://127.0.0.1:\(port)\(path)")
        request.body = body.map { Array($0.utf8) }
        request.options.followsRedirects = false
        for (name, value) in headers { request.headers[name] = value }
        let response = try await Self.client.send(request)
        let bytes = try await response.body.collect()
        return (response.status, String(decoding: bytes, as: UTF8.self), response.headers)
    }

    private func cookie(_ server: PreviewServer) async throws -> String {
        let start = try await ask(server, "/start?" + (server.address.query ?? ""))
        let field = try #require(start.headers["Set-Cookie"])
        #expect(field.contains("HttpOnly") && field.contains("SameSite=Strict"))
        return String(field.split(separator: ";")[0])
    }

    @Test("the address works once, and nothing is answered without its cookie")
    func once() async throws {
        let server = try await Self.server()
        #expect(try await ask(server, "/").status == 403)
        #expect(try await ask(server, "/api/source").status == 403)
        #expect(try await ask(server, "/start?token=guess").status == 403)
        let cookie = try await cookie(server)
        #expect(try await ask(server, "/start?" + (server.address.query ?? "")).status == 403)
        let page = try await ask(server, "/", headers: ["Cookie": cookie])
        #expect(page.status == 200 && page.text.contains("<main"))
        #expect(page.headers["Content-Security-Policy"]?.contains("default-src 'none'") == true)
        #expect(try await ask(server, "/", headers: ["Cookie": cookie + "x"]).status == 403)
        #expect(try await ask(server, "/nothing", headers: ["Cookie": cookie]).status == 404)
        await server.stop()
    }

    @Test("a port that is taken is told at once, and a server whose task is cancelled ends")
    func portTaken() async throws {
        let server = try await Self.server()
        let port = UInt16(try #require(server.address.port))
        let upstream = PreviewSession.Upstream(name: "test") { SourceContext.testing() }
        let session = PreviewSession(AnySource(EveryFieldSource.self), upstream: upstream)
        let error = await #expect(throws: SourceError.self) { try await PreviewServer(session, port: port) }
        #expect(
            error?.kind == .invalidConfig && error?.message.contains("\(port)") == true, "\(String(describing: error))")
        let serving = Task { try await server.serve() }
        serving.cancel()
        await #expect(throws: (any Error).self) { try await serving.value }
    }

    @Test("a page of another site cannot use it, whatever name it found")
    func otherSites() async throws {
        let server = try await Self.server()
        let cookie = try await cookie(server)
        let foreign = ["Cookie": cookie, "Origin": "https://evil.example"]
        #expect(try await ask(server, "/api/source", headers: foreign).status == 403)
        #expect(try await ask(server, "/", headers: ["Cookie": cookie, "Host": "evil.example"]).status == 403)
        let form = ["Cookie": cookie, "Content-Type": "text/plain"]
        #expect(try await ask(server, "/api/validate", headers: form, method: .post, body: "{}").status == 422)
        await server.stop()
    }

    @Test("a config's problems are told field by field, values never")
    func problems() async throws {
        let server = try await Self.server()
        let headers = ["Cookie": try await cookie(server), "Content-Type": "application/json"]
        let body = #"{"workspace": "acme", "port": "not-a-number-4711"}"#
        let answer = try await ask(server, "/api/validate", headers: headers, method: .post, body: body)
        #expect(answer.status == 200 && answer.text.contains("\"path\":\"port\""))
        #expect(answer.text.contains("\"path\":\"method\"") && !answer.text.contains("4711"))
        let broken = try await ask(server, "/api/validate", headers: headers, method: .post, body: "{")
        #expect(broken.status == 422 && broken.text.contains("not JSON"))
        let large = String(repeating: " ", count: 2 << 20)
        let refused = try await ask(server, "/api/validate", headers: headers, method: .post, body: large)
        #expect(refused.status == 422 && refused.text.contains("bytes"))
        await server.stop()
    }
}
