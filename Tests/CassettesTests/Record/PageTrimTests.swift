import Columns
import Foundation
import Testing
import Tributary

@testable import Cassettes

/// An upstream without an end.
private struct EndlessList: HTTPClient {
    let page: @Sendable (Int) -> (headers: [(String, String)], body: String)

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = URLComponents(string: request.url)?.queryItems?.first { $0.name == "page" }?.value.flatMap(
            Int.init)
        let answer = page(number ?? 1)
        return HTTPResponse(
            status: 200, headers: HTTPHeaders(answer.headers), url: request.url, body: HTTPBody(Array(answer.body.utf8))
        )
    }
}

@Suite struct PageTrimTests {
    private func read(_ recorder: RecordingHTTPClient, _ page: Int) async throws -> JSONValue {
        let response = try await recorder.send(HTTPRequest(.get, "https://api.example.com/things?page=\(page)"))
        return try JSONValue(parsing: try await response.body.collect())
    }

    @Test("the last page that is kept says so by whatever marker the API has; a further one is empty")
    func markers() async throws {
        let list = EndlessList { page in
            (
                [("Link", "<https://api.example.com/things?page=\(page + 1)>; rel=\"next\", <x>; rel=\"first\"")],
                #"{"data": [{"id": \#(page * 2)}, {"id": \#(page * 2 + 1)}], "has_more": true, "meta": {"next_cursor": "c", "total": 900}}"#
            )
        }
        let recorder = RecordingHTTPClient(list, maxPages: 2)
        #expect(try await read(recorder, 1)["has_more"]?.bool == true)
        let last = try await read(recorder, 2)
        #expect(last["has_more"]?.bool == false && last["meta"]?["next_cursor"]?.isNull == true)
        #expect(last["data"]?.array?.count == 2)
        #expect(try await read(recorder, 3)["data"]?.array?.isEmpty == true)
        let link = recorder.exchanges[1].responseHeaders.first { $0.name.lowercased() == "link" }?.value ?? ""
        #expect(!link.contains("next") && link.contains("first"))
        let settled = TrimmedCounters.settled(recorder.exchanges)
        let totals = try settled.map { try JSONValue(parsing: $0.body)["meta"]?["total"]?.int64 }
        #expect(totals == [4, 4, 4])
    }

    @Test("the lists of two parents that share a path are cut each by itself")
    func parents() async throws {
        let recorder = RecordingHTTPClient(
            EndlessList { _ in ([], #"{"data": [{"id": 1}], "next_cursor": "c"}"#) }, maxPages: 2)
        for parent in ["a", "b"] {
            for token in ["", #", "page_token": "c""#] {
                let body = Array(#"{"of": ["\#(parent)"]\#(token)}"#.utf8)
                _ = try await recorder.send(HTTPRequest(.post, "https://api.example.com/things", body: body))
                    .body.collect()
            }
        }
        #expect(recorder.exchanges.map { $0.trimmed != nil } == [false, true, false, true])
    }

    @Test("a list that is read from its beginning again, as each child table does with its parents, is counted anew")
    func readAgain() async throws {
        let list = EndlessList { page in ([], #"{"data": [{"id": \#(page)}], "has_more": true}"#) }
        let recorder = RecordingHTTPClient(list, maxPages: 2)
        for _ in 1...3 {
            #expect(try await read(recorder, 1)["data"]?.array?.count == 1)
        }
        #expect(try await read(recorder, 2)["has_more"]?.bool == false)
        #expect(recorder.exchanges.map { $0.trimmed != nil } == [false, false, false, true])
    }

    @Test("a header of its own that leads on is left out of the last page, and no other header; a total is lowered")
    func headerOfItsOwn() async throws {
        let list = EndlessList { page in
            let next = "https://api.example.com/things?page=\(page + 1)"
            return ([("Next-Page", next), ("Total", "9")], #"[{"id": \#(page)}]"#)
        }
        let recorder = RecordingHTTPClient(list, maxPages: 2)
        _ = try await read(recorder, 1)
        _ = try await read(recorder, 2)
        let names = recorder.exchanges.map { $0.responseHeaders.map { $0.name.lowercased() } }
        #expect(names == [["next-page", "total"], ["total"]])
        // What counts the rows of the list says how many are left.
        #expect(recorder.exchanges[1].trimmed?["ended"]?.array == ["Next-Page", "Total"])
        let settled = TrimmedCounters.settled(recorder.exchanges)
        let totals = settled.map { $0.responseHeaders.first { $0.name.lowercased() == "total" }?.value }
        #expect(totals == ["2", "2"])
    }

    @Test("an empty page after full ones is looked at where these had their rows, not where it holds other objects")
    func emptyPage() async throws {
        let list = EndlessList { page in
            let rows = page == 1 ? #"{"id": 1}, {"id": 2}"# : ""
            return (
                [], #"{"data": {"things": [\#(rows)], "@links": {"prev": [{"uri": "x"}], "next": [{"uri": "y"}]}}}"#
            )
        }
        let guessing = RecordingHTTPClient(list, maxPages: 2)
        _ = try await read(guessing, 1)
        let last = try await read(guessing, 2)
        #expect(last.path("data.@links.prev")?.array?.count == 1)
        #expect(guessing.exchanges[1].trimmed == nil)
        // Of a first page without rows only the source knows.
        let told = RecordingHTTPClient(list, maxRows: 0)
        for page in [2, 1] {
            var request = HTTPRequest(.get, "https://api.example.com/things?page=\(page)")
            request.page = PageHint(rows: "data.things")
            _ = try await told.send(request).body.collect()
        }
        let notes = told.exchanges.map { $0.trimmed?["rows"]?.string }
        #expect(notes == [nil, "data.things"])
        let kept = try JSONValue(parsing: told.exchanges[0].body)
        #expect(kept.path("data.@links.prev")?.array?.count == 1)
    }

    @Test("totals are lowered on the page that ends a cut list, by what the source declares and by their names")
    func totals() async throws {
        let list = EndlessList { page in
            ([], #"{"list": [{"id": \#(page)}], "n": 40, "meta": {"pages": "40", "total_size": 40}, "limit": 40}"#)
        }
        let recorder = RecordingHTTPClient(list, maxPages: 2)
        var last: JSONValue = .null
        for page in [1, 2] {
            var request = HTTPRequest(.get, "https://api.example.com/things?page=\(page)")
            request.page = PageHint(rows: "list", total: "n")
            last = try JSONValue(parsing: try await recorder.send(request).body.collect())
        }
        #expect(last["n"]?.int64 == 2 && last["meta"]?["total_size"]?.int64 == 2 && last["limit"]?.int64 == 40)
        #expect(last["meta"]?["pages"]?.string == "2", "a number that is text stays one")
        #expect(recorder.exchanges[1].trimmed?["ended"]?.array == ["n", "meta.pages", "meta.total_size"])
        let first = try JSONValue(parsing: TrimmedCounters.settled(recorder.exchanges)[0].body)
        #expect(first["n"]?.int64 == 2)
    }

    @Test("rows are cut in the middle of a page, and other lists count by themselves")
    func rows() async throws {
        let list = EndlessList { page in ([], #"[{"id": \#(page * 2)}, {"id": \#(page * 2 + 1)}]"#) }
        let recorder = RecordingHTTPClient(list, maxRows: 3)
        #expect(try await read(recorder, 1).array?.count == 2)
        #expect(try await read(recorder, 2).array?.count == 1)
        #expect(recorder.exchanges[0].trimmed == nil)
        #expect(recorder.exchanges[1].trimmed?["kept"]?.int64 == 1)
        recorder.enter(.init(schema: "other"))
        #expect(try await read(recorder, 1).array?.count == 2)
    }
}

@Suite struct RelocatingHTTPClientTests {
    @Test("another server answers for an origin, and its links lead to the origin")
    func relocates() async throws {
        let list = EndlessList { _ in
            ([("Link", "<http://127.0.0.1:9/v1/a>; rel=\"next\"")], #"{"next": "http:\/\/127.0.0.1:9\/v1\/a"}"#)
        }
        let client = RelocatingHTTPClient(list, places: ["https://api.example.com": "http://127.0.0.1:9"])
        let response = try await client.send(HTTPRequest(.get, "https://api.example.com/v1/a"))
        #expect(response.url == "https://api.example.com/v1/a")
        #expect(response.headers["link"] == "<https://api.example.com/v1/a>; rel=\"next\"")
        let body = try JSONValue(parsing: try await response.body.collect())
        #expect(body["next"]?.string == "https://api.example.com/v1/a")
        let other = try await client.send(HTTPRequest(.get, "https://api.example.com.evil.example/v1"))
        #expect(other.url.hasPrefix("https://api.example.com.evil"))
    }
}
