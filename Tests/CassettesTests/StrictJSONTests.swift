import Columns
import Testing
import Tributary

@testable import Cassettes

@Suite struct StrictJSONTests {
    @Test(
        "reads what RFC 8259 allows",
        arguments: [
            #"{}"#, #"[]"#, #" [1, -0, 1.50e+3, 9007199254740993] "#, #""\u00e9\ud83d\ude00\/""#,
            #"{"a":{"b":[null,true]}}"#,
        ])
    func accepts(_ text: String) throws {
        _ = try StrictJSON.parse(Array(text.utf8), file: "x.json")
    }

    @Test(
        "refuses what it does not",
        arguments: [
            #""#, #"{"a":1"#, #"[1,]"#, #"{"a" 1}"#, #"01"#, #"1."#, #"+1"#, #"nul"#, #""\x""#, #""\ud800""#,
            #""\u+123""#,
            "\"\n\"", #"[1] 2"#, #"{"a":1,"a":2}"#, "\"open",
        ])
    func refuses(_ text: String) {
        #expect(throws: SourceError.self) { try StrictJSON.parse(Array(text.utf8), file: "x.json") }
    }

    @Test("keeps the spelling of numbers and the order of members")
    func exact() throws {
        let value = try StrictJSON.parse(Array(#"{"z": 1.50, "a": 9007199254740993}"#.utf8), file: "x.json")
        #expect(value.object?.names == ["z", "a"])
        #expect(value["z"] == .number(JSONNumber(text: "1.50")))
        #expect(value["a"]?.int64 == 9_007_199_254_740_993)
    }

    @Test("passes over a byte order mark")
    func byteOrderMark() throws {
        #expect(try StrictJSON.parse([0xEF, 0xBB, 0xBF] + Array("[]".utf8), file: "x.json") == .array([]))
    }

    @Test("refuses bytes that are not UTF-8")
    func invalidUTF8() {
        #expect(throws: SourceError.self) { try StrictJSON.parse([0x22, 0xFF, 0x22], file: "x.json") }
    }

    @Test("stops at a depth instead of running out of stack")
    func depth() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: SourceError.self) { try StrictJSON.parse(Array(text.utf8), file: "x.json") }
    }

    @Test("names the file and the line")
    func place() async {
        let message = await message { _ = try StrictJSON.parse(Array("{\n\"a\": 1,\n\"b\" 2}".utf8), file: "x.json") }
        #expect(message == #"Reading x.json, line 3: a colon should follow the name "b"."#)
    }
}
