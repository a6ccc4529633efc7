import Columns
import Testing

@testable import Conformance

/// The same document in other letters.
@Suite struct BodySpellingTests {
    private func spelt(_ name: String, _ body: String) throws -> String? {
        let spelling = try #require(BodySpelling.all.first { $0.name == name })
        return spelling.change(Array(body.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "CSV is quoted field by field; what is empty, or quoted already, stays",
        arguments: [
            ("id,name\n1,Ann\n2,\n", "\"id\",\"name\"\n\"1\",\"Ann\"\n\"2\",\n"),
            ("id,name\r\n1,\"a, \"\"b\"\"\"\r\n", "\"id\",\"name\"\n\"1\",\"a, \"\"b\"\"\"\n"),
            ("id,name\n1,\"two\nlines\"\n", "\"id\",\"name\"\n\"1\",\"two\nlines\"\n"),
            ("id,name\n1,Ann,more\n", nil), ("id\n1\n", nil), ("{\"a\": 1,\n\"b\": 2}", nil), ("", nil),
            ("id,name\n1,\"open\n", nil),
        ] as [(String, String?)])
    func csv(_ body: String, _ expected: String?) throws {
        #expect(try spelt("CSV with every field quoted", body) == expected)
    }

    @Test("JSON says the same in each spelling, line by line where each line is a document")
    func json() throws {
        let body = #"{"a": "\u00e4", "b": [1.50, null]}"#
        let value = try JSONValue(parsing: Array(body.utf8))
        for spelling in BodySpelling.all.prefix(3) {
            let bytes = try #require(spelling.change(Array(body.utf8)))
            #expect(bytes != Array(body.utf8))
            #expect(JSONValue.sameMembers(try JSONValue(parsing: bytes), value))
            let lines = try #require(spelling.change(Array("\(body)\n\(body)\n".utf8))).split(separator: 0x0A)
            #expect(lines.count == 2)
            for line in lines { #expect(JSONValue.sameMembers(try JSONValue(parsing: Array(line)), value)) }
        }
        #expect(try spelt("JSON with every letter escaped", "1\n2\n") == nil)
    }
}

extension JSONValue {
    fileprivate static func sameMembers(_ left: JSONValue, _ right: JSONValue) -> Bool {
        let (left, right) = (left.object, right.object)
        return left?.names.sorted() == right?.names.sorted()
            && (left?.names ?? []).allSatisfy { left?[$0] == right?[$0] }
    }
}
