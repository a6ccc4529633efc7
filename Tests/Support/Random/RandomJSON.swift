import Columns

/// Generates JSON documents and mutilates their text.
package struct RandomJSON {
    package var generator: SeededGenerator

    package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Any value, with containers up to `depth` inside one another.
    package mutating func value(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(generator.oneIn(2))
        case 2: return .number(JSONNumber(text: number()))
        case 3, 4, 5: return .string(string())
        case 6, 7: return .object(object(depth: depth - 1))
        default:
            let count = Int.random(in: 0..<5, using: &generator)
            return .array((0..<count).map { _ in value(depth: depth - 1) })
        }
    }

    /// An object of up to six members with different names.
    package mutating func object(depth: Int = 4) -> JSONObject {
        var members: [(String, JSONValue)] = []
        for index in 0..<Int.random(in: 0..<7, using: &generator) {
            members.append((generator.oneIn(3) ? string() + String(index) : "key\(index)", value(depth: depth)))
        }
        return JSONObject(members)
    }

    /// Text with escapes, characters of every length in UTF-8, and none of the halves of surrogate pairs.
    package mutating func string() -> String {
        let alphabet: [Character] = [
            "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{1}", "\u{7f}", "é", "Ł", "ō", "中", "€", "😀", "𝄞",
            "\u{0}",
        ]
        let count =
            generator.oneIn(8) ? Int.random(in: 0..<60, using: &generator) : Int.random(in: 0..<12, using: &generator)
        return String((0..<count).map { _ in generator.pick(alphabet) })
    }

    /// A number that a double holds to the last digit.
    package mutating func number() -> String {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return String(Int.random(in: -9...9, using: &generator))
        case 1: return String(Int64.random(in: -(1 << 53)...(1 << 53), using: &generator))
        case 2: return "\(Int.random(in: 0..<1_000, using: &generator)).\(Int.random(in: 0..<1_000, using: &generator))"
        case 3: return "\(Int.random(in: 1...9, using: &generator))e\(Int.random(in: -20...20, using: &generator))"
        case 4: return "-0.5E+2"
        default: return DecimalText.shortest(Double.random(in: -1e6...1e6, using: &generator))
        }
    }

    /// JSON text of `value` with white space put between its tokens.
    package mutating func spaced(_ value: JSONValue) -> [UInt8] {
        var result: [UInt8] = []
        var inString = false
        var isEscaped = false
        for byte in value.serialized() {
            let isStructure = !inString && [0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D].contains(byte)
            if isStructure { appendSpace(&result) }
            result.append(byte)
            if isStructure { appendSpace(&result) }
            if byte == 0x22, !isEscaped { inString.toggle() }
            isEscaped = inString && byte == 0x5C && !isEscaped
        }
        return result
    }

    private mutating func appendSpace(_ bytes: inout [UInt8]) {
        for _ in 0..<Int.random(in: 0..<3, using: &generator) {
            bytes.append(generator.pick([0x20, 0x0A, 0x0D, 0x09]))
        }
    }

    /// `bytes` with one to four small changes: bytes replaced, dropped, doubled or inserted, parts moved, the end cut.
    package mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            let hostile: [UInt8] = [
                0, 0x22, 0x5C, 0x7B, 0x7D, 0x5B, 0x5D, 0x2C, 0x3A, 0x75, 0x80, 0xC3, 0xED, 0xF4, 0xFF, 0x2D, 0x2E, 0x65,
            ]
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[place] = generator.pick(hostile)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(generator.pick(hostile), at: place)
            case 4: bytes.removeLast(bytes.count - place)
            default:
                let end = Int.random(in: place...bytes.count, using: &generator)
                bytes.insert(
                    contentsOf: bytes[place..<end].prefix(64), at: Int.random(in: 0...bytes.count, using: &generator))
            }
        }
        return bytes
    }
}
