import Columns
import Tributary

/// Reads the JSON of fixtures and of request bodies: exact, ordered, and stricter than a lenient upstream needs.
///
/// Numbers keep their spelling, members their order, and a name that comes twice in one object is refused, for a
/// recording with two truths cannot be matched. Depth is limited to 128.
struct StrictJSON {
    private let bytes: [UInt8]
    private let file: String
    private var position: Int

    /// Parses a whole document; a byte order mark before it is accepted, as other tools write one into HAR files.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture` that names the file and the line.
    static func parse(_ bytes: [UInt8], file: String) throws -> JSONValue {
        var parser = StrictJSON(bytes: bytes, file: file, position: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.fail("there is more text after the document's end") }
        return value
    }

    private mutating func value(depth: Int) throws -> JSONValue {
        guard depth <= 128 else { throw fail("values are nested deeper than 128") }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case nil: throw fail("the text ends where a value should be")
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws -> JSONObject {
        position += 1
        var members: [(String, JSONValue)] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return JSONObject() }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw fail("a member's name should be here") }
            let name = try string()
            guard names.insert(name).inserted else { throw fail("the name \"\(name)\" comes twice in one object") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fail("a colon should follow the name \"\(name)\"") }
            members.append((name, try value(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw fail("a comma or a closing brace should be here") }
        return JSONObject(members)
    }

    private mutating func array(depth: Int) throws -> [JSONValue] {
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return [] }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw fail("a comma or a closing bracket should be here") }
        return values
    }

    private mutating func string() throws -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fail("text is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw fail("a control character stands unescaped in text")
            default: text.append(byte)
            }
        }
        throw fail("text has no closing quote")
    }

    private mutating func escape(into text: inout [UInt8]) throws {
        guard let byte = peek else { throw fail("text ends in an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw fail("there is no escape \\\(Character(Unicode.Scalar(byte)))")
        }
    }

    private mutating func escapedScalar() throws -> Unicode.Scalar {
        let unit = try hexUnit()
        guard (0xD800..<0xE000).contains(unit) else {
            if let scalar = Unicode.Scalar(unit) { return scalar }
            throw fail("an escape is no character")
        }
        guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw fail("half of a surrogate pair stands alone")
        }
        let low = try hexUnit()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        else { throw fail("half of a surrogate pair stands alone") }
        return scalar
    }

    private mutating func hexUnit() throws -> UInt32 {
        guard position + 4 <= bytes.count,
            let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
            bytes[position] != UInt8(ascii: "+"), bytes[position] != UInt8(ascii: "-")
        else { throw fail("four hexadecimal digits should follow \\u") }
        position += 4
        return unit
    }

    private mutating func number() throws -> JSONNumber {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let whole = digits()
        guard whole == 1 || (whole > 1 && bytes[position - whole] != UInt8(ascii: "0")) else {
            throw fail("a value should be here")
        }
        if take(UInt8(ascii: ".")), digits() == 0 { throw fail("a digit should follow the point") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            if digits() == 0 { throw fail("a digit should follow the exponent's mark") }
        }
        return JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func literal(_ text: String, _ value: JSONValue) throws -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw fail("a value should be here") }
        position += text.utf8.count
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func fail(_ problem: String) -> SourceError {
        let line = 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0A }
        return .fixture(file: file, at: "line \(line)", problem)
    }
}
