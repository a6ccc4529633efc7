import Columns

/// The records of a recorded file, read without the source's help: lines of JSON, or text in separated fields.
enum RecordedFile {
    /// Nothing for a body that is neither, or whose records do not have the fields of their header.
    static func objects(_ body: some Sequence<UInt8>) -> [JSONObject] {
        var bytes = Array(body)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard String(validating: bytes, as: UTF8.self) != nil else { return [] }
        if let objects = objects(onLinesOf: bytes) { return objects }
        let records = SeparatedText(bytes)?.records.map { $0.map(\.text) } ?? []
        guard let names = records.first else { return [] }
        return records.dropFirst().map { record in
            JSONObject(zip(names, record).map { ($0, JSONValue.string($1)) })
        }
    }

    /// The objects of which one stands on each of several lines; nil for a body that holds anything else.
    static func objects(onLinesOf bytes: [UInt8]) -> [JSONObject]? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let objects = lines.compactMap { (try? JSONValue(parsing: Array($0)))?.object }
        return lines.count > 1 && objects.count == lines.count ? objects : nil
    }
}
