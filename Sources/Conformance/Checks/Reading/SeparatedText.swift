/// Text in separated fields, as it is written: CSV (RFC 4180), and the same with other separators.
///
/// A quoted field may hold separators, line ends and doubled quotes.
struct SeparatedText {
    struct Field {
        /// Without the quotes around it, and with a doubled one as one.
        var text = ""
        var isQuoted = false
    }

    /// One of `,`, `;`, tab and `|`: the one that the first line has most of.
    let separator: Character
    /// As many fields in each as in the first, whose texts are names.
    let records: [[Field]]
    /// Whether every quote that was opened is closed.
    let isClosed: Bool

    /// Nil for what has no names in several columns, or no record below them.
    init?(_ bytes: [UInt8]) {
        let header = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let counts = [",", ";", "\t", "|"].map { mark in (mark, header.count { $0 == mark.utf8.first }) }
        guard let mark = counts.max(by: { $0.1 < $1.1 }), mark.1 > 0, let byte = mark.0.utf8.first else { return nil }
        let (records, isClosed) = Self.records(bytes, byte)
        guard let names = records.first?.map(\.text), records.count > 1, Set(names).count == names.count,
            names.allSatisfy({ !$0.isEmpty && !$0.contains("\n") }),
            records.allSatisfy({ $0.count == names.count })
        else { return nil }
        (separator, self.records, self.isClosed) = (Character(mark.0), records, isClosed)
    }

    private static func records(_ bytes: [UInt8], _ separator: UInt8) -> (records: [[Field]], isClosed: Bool) {
        let (quote, line, back) = (UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        var (records, record, text): ([[Field]], [Field], [UInt8]) = ([], [], [])
        var (isQuoted, wasQuoted, index) = (false, false, 0)
        func endField() {
            record.append(Field(text: String(decoding: text, as: UTF8.self), isQuoted: wasQuoted))
            (text, wasQuoted) = ([], false)
        }
        func endRecord() {
            endField()
            records.append(record)
            record = []
        }
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : nil
            if isQuoted, byte == quote, next == quote {
                text.append(quote)
                index += 1
            } else if byte == quote, isQuoted || text.isEmpty {
                isQuoted.toggle()
                wasQuoted = true
            } else if !isQuoted, byte == separator {
                endField()
            } else if !isQuoted, byte == line {
                endRecord()
            } else if isQuoted || byte != back || next != line {
                text.append(byte)
            }
            index += 1
        }
        if !record.isEmpty || !text.isEmpty { endRecord() }
        return (records, !isQuoted)
    }
}
