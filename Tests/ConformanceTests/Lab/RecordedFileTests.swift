import Columns
import Testing

@testable import Conformance

/// Files that are read beside the source.
struct RecordedFileTests {
    private func texts(_ text: String) -> [[String: String]] {
        RecordedFile.objects(Array(text.utf8)).map { object in
            Dictionary(object.members.map { ($0.name, $0.value.string ?? $0.value.text) }) { first, _ in first }
        }
    }

    @Test("separated fields are those of RFC 4180: quotes hold separators, line ends and doubled quotes")
    func quoted() {
        let text = "id,note\r\n1,\"a, b\"\r\n2,\"he said \"\"no\"\"\"\r\n3,\"two\r\nlines\"\r\n4,\r\n"
        #expect(texts(text).map { $0["note"] } == ["a, b", "he said \"no\"", "two\r\nlines", ""])
        #expect(texts(text).map { $0["id"] } == ["1", "2", "3", "4"])
    }

    @Test(
        "a byte order mark is no part of the first name, and the last line needs no end",
        arguments: [",", ";", "\t", "|"])
    func separators(_ separator: String) {
        let text = "\u{FEFF}id\(separator)name\n7\(separator)x"
        #expect(texts(text) == [["id": "7", "name": "x"]])
    }

    @Test("lines of JSON are objects")
    func lines() {
        #expect(texts("{\"id\": 1}\n{\"id\": 2}\n").map { $0["id"] } == ["1", "2"])
    }

    @Test(
        "what is no file of records has none",
        arguments: ["", "id,name", "a,b\n1,2,3", "<html>\n<p>a, b</p>\n</html>", "a,a\n1,2", "plain\ntext"])
    func others(_ text: String) { #expect(texts(text).isEmpty) }
}
