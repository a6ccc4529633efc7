import Columns
import Foundation
import TestSupport
import Testing

@Suite struct JSONValueTests {
    @Test("Numbers keep their spelling")
    func spelling() throws {
        let text = "[12.50,1e400,-0,123456789012345678901234567890,0.1E+05]"
        let value = try JSONValue(parsing: text)
        #expect(value.text == text)
        #expect(value[0]?.double == 12.5)
        #expect(value[1]?.double == nil)
        #expect(value[2]?.int64 == 0)
        #expect(value[3]?.int64 == nil)
        #expect(JSONNumber(text: "123456789012345678901234567890").decimal?.scale == 0)
    }

    @Test("An object can be written as a literal; of a repeated name the last value counts")
    func literal() {
        let object: JSONObject = ["a": 1, "b": ["c": [true, nil]], "a": 2]
        #expect(object.names == ["a", "b"])
        #expect(object["a"] == 2)
        #expect(JSONValue.object(object).path("b.c[0]") == true)
    }

    @Test("Members keep their order, and of a repeated name the last value counts")
    func members() throws {
        let value = try JSONValue(parsing: #"{"z":1,"a":2,"z":3}"#)
        #expect(value.object?.names == ["z", "a"])
        #expect(value["z"] == 3)
        #expect(value.text == #"{"z":3,"a":2}"#)
    }

    @Test("Paths lead through names and positions")
    func paths() throws {
        let value = try JSONValue(parsing: #"{"meta":{"next":"n","a.b":1},"data":[{"id":1},{"id":2}]}"#)
        #expect(value["meta", "next"] == "n")
        #expect(value.path("meta.next") == "n")
        #expect(value.path("$.meta['a.b']") == 1)
        #expect(value.path("data[-1].id") == 2)
        #expect(value.path("data.0.id") == 1)
        #expect(value.path("data.2.id") == nil)
        #expect(value.path("meta.none") == nil)
        #expect(value.path("meta..next") == nil)
        #expect(value["data"]?[-2]?["id"] == 1)
    }

    @Test(
        "An error says where and what",
        arguments: [
            ("{\"a\": 1,\n \"b\" 2}", 2, 6, "expected a colon"), ("[1,]", 1, 4, "expected a value"),
            ("[1 2]", 1, 4, "expected a comma or a closing bracket"), ("{\"a\":1", 1, 7, "the text ends too early"),
            ("", 1, 1, "the text ends too early"), ("[01]", 1, 2, "a number that JSON does not allow"),
            ("<html>", 1, 1, "expected a value"), ("{} x", 1, 4, "something behind the end"),
            ("\"a\u{1}\"", 1, 3, "a control character"), ("[\"\\x\"]", 1, 3, "an escape"),
        ])
    func errors(_ text: String, _ line: Int, _ column: Int, _ problem: String) throws {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.line == line)
        #expect(error?.column == column)
        #expect(error?.description.contains(problem) == true)
    }

    @Test(
        "Bytes that are not UTF-8 are refused",
        arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) throws {
        let text = [0x22, 0x61] + bytes + [0x22]
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.reason == .invalidUTF8)
        #expect(error?.offset == 2)
        let page = Array("[{\"a\":{\"b\":".utf8) + text + Array("}}]".utf8)
        #expect(throws: JSONError.self) { try TableBuilder().append(page: page, rows: "") }
    }

    @Test("An excerpt never shows a long word")
    func excerpt() throws {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\"a\":secret_key_4242424242}") }
        #expect(error?.excerpt.contains("secret_key") == false)
        #expect(error?.excerpt.hasPrefix("secr…") == true)
    }

    @Test("Nesting is allowed to the limit and no further")
    func depth() throws {
        func text(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: text(512)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: text(513)) }
        #expect(throws: Never.self) { try JSONValue(parsing: text(1_000), maximumDepth: 5_000) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: text(1_001), maximumDepth: 5_000) }
    }

    @Test("Literals of Swift make values, NaN is written as null")
    func literals() {
        let value: JSONValue = ["a": 1, "b": [true, nil, 1.5], "c": "x\"\u{2}"]
        #expect(value.text == #"{"a":1,"b":[true,null,1.5],"c":"x\"\u0002"}"#)
        #expect(JSONValue.number(JSONNumber(Double.nan)).text == "null")
        #expect(JSONValue.number(JSONNumber(1e16)).text == "1e+16")
    }

    @Test("Every character that must be escaped is, wherever it stands in a text, and no other")
    func escapes() throws {
        let escaped = (0..<128).filter { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }
        for byte in UInt8(0)..<128 {
            for length in [1, 7, 8, 9, 16, 19] {
                for place in 0..<length {
                    var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: length)
                    bytes[place] = byte
                    let text = String(decoding: bytes, as: UTF8.self)
                    let written = JSONValue.string(text).text
                    let isLonger = written.utf8.count > length + 2
                    #expect(isLonger == escaped.contains(Int(byte)), "\(byte) at \(place)")
                    #expect(try JSONValue(parsing: written) == .string(text))
                }
            }
        }
        #expect(JSONValue.string("naïve 名 \u{7F}🦊 !#[]").text == "\"naïve 名 \u{7F}🦊 !#[]\"")
    }

    @Test("Indented text has a member on each line")
    func indented() {
        let value: JSONValue = ["b": [1], "a": [:]]
        let text = String(decoding: value.serialized(sortedKeys: true, indentation: 2), as: UTF8.self)
        #expect(text == "{\n  \"a\": {},\n  \"b\": [\n    1\n  ]\n}")
    }

    @Test("Generated documents read as Foundation reads them", arguments: 0..<200)
    func agreesWithFoundation(_ seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed))
        let value = random.value(depth: 5)
        let bytes = random.spaced(value)
        #expect(try JSONValue(parsing: bytes) == value)
        let reference = try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
        #expect(Self.agrees(value, reference))
    }

    @Test("Mutilated documents are refused or accepted as Foundation does", arguments: 0..<20)
    func mutated(_ seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed) &+ 5_000)
        for _ in 0..<600 {
            let bytes = random.mutated(random.spaced(random.value(depth: 4)))
            let ours = try? JSONValue(parsing: bytes)
            if let ours { #expect(try JSONValue(parsing: ours.serialized()) == ours) }
            // Foundation guesses other encodings by zero bytes, and refuses halves of surrogate pairs.
            guard !bytes.contains(0), !bytes.contains(UInt8(ascii: "u")), !bytes.starts(with: [0xEF]) else { continue }
            let reference = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
            if let ours, let reference { #expect(Self.agrees(ours, reference)) }
            // Foundation refuses numbers beyond every double.
            let isHuge = ours.map(Self.hasHugeNumber) ?? false
            let text = String(decoding: bytes, as: UTF8.self)
            #expect((ours == nil) == (reference == nil) || isHuge, "\(text.debugDescription)")
        }
    }

    private static func hasHugeNumber(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): number.double == nil
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let object): object.members.contains { hasHugeNumber($0.value) }
        default: false
        }
    }

    /// Foundation's numbers may be off in the last digit.
    private static func isClose(_ left: Double?, _ right: Double?) -> Bool {
        guard let left, let right, left != right else { return left == right }
        return abs(left - right) <= abs(right) * 4e-16
    }

    private static func agrees(_ value: JSONValue, _ reference: Any) -> Bool {
        switch value {
        case .null: reference is NSNull
        case .bool(let flag): (reference as? Bool) == flag
        case .number(let number): isClose((reference as? NSNumber)?.doubleValue, Double(number.text))
        case .string(let text): (reference as? String) == text
        case .array(let elements):
            (reference as? [Any]).map { other in
                other.count == elements.count && zip(elements, other).allSatisfy { agrees($0, $1) }
            } ?? false
        case .object(let object):
            (reference as? [String: Any]).map { other in
                // Foundation takes canonically equivalent names for one.
                object.members.allSatisfy { member in other[member.name].map { agrees(member.value, $0) } ?? false }
            } ?? false
        }
    }
}
