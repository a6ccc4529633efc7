import Columns

/// The records of a recorded file, read without the source's help: lines of JSON, or text in separated fields.
///
/// Fields are those of RFC 4180: a quoted one may hold separators, line ends and doubled quotes.
enum RecordedFile {
    /// Nothing for a body that is neither, or whose records do not have the fields of their header.
    static func objects(_ body: some Sequence<UInt8>) -> [JSONObject] {
        var bytes = Array(body)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard String(validating: bytes, as: UTF8.self) != nil else { return [] }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        if lines.count > 1 {
            let objects = lines.compactMap { (try? JSONValue(parsing: Array($0)))?.object }
            if objects.count == lines.count { return objects }
        }
        return separated(bytes)
    }

    private static func separated(_ bytes: [UInt8]) -> [JSONObject] {
        let header = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let counts = [",", ";", "\t", "|"].map { mark in (mark, header.count { $0 == mark.utf8.first }) }
        guard let mark = counts.max(by: { $0.1 < $1.1 }), mark.1 > 0, let separator = mark.0.utf8.first else {
            return []
        }
        let records = records(bytes, separator)
        guard let names = records.first, records.count > 1, Set(names).count == names.count,
            names.allSatisfy({ !$0.isEmpty && !$0.contains("\n") }),
            records.allSatisfy({ $0.count == names.count })
        else { return [] }
        return records.dropFirst().map { record in
            JSONObject(zip(names, record).map { ($0, JSONValue.string($1)) })
        }
    }

    private static func records(_ bytes: [UInt8], _ separator: UInt8) -> [[String]] {
        let (quote, line, back) = (UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        var (records, record, field): ([[String]], [String], [UInt8]) = ([], [], [])
        var (isQuoted, index) = (false, 0)
        func text() -> String { String(decoding: field, as: UTF8.self) }
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : nil
            if isQuoted, byte == quote, next == quote {
                field.append(quote)
                index += 1
            } else if byte == quote, isQuoted || field.isEmpty {
                isQuoted.toggle()
            } else if !isQuoted, byte == separator {
                record.append(text())
                field = []
            } else if !isQuoted, byte == line {
                records.append(record + [text()])
                (record, field) = ([], [])
            } else if isQuoted || byte != back || next != line {
                field.append(byte)
            }
            index += 1
        }
        if !record.isEmpty || !field.isEmpty { records.append(record + [text()]) }
        return records
    }
}
