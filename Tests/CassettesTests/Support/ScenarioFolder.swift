import Foundation
import TestSupport
import Tributary

@testable import Cassettes

/// A scenario that a test writes: one state unless told otherwise.
struct ScenarioFolder {
    let folder: TemporaryFolder

    init(manifest: String = ScenarioFolder.manifest(), entries: [String] = [], bodies: [String: String] = [:]) throws {
        folder = try TemporaryFolder("scenario")
        try folder.write(manifest, to: "manifest.json")
        try folder.write(Self.har(entries), to: "t0.har")
        for (name, text) in bodies { try folder.write(text, to: name) }
    }

    func scenario() throws -> Scenario { try Scenario(at: folder.url) }

    func client() throws -> ReplayHTTPClient {
        guard let client = try scenario().session(state: "t0").client else {
            throw SourceError(.invalidFixture, "The test's scenario has no HTTP.")
        }
        return client
    }

    static func har(_ entries: [String]) -> String {
        #"{"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": ["#
            + entries.joined(separator: ",\n") + "]}}"
    }

    static func manifest(match: String = "{}", more: String = "") -> String {
        """
        {"format": 1, "source": "acme", "title": "A test", "provenance": {"kind": "synthetic"},
         "states": [{"name": "t0", "clock": "2025-06-01T00:00:00Z", "http": "t0.har"}], "match": \(match)\(more)}
        """
    }

    /// An entry; `more` is put in front, such as `"_replay": "repeat",`.
    static func entry(
        _ id: String, _ url: String, status: Int = 200, headers: String = "", content: String? = nil, more: String = "",
        request: String = ""
    ) -> String {
        """
        {"_id": "\(id)", \(more) "startedDateTime": "2025-06-01T00:00:00Z", "time": 0.5,
         "request": {"method": "GET", "url": "\(url)", "headers": [{"name": "Authorization", "value": "Bearer fake"}],
                     "headersSize": -1\(request)},
         "response": {"status": \(status), "headers": [\(headers)], "content": \(content ?? "{\"text\": \"\(id)\"}")}}
        """
    }
}

extension HTTPRequest {
    /// A request with the token that the entries of ``ScenarioFolder`` hold.
    static func authorized(_ url: String, query: [QueryItem] = [], token: String = "fake") -> HTTPRequest {
        var request = HTTPRequest(.get, url, query: query)
        request.headers.set("authorization", prefix: "Bearer ", secret: Secret(token))
        return request
    }
}

/// The text of a body.
func text(_ response: HTTPResponse) async throws -> String {
    String(decoding: try await response.body.collect(), as: UTF8.self)
}

/// The error that `body` throws, as text; nil when it throws none.
func message(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch {
        return "\(error)"
    }
}
