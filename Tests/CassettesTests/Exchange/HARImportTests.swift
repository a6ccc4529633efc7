import Foundation
import Testing
import Tributary

@testable import Cassettes

@Suite struct HARImportTests {
    private func har(_ entries: String, creator: String = #"{"name": "WebInspector", "version": "537.36"}"#) -> [UInt8]
    {
        Array(#"{"log": {"version": "1.2", "creator": \#(creator), "entries": [\#(entries)]}}"#.utf8)
    }

    private func entry(_ url: String, request: String = "", response: String) -> String {
        #"{"request": {"method": "GET", "url": "\#(url)", "headers": [] \#(request)}, "response": \#(response)}"#
    }

    private let json =
        #"{"status": 200, "headers": [{"name": "Content-Type", "value": "application/json"}], "content": {"mimeType": "application/json", "text": "{}"}}"#

    @Test("what browsers and proxies write is read: a byte order mark, nulls, pairs, lists, missing members")
    func foreign() throws {
        let pairs =
            #"{"status": 200, "headers": [["Link", "<x>"]], "redirectURL": null, "content": {"mimeType": "application/json", "text": "eyJhIjoxfQ==", "encoding": "base64"}, "_transferSize": 12.5}"#
        let lists =
            #"{"status": 200, "headers": [{"name": "ETag", "value": ["a", "b"]}, {"name": ":status", "value": "200"}], "content": {}}"#
        let bytes: [UInt8] =
            [0xEF, 0xBB, 0xBF]
            + har(
                [
                    entry("https://api.example.com/a#top", response: json),
                    entry("https://api.example.com/b", response: pairs),
                    entry("https://api.example.com/c", response: lists),
                ].joined(separator: ","))
        let read = try HARImport(bytes, file: "x.har")
        #expect(read.creator == "WebInspector 537.36")
        #expect(read.exchanges.map(\.url) == ["a", "b", "c"].map { "https://api.example.com/\($0)" })
        #expect(read.exchanges[1].body == Array(#"{"a":1}"#.utf8))
        #expect(read.exchanges[1].responseHeaders.first?.name == "Link")
        #expect(read.exchanges[2].responseHeaders.map(\.value) == ["a, b"])
    }

    @Test("what is no request of an API is left out, and said")
    func skipped() throws {
        let entries = [
            entry("data:image/png;base64,AAAA", response: json),
            entry("https://api.example.com/a", response: #"{"status": 0, "content": {}, "_error": "blocked"}"#),
            entry(
                "https://www.example.com/",
                response: #"{"status": 200, "content": {"mimeType": "text/html", "text": "x"}}"#),
            entry("https://other.example.com/a", response: json), entry("https://api.example.com/b", response: json),
        ].joined(separator: ",")
        let read = try HARImport(har(entries), file: "x.har", host: "api.example.com")
        #expect(read.exchanges.map(\.url) == ["https://api.example.com/b"])
        #expect(read.skipped["another host"] == 2 && read.skipped["without an answer"] == 1)
        #expect(throws: SourceError.self) { try HARImport(Array("{}".utf8), file: "x.har") }
    }
}
