import Columns
import Foundation
import TestSupport
import Testing

@Suite struct TimestampParserTests {
    static let base: Int64 = 1_704_164_645_000_000  // 2024-01-02T03:04:05Z

    @Test(
        "Spellings of one moment",
        arguments: [
            "2024-01-02T03:04:05Z", "2024-01-02t03:04:05z", "2024-01-02 03:04:05", "2024-01-02T03:04:05.000Z",
            "2024-01-02T03:04:05+00:00",
            "2024-01-02T05:04:05+02:00", "2024-01-02T05:04:05+0200", "2024-01-02T05:04:05+02",
            "2024-01-01 22:34:05-04:30", "20240102T030405Z",
            "2024-01-02 03:04:05 UTC", "2024/01/02 03:04:05", " 2024-01-02 03:04:05+00 ",
            "Tue, 02 Jan 2024 03:04:05 GMT",
            "Tuesday, 02-Jan-24 03:04:05 GMT", "Tue Jan  2 03:04:05 2024", "2 Jan 2024 03:04:05 +0000",
            "2024-01-02 08:34:05+05:30:00",
        ])
    func spellings(_ text: String) { #expect(TimestampParser.microseconds(text) == Self.base) }

    @Test(
        "Parts of a second, short and long forms",
        arguments: [
            ("2024-01-02T03:04:05.678901Z", base + 678_901), ("2024-01-02T03:04:05.6Z", base + 600_000),
            ("2024-01-02T03:04:05,678901999+00:00", base + 678_901), ("2024-01-02T03:04Z", base - 5_000_000),
            ("2024-01-02", 1_704_153_600_000_000), ("20240102", 1_704_153_600_000_000),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2024-01-01T24:00:00Z", 1_704_153_600_000_000), ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
            ("0001-01-01", -62_135_596_800_000_000), ("9999-12-31T23:59:59.999999", 253_402_300_799_999_999),
            ("0044-03-15 00:00:00 BC", -63_517_824_000_000_000), ("0044-03-15 BC", -63_517_824_000_000_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000_000), ("2024-02-29.00:00:00", 1_709_164_800_000_000),
        ] as [(String, Int64)])
    func values(_ text: String, _ expected: Int64) { #expect(TimestampParser.microseconds(text) == expected) }

    @Test(
        "What is no moment gives nil",
        arguments: [
            "", " ", "infinity", "now", "2024-13-01", "2024-02-30", "2023-02-29", "2024-01-02T25:00:00Z",
            "2024-01-02T03:60:00Z",
            "2024-01-02T03:04:05+99:00", "2024-01-02T03:04:05Zx", "2024-01-02Tx", "1704164645", "24-1-2",
            "2024-01-02T03:04:05.Z",
            "999999-01-01", "2024-01-02T03:04:05 Mars", "Tue, 99 Jan 2024 00:00:00 GMT", "2024-01", "-", "+", "é",
            "2024-01-02T",
        ])
    func nothing(_ text: String) { #expect(TimestampParser.microseconds(text) == nil) }

    @Test("Random bytes do not stop the program")
    func fuzz() {
        var random = RandomJSON(seed: 11)
        for _ in 0..<20_000 {
            let bytes = random.mutated(Array("Tue, 02 Jan 2024 03:04:05 GMT 2024-01-02T03:04:05.678+02:00".utf8))
            _ = bytes.withUnsafeBufferPointer { TimestampParser.microseconds(bytes: $0) }
        }
    }

    @Test("Text of a timestamp reads back, to the microsecond")
    func roundTrip() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            let value = Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator)
            #expect(TimestampParser.microseconds(TimestampText.timestamp(microseconds: value)) == value)
        }
        #expect(TimestampText.timestamp(microseconds: 0) == "1970-01-01T00:00:00Z")
        #expect(TimestampText.date(days: -1) == "1969-12-31")
    }

    @Test("Days and dates agree with Foundation's calendar")
    func civilDates() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for days in stride(from: -500_000, through: 500_000, by: 997) {
            let date = CivilDate(daysSinceEpoch: days)
            #expect(date.isValid)
            #expect(date.daysSinceEpoch == days)
            guard days > -130_000 else { continue }
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(days) * 86_400))
            #expect((parts.year, parts.month, parts.day) == (date.year, date.month, date.day))
        }
        #expect(!CivilDate(year: 2100, month: 2, day: 29).isValid)
        #expect(CivilDate(year: 2000, month: 2, day: 29).isValid)
        #expect(CivilDate(year: 12_345, month: 1, day: 2).description == "+12345-01-02")
    }
}

@Suite struct DecimalTextTests {
    @Test(
        "Doubles are spelled as Python spells them",
        arguments: [
            (1.0, "1.0"), (0.1, "0.1"), (-2.5, "-2.5"), (1e16, "1e+16"), (1.5e16, "1.5e+16"),
            (9_999_999_999_999_998, "9999999999999998.0"),
            (123_456_789_012_345_680, "1.2345678901234568e+17"), (1e-5, "1e-05"), (0.0001, "0.0001"), (1e22, "1e+22"),
            (1e100, "1e+100"),
            (.leastNonzeroMagnitude, "5e-324"), (0, "0.0"), (-0.0, "-0.0"), (.nan, "nan"), (-.infinity, "-inf"),
            (9e15, "9000000000000000.0"), (1e15, "1000000000000000.0"),
        ])
    func doubles(_ value: Double, _ text: String) { #expect(DecimalText.shortest(value) == text) }

    @Test("The shortest text reads back as the same double")
    func roundTrip() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            #expect(Double(DecimalText.shortest(value)) == value)
        }
    }

    @Test(
        "Decimals are read exactly",
        arguments: [
            ("12.50", 1_250, 2), ("-0.001", -1, 3), ("1e3", 1_000, 0), ("1.5e-3", 15, 4), ("0", 0, 0), ("0.00", 0, 2),
            ("+7", 7, 0),
            (
                "12345678901234567890.123456789012345678",
                Int128(12_345_678_901_234_567_890) * 1_000_000_000_000_000_000 + 123_456_789_012_345_678, 18
            ),
        ] as [(String, Int128, Int)])
    func decimals(_ text: String, _ unscaled: Int128, _ scale: Int) {
        #expect(Decimal128(text) == Decimal128(unscaled: unscaled, scale: scale))
    }

    @Test(
        "What is no decimal of 38 digits gives nil",
        arguments: ["", "-", "x", "1x", "1.2.3", "1e", "1e999999999999", "123456789012345678901234567890123456789"])
    func noDecimals(_ text: String) { #expect(Decimal128(text) == nil) }

    @Test(
        "Rescaling rounds half to even",
        arguments: [
            ("0.125", "0.12"), ("0.135", "0.14"), ("0.1251", "0.13"), ("-0.125", "-0.12"), ("-0.135", "-0.14"),
            ("9.999", "10.00"), ("0.004", "0.00"), ("0.005", "0.00"), ("7", "7.00"),
        ])
    func rescaled(_ text: String, _ expected: String) {
        #expect(Decimal128(text)?.rescaled(to: 2)?.description == expected)
    }
}

@Suite struct ColumnNamingTests {
    @Test(
        "Keys become names",
        arguments: [
            ("id", "id"), ("userId", "user_id"), ("UserID", "user_id"), ("HTTPServer", "http_server"),
            ("getHTTPResponseCode", "get_http_response_code"),
            ("event value", "event_value"), ("event-.!:*<>value", "event_x_value"), ("1event_n'", "_1event_nx"),
            ("a+b", "axb"), ("a|b@c", "albac"),
            ("name_", "namex"), ("name__", "namexx"), ("name!!", "namex"), ("__a__b", "_a_b"), ("  padded  ", "padded"),
            ("", "x"), ("_", "x"), ("é", "x"),
            ("caféName", "caf_name"), ("2024", "_2024"), ("A", "a"), ("aB", "a_b"), ("a1B", "a1_b"), ("ABC", "abc"),
            ("$.x", "_x"), ("_id", "_id"),
            ("snake_case_key", "snake_case_key"), ("aBcDe", "a_bc_de"),
        ])
    func examples(_ key: String, _ name: String) { #expect(ColumnNaming.normalise(key) == name) }

    @Test("A name maps to itself, and is made of small letters, digits and underscores")
    func idempotent() {
        var random = RandomJSON(seed: 21)
        for _ in 0..<5_000 {
            let key = String(
                (0..<Int.random(in: 0..<12, using: &random.generator)).map { _ in
                    random.generator.pick(Array("abZX09__--+*@| .é😀"))
                })
            let name = ColumnNaming.normalise(key)
            #expect(ColumnNaming.normalise(name) == name, "\(key)")
            #expect(name.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
            #expect(
                !name.isEmpty && !name.hasSuffix("_") && !name.contains("__")
                    && !(0x30...0x39).contains(name.utf8.first ?? 0))
        }
    }

    @Test("A taken name gets underscores in front until it is free")
    func resolve() {
        #expect(ColumnNaming.resolve("a") { ["a", "_a"].contains($0) } == "__a")
    }
}

@Suite struct JSONPageTests {
    static let page = JSONPage(
        Array(
            #"{"has_more":true,"meta":{"next":"n1","skip":[1,{"a":"]"}]},"data":[{"id":"a","x":{"y":1}},{"id":"b"},{"id":"c"}],"total":3}"#
                .utf8))

    @Test(
        "Values are found wherever they stand",
        arguments: [
            ("has_more", true), ("meta.next", "n1"), ("data[-1].id", "c"), ("data[-3].x.y", 1), ("data[-4].id", nil),
            ("data.1.id", "b"), ("total", 3),
            ("none", nil), ("meta.none", nil), ("data.9", nil), ("has_more.x", nil), ("meta.skip[1].a", "]"),
            ("..", nil),
        ] as [(String, JSONValue?)])
    func values(_ path: String, _ expected: JSONValue?) throws {
        #expect(try Self.page.value(at: path) == expected)
        #expect(try Self.page.scalar(at: path) == expected)
    }

    @Test("Several values are found in one walk, counts as well")
    func several() throws {
        #expect(
            try Self.page.values(at: ["total", "data[-1].id", "has_more", "none", "meta"]) == [
                3, "c", true, nil, ["next": "n1", "skip": [1, ["a": "]"]]],
            ])
        #expect(try Self.page.scalar(at: "meta") == nil)
        #expect(try Self.page.count(at: "data") == 3)
        #expect(try Self.page.count(at: "total") == nil)
        #expect(try JSONPage(Array("[]".utf8)).count(at: "") == 0)
    }

    @Test(
        "Whether there is anything at a path is found along with values",
        arguments: [("data[0]", true), ("data[3]", false), ("none", false), ("meta.skip", true), ("total", true)])
    func probing(_ path: String, _ isThere: Bool) throws {
        let found = try Self.page.values(at: ["total", "data[-1].id", "none"], probing: path)
        #expect(found.values == [3, "c", nil])
        #expect(found.isThere == isThere)
    }

    @Test("A page that is not JSON is an error", arguments: ["<html>", "", "{\"a\":", "{\"a\":1}x"])
    func noJSON(_ text: String) throws {
        #expect(throws: JSONError.self) { try JSONPage(Array(text.utf8)).value(at: "b") }
    }

    @Test("A page and its value agree on generated paths", arguments: 0..<100)
    func agreesWithValues(_ seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed) &+ 77)
        let value = JSONValue.object(random.object(depth: 4))
        let page = JSONPage(random.spaced(value))
        for path in ["key0", "key1.key0", "key2[0]", "key0[-1]", "key3.key1.key0", "key0.0.key0", "key1[-2].key1", "$"]
        {
            #expect(try page.value(at: path) == value.path(path), "\(path)")
        }
    }
}

@Suite struct HexadecimalTests {
    @Test("every byte reads back, in either case")
    func roundTrip() {
        let bytes = Array(UInt8.min...UInt8.max)
        let text = Hexadecimal.text(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hexadecimal.bytes(text) == bytes && Hexadecimal.bytes(text.uppercased()) == bytes)
    }

    @Test("what is no pair of digits is nothing", arguments: ["0", "0g", "g0", "00 0", "é0"])
    func others(_ text: String) { #expect(Hexadecimal.bytes(text) == nil) }
}

@Suite struct NumberTextTests {
    @Test(
        "one number in two spellings",
        arguments: [
            ("12.50", "12.5"), ("1e3", "1000"), ("-0", "0.0"), ("0.10", "1E-1"),
            ("9007199254740993", "9007199254740993.0"),
        ])
    func same(_ one: String, _ other: String) { #expect(DecimalText.isSame(one, other)) }

    @Test(
        "two numbers, or none",
        arguments: [
            ("9007199254740993", "9007199254740992"), ("1", "-1"), ("0.1", "0.10000000000000001"), ("", ""), ("a", "a"),
        ])
    func different(_ one: String, _ other: String) { #expect(!DecimalText.isSame(one, other)) }
}

@Suite struct CountedTests {
    @Test(
        "one is one, and all else is several",
        arguments: [
            (0, "0 bodies"), (1, "1 body"), (2, "2 bodies"), (1_234_567, "1,234,567 bodies"), (-1_000, "-1,000 bodies"),
        ])
    func counted(_ number: Int, _ text: String) { #expect(number.counted("body", "bodies") == text) }

    @Test("the plural is made with an s where none is given")
    func plural() { #expect(3.counted("file") == "3 files") }
}
