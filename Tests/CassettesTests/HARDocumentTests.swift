import Columns
import Testing
import Tributary

@testable import Cassettes

@Suite struct HARDocumentTests {
    private func document(_ entry: String) throws -> HARDocument {
        try HARDocument(Array(ScenarioFolder.har([entry]).utf8), file: "t0.har")
    }

    @Test(
        "reads what other tools write",
        arguments: [
            // Chrome: fractional times, empty version, own members, no text.
            #"{"startedDateTime":"x","time":12.3,"_initiator":{},"request":{"method":"GET","url":"https://a.example/","httpVersion":"","headers":[]},"response":{"status":200,"_transferSize":3,"headers":[],"content":{"size":0}}}"#,
            // Charles: nulls. Firefox: neither sizes nor content.
            #"{"request":{"method":"get","url":"https://a.example/","postData":null},"response":{"status":204,"redirectURL":null,"headers":null}}"#,
            // Polly: a header whose value is a list. Slack: headers as pairs.
            #"{"request":{"method":"GET","url":"https://a.example/","headers":[["a","b"]]},"response":{"status":200,"headers":[{"name":"set-cookie","value":["a=1","b=2"]}]}}"#,
            // mitmproxy: a failed request.
            #"{"request":{"method":"GET","url":"https://a.example/"},"response":{"status":0,"content":{},"_error":"connection refused"}}"#,
            // Safari: base64.
            #"{"request":{"method":"GET","url":"https://a.example/"},"response":{"status":200,"content":{"text":"aGk=","encoding":"base64"}}}"#,
        ])
    func foreign(_ entry: String) throws {
        #expect(try document(entry).exchanges.count == 1)
    }

    @Test("keeps members that it does not know")
    func unknownMembers() throws {
        let har = try document(ScenarioFolder.entry("a", "https://a.example/", more: #""_own": {"deep": [1]},"#))
        #expect(har.document.path("log.entries[0]._own.deep[0]")?.int64 == 1)
    }

    @Test("keeps header fields in order, with repeated names")
    func headers() throws {
        let fields = #"{"name": "Set-Cookie", "value": "a"}, {"name": "Set-Cookie", "value": "b"}"#
        let exchange = try document(ScenarioFolder.entry("a", "https://a.example/", headers: fields)).exchanges[0]
        #expect(exchange.response.headers.map(\.value) == ["a", "b"])
    }

    @Test(
        "takes a body from a file, a value, a text or base64",
        arguments: [
            (#"{"_file": "bodies/a.json", "text": "no"}"#, RecordedBody.file("bodies/a.json")),
            (#"{"_json": [1]}"#, .json([1])), (#"{"text": "hi"}"#, .bytes(Array("hi".utf8))),
            (#"{"text": "aGk=", "encoding": "base64"}"#, .bytes(Array("hi".utf8))), (#"{"size": 0}"#, .empty),
        ])
    func bodies(_ content: String, _ body: RecordedBody) throws {
        let entry = ScenarioFolder.entry("a", "https://a.example/", content: content)
        #expect(try document(entry).exchanges[0].response.body == body)
    }

    @Test(
        "names the file, the place and the problem of a bad entry",
        arguments: [
            (ScenarioFolder.entry("a", "ftp://a.example/"), "log.entries[0].request.url: a URL must begin with http"),
            (ScenarioFolder.entry("a", "https://me:pw@a.example/"), "must not carry a user or a password"),
            (
                ScenarioFolder.entry("a", "https://a.example/", status: 42),
                "log.entries[0].response: a status from 100 to 599"
            ),
            (
                ScenarioFolder.entry("a", "https://a.example/", content: #"{"_file": "../../etc/passwd"}"#),
                "stay inside"
            ),
            (ScenarioFolder.entry("a", "https://a.example/", content: #"{"_file": "/etc/passwd"}"#), "stay inside"),
            (ScenarioFolder.entry("a", "https://a.example/", content: #"{"text": "a", "encoding": "rot13"}"#), "rot13"),
            (ScenarioFolder.entry("a", "https://a.example/", more: #""_replay": "twice","#), #""twice" is none of"#),
            (
                ScenarioFolder.entry("a", "https://a.example/", more: #""_replay": {"after": ["z"]},"#),
                "which is no _id"
            ),
            (#"{"request": {"method": "GET"}, "response": {"status": 200}}"#, #"the member "url" is missing"#),
            (
                #"{"request": {"method": 7, "url": "https://a.example/"}, "response": {}}"#,
                "text should be here, not a number"
            ),
            ("3", "an object should be here, not a number"),
        ])
    func badEntries(_ entry: String, _ part: String) async {
        let message = await message { _ = try document(entry) }
        #expect(message?.hasPrefix("Reading t0.har, ") == true)
        #expect(message?.contains(part) == true, "\(message ?? "no error")")
    }

    @Test("refuses an id that comes twice")
    func duplicateIDs() async {
        let entry = ScenarioFolder.entry("a", "https://a.example/")
        let message = await message {
            _ = try HARDocument(Array(ScenarioFolder.har([entry, entry]).utf8), file: "t0.har")
        }
        #expect(message == #"Reading t0.har, log.entries[1]: the _id "a" comes twice."#)
    }
}
