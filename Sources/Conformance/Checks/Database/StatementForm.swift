import Tributary

/// The text of a statement apart from its literals and quoted names: texts that differ in these alone ask the same of
/// other values.
struct StatementForm: Hashable, Sendable {
    /// The text with a question mark for each literal and each quoted name.
    let text: String
    /// What stood there, in order.
    let literals: [String]

    /// - Parameter engine: MySQL ends no text at a quote that a backslash stands before.
    init(_ statement: String, _ engine: DatabaseEngine) {
        var text: [UInt8] = []
        var literals: [String] = []
        let bytes = Array(statement.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let end =
                Self.isQuote(byte)
                ? Self.end(ofQuoted: bytes, from: index, escapes: engine == .mysql && byte != UInt8(ascii: "`"))
                : Self.isDigit(byte) && !(text.last.map(Self.isOfWord) ?? false)
                    ? bytes[index...].firstIndex { !Self.isOfWord($0) && $0 != UInt8(ascii: ".") } ?? bytes.count
                    : index
            if end > index {
                literals.append(String(decoding: bytes[index..<end], as: UTF8.self))
                text.append(UInt8(ascii: "?"))
                index = end
            } else {
                text.append(byte)
                index += 1
            }
        }
        self.text = String(decoding: text, as: UTF8.self)
        self.literals = literals
    }

    /// Behind the quote that ends a text or a name. One that is doubled stands for itself.
    private static func end(ofQuoted bytes: [UInt8], from start: Int, escapes: Bool) -> Int {
        var index = start + 1
        while index < bytes.count {
            if escapes, bytes[index] == UInt8(ascii: "\\") {
                index += 2
            } else if bytes[index] != bytes[start] {
                index += 1
            } else if index + 1 < bytes.count, bytes[index + 1] == bytes[start] {
                index += 2
            } else {
                return index + 1
            }
        }
        return bytes.count
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Whether a digit behind it is part of a name or of a parameter's number.
    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "$"), UInt8(ascii: "?"), 128...:
            true
        default: isDigit(byte)
        }
    }
}
