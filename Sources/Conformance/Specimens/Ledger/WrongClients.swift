import Columns
import Foundation
import Tributary

/// Clients of faulty sources: each does one thing wrong.

private let emptyPage = Array(#"{"data": [], "more": false}"#.utf8)

/// Takes a body that is no JSON for an empty page.
struct LenientClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        let body = try await response.body.collect()
        let isWhole = (try? JSONValue(parsing: body)) != nil
        response.body = HTTPBody(isWhole ? body : emptyPage)
        return response
    }
}

/// Takes a connection that breaks for an empty page.
struct ForgivingClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            var response = try await base.send(request)
            response.body = HTTPBody(try await response.body.collect())
            return response
        } catch let error as SourceError where error.kind == .unreachable || error.kind == .timedOut {
            return HTTPResponse(
                status: 200, headers: HTTPHeaders([("Content-Type", "application/json")]), url: request.url,
                body: HTTPBody(emptyPage))
        }
    }
}

/// The transport of whoever came first.
enum KeptTransport {
    private static let kept = Lock<(any HTTPClient)?>(nil)

    static func first(_ client: any HTTPClient) -> any HTTPClient {
        kept.withLock { kept in
            let first = kept ?? client
            kept = first
            return first
        }
    }
}

/// Sends whatever key the first connection of the process had.
struct FirstKeyClient: HTTPClient {
    private static let kept = Lock<String?>(nil)
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let own = request.headers.fields.first(where: { $0.name.lowercased() == "authorization" }) else {
            return try await base.send(request)
        }
        let first = Self.kept.withLock { kept in
            let first = kept ?? own.value.revealed
            kept = first
            return first
        }
        var request = request
        request.headers.set("Authorization", prefix: "", secret: Secret(first))
        return try await base.send(request)
    }
}

/// Replaces bytes that are no UTF-8.
struct RepairingClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        let text = String(decoding: try await response.body.collect(), as: UTF8.self)
        response.body = HTTPBody(Array(text.utf8))
        return response
    }
}

/// Takes the escape of a letter by its number for the letters that it is written with.
struct UnescapingClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        var result: [UInt8] = []
        for byte in try await response.body.collect() {
            // Before a `u` a backslash is made two.
            if byte == UInt8(ascii: "u"), result.last == UInt8(ascii: "\\") { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        response.body = HTTPBody(result)
        return response
    }
}

/// Lets its parser's own error out.
struct ParsingClient: HTTPClient {
    struct Unparsable: Error {}
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        let body = try await response.body.collect()
        guard (try? JSONValue(parsing: body)) != nil else { throw Unparsable() }
        response.body = HTTPBody(body)
        return response
    }
}

/// Has pauses of its own.
struct StubbornClient: HTTPClient {
    let base: any HTTPClient
    let clock: any SyncClock

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        for pause in [1, 2, 4, 8] {
            let response = try await base.send(request)
            guard response.status == 429 || response.status >= 500 else { return response }
            try await clock.sleep(for: .seconds(pause))
        }
        return try await base.send(request)
    }
}

/// Takes a quota that is used up for the end of all attempts.
struct HopelessClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await base.send(request)
        guard response.status == 429 else { return response }
        throw SourceError(.upstreamFailure, "Reading: no attempts are left.")
    }
}

/// Asks again for ever.
struct TirelessClient: HTTPClient {
    let base: any HTTPClient
    let clock: any SyncClock

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        while true {
            let response = try await base.send(request)
            guard response.status == 504 else { return response }
            try await clock.sleep(for: .seconds(30))
        }
    }
}

/// Changes each request.
struct RewritingClient: HTTPClient {
    let base: any HTTPClient
    let change: @Sendable (inout HTTPRequest) -> Void

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var request = request
        change(&request)
        return try await base.send(request)
    }
}

/// Loses the fields of the rate limit.
struct HeaderlessClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        let names = response.headers.fields.map(\.name).filter { $0.lowercased().contains("ratelimit") }
        for name in names { response.headers.remove(name) }
        return response
    }
}

/// Follows redirects with all header fields.
struct FollowingClient: HTTPClient {
    let base: any HTTPClient
    let limit: Int
    /// Whether it stays on the host, as it should.
    var staysHome = false

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var request = request
        for _ in 0..<limit {
            let response = try await base.send(request)
            guard (301...308).contains(response.status), let location = response.headers["Location"] else {
                return response
            }
            let home = URLComponents(string: request.url)?.host
            if staysHome, URLComponents(string: location)?.host != home || location.hasPrefix("http:") {
                return response
            }
            request.url = location
            request.query = []
        }
        throw SourceError(.unexpectedAnswer, "Following redirects: there are too many.")
    }
}

/// Tells a service of the author's of each answer that is a failure.
struct ReportingClient: HTTPClient {
    let base: any HTTPClient
    let url: String

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await base.send(request)
        if response.status >= 400 { _ = try? await base.send(HTTPRequest(.get, url)) }
        return response
    }
}
