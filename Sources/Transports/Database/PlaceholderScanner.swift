/// Splits SQL text at the `?` that stand for values, leaving alone those in quotes and comments.
struct PlaceholderScanner {
    private let text: [UInt8]
    private var position = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    /// The text between the placeholders: one piece more than there are placeholders.
    mutating func pieces(dollarQuotes: Bool) -> [String] {
        var pieces: [String] = []
        var start = 0
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "?"):
                pieces.append(String(decoding: text[start..<position], as: UTF8.self))
                position += 1
                start = position
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): skipQuoted(text[position])
            case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): skip(to: "\n")
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): skip(to: "*/")
            case UInt8(ascii: "$") where dollarQuotes: skipDollarQuoted()
            default: position += 1
            }
        }
        pieces.append(String(decoding: text[start...], as: UTF8.self))
        return pieces
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < text.count ? text[position + distance] : nil
    }

    /// Skips to behind the closing quote. A doubled quote closes and opens again, which comes to the same.
    private mutating func skipQuoted(_ quote: UInt8) {
        position += 1
        while position < text.count, text[position] != quote { position += 1 }
        position = min(position + 1, text.count)
    }

    private mutating func skip(to end: String) {
        let mark = Array(end.utf8)
        while position < text.count, !text[position...].starts(with: mark) { position += 1 }
        position = min(position + mark.count, text.count)
    }

    private mutating func skipDollarQuoted() {
        let isTag = { (byte: UInt8) in
            byte == UInt8(ascii: "_") || byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
                || (byte >= 0x30 && byte <= 0x39)
        }
        var end = position + 1
        while end < text.count, isTag(text[end]) { end += 1 }
        guard end < text.count, text[end] == UInt8(ascii: "$") else {
            position += 1
            return
        }
        let tag = String(decoding: text[position...end], as: UTF8.self)
        position = end + 1
        skip(to: tag)
    }
}
