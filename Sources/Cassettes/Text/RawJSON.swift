import Columns

/// A JSON document in its own spelling: numbers, escapes and the order of members stay as they came.
///
/// What a recording keeps of a body is this, with white space of its own; so a diff shows what an upstream changed, and
/// never what a serializer did.
indirect enum RawJSON: Sendable {
    case scalar(Scalar)
    case array([RawJSON])
    case object([Member])

    /// A string with its quotes, a number or a literal.
    struct Scalar: Sendable {
        /// As it is spelt.
        var raw: String
        /// Where it stands in the document, in bytes.
        var offset: Int

        var isString: Bool { raw.utf8.first == UInt8(ascii: "\"") }

        /// The text of a string; nil for anything else.
        var string: String? { isString ? RawJSON.decoded(raw) : nil }
    }

    /// One member of an object.
    struct Member: Sendable {
        /// With quotes and escapes.
        var rawName: String
        var name: String
        var value: RawJSON
    }

    /// Parses a document; nil when it is no JSON, is nested deeper than 128, or has a name twice in one object.
    init?(_ bytes: [UInt8]) {
        var parser = RawJSONParser(bytes: bytes)
        guard let value = parser.document() else { return nil }
        self = value
    }

    /// A string in its shortest spelling.
    static func string(_ text: String) -> RawJSON { .scalar(Scalar(raw: quoted(text), offset: 0)) }

    /// A text with quotes and the escapes that JSON demands; `/` is not escaped.
    static func quoted(_ text: String) -> String { JSONValue.string(text).text }

    /// The text that a spelling with quotes stands for.
    static func decoded(_ raw: String) -> String {
        guard raw.utf8.contains(UInt8(ascii: "\\")) else { return String(raw.dropFirst().dropLast()) }
        return (try? StrictJSON.parse(Array(raw.utf8), file: ""))?.string ?? String(raw.dropFirst().dropLast())
    }

    /// The document with two spaces for each level and a line for each value.
    var pretty: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes, depth: 0, isPretty: true)
        bytes.append(0x0A)
        return bytes
    }

    /// The document on one line.
    var compact: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes, depth: 0, isPretty: false)
        return bytes
    }

    /// The document with the members of each object in the order of their names: some servers give them in another order
    /// with each answer.
    var sorted: RawJSON {
        switch self {
        case .scalar: return self
        case .array(let elements): return .array(elements.map(\.sorted))
        case .object(let members):
            let inner = members.map { member in
                var member = member
                member.value = member.value.sorted
                return member
            }
            return .object(inner.sorted { $0.name < $1.name })
        }
    }

    /// Whether two bodies say the same: byte by byte, or but for blanks and the order of members.
    static func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        if one == other { return true }
        guard let left = RawJSON(one), let right = RawJSON(other) else { return false }
        return left.sorted.compact == right.sorted.compact
    }

    private func write(into bytes: inout [UInt8], depth: Int, isPretty: Bool) {
        func breakLine(_ depth: Int) {
            guard isPretty else { return }
            bytes.append(0x0A)
            bytes.append(contentsOf: repeatElement(0x20, count: 2 * depth))
        }
        switch self {
        case .scalar(let scalar): bytes.append(contentsOf: scalar.raw.utf8)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                breakLine(depth + 1)
                element.write(into: &bytes, depth: depth + 1, isPretty: isPretty)
            }
            if !elements.isEmpty { breakLine(depth) }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                breakLine(depth + 1)
                bytes.append(contentsOf: member.rawName.utf8)
                bytes.append(UInt8(ascii: ":"))
                if isPretty { bytes.append(0x20) }
                member.value.write(into: &bytes, depth: depth + 1, isPretty: isPretty)
            }
            if !members.isEmpty { breakLine(depth) }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The value at a path of member names; an empty path is the value itself.
    subscript(path path: [String]) -> RawJSON? {
        guard let name = path.first else { return self }
        guard case .object(let members) = self, let member = members.first(where: { $0.name == name }) else {
            return nil
        }
        return member.value[path: Array(path.dropFirst())]
    }
}

/// Reads ``RawJSON``.
private struct RawJSONParser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func document() -> RawJSON? {
        guard let value = value(depth: 0) else { return nil }
        skipSpace()
        return position == bytes.count ? value : nil
    }

    private mutating func value(depth: Int) -> RawJSON? {
        guard depth <= 128 else { return nil }
        skipSpace()
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""):
            let start = position
            return string().map { .scalar(.init(raw: $0, offset: start)) }
        default: return word()
        }
    }

    private mutating func object(depth: Int) -> RawJSON? {
        position += 1
        var members: [RawJSON.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\""), let raw = string() else { return nil }
            let name = RawJSON.decoded(raw)
            skipSpace()
            guard names.insert(name).inserted, take(UInt8(ascii: ":")), let value = value(depth: depth + 1) else {
                return nil
            }
            members.append(.init(rawName: raw, name: name, value: value))
            skipSpace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> RawJSON? {
        position += 1
        var elements: [RawJSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
            skipSpace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? .array(elements) : nil
    }

    private mutating func string() -> String? {
        let start = position
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\\"): position += 1
            case UInt8(ascii: "\""):
                return position <= bytes.count ? String(validating: bytes[start..<position], as: UTF8.self) : nil
            case 0..<0x20: return nil
            default: break
            }
        }
        return nil
    }

    private mutating func word() -> RawJSON? {
        let start = position
        while position < bytes.count, !Self.ends.contains(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard ["true", "false", "null"].contains(text) || JSONNumber(text: text).isValid else { return nil }
        return .scalar(.init(raw: text, offset: start))
    }

    private static let ends = Set(",]} \n\r\t:".utf8)

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
    }
}
