import Columns

/// The statistics of a data file: how many rows, and between which values a column lies (Delta protocol, "Per-file
/// Statistics"). A bound is never tighter than the data; it may be looser.
struct FileStatistics: Sendable {
    private let document: JSONObject

    /// Reads the statistics of a file; nil where there are none, or they cannot be read: they are a help, not a duty.
    init?(_ text: String?) {
        guard let text, let document = (try? JSONValue(parsing: text))?.object else { return nil }
        self.document = document
    }

    /// The row count alone, without parsing the rest where the text is ours.
    static func rowCount(_ text: String?) -> Int? {
        guard let text else { return nil }
        if text.hasPrefix(countPrefix) {
            let digits = text.utf8.dropFirst(countPrefix.utf8.count).prefix { $0 &- 0x30 < 10 }
            if let count = Int(String(decoding: digits, as: UTF8.self)) { return count }
        }
        return FileStatistics(text)?.document["numRecords"]?.int64.map { Int($0) }
    }

    private static let countPrefix = "{\"numRecords\":"

    /// The bounds of a column; nil where they are not known. Values of the column's type are compared with them.
    func bounds(of column: String, type: ColumnType) -> (min: Value, max: Value)? {
        guard let least = document["minValues"]?[column], let greatest = document["maxValues"]?[column] else {
            return nil
        }
        switch (type, least, greatest) {
        case (.int32, .number, .number), (.int64, .number, .number):
            guard let low = least.int64, let high = greatest.int64 else { return nil }
            return (.int(low), .int(high))
        case (.utf8, .string(let low), .string(let high)):
            return (.string(low), .string(high))
        case (.date32, .string(let low), .string(let high)):
            guard let low = TimestampParser.days(low), let high = TimestampParser.days(high) else { return nil }
            return (.date(low), .date(high))
        case (.timestamp, .string(let low), .string(let high)):
            guard let low = TimestampParser.microseconds(low), let high = TimestampParser.microseconds(high) else {
                return nil
            }
            // Some writers cut to the millisecond.
            return (.timestamp(low), .timestamp(high &+ 999))
        default: return nil
        }
    }

    /// Whether the file may have a value of this or a greater one; true where that is not known.
    func mayReach(_ least: Value, in field: Field) -> Bool {
        switch (bounds(of: field.name, type: field.type)?.max, least) {
        case (.int(let greatest), .int(let least)), (.timestamp(let greatest), .timestamp(let least)): greatest >= least
        case (.date(let greatest), .date(let least)): greatest >= least
        default: true
        }
    }

    /// Whether all rows of the file have a null in `column`; nil where that is not known.
    func nullCount(of column: String) -> Int? {
        document["nullCount"]?[column]?.int64.map { Int($0) }
    }

    // MARK: Writing

    /// The number of columns with statistics, as other engines have it; `always` (the keys) come on top.
    static let indexedColumns = 32

    /// The statistics of a new file, as JSON text.
    static func text(_ summary: ParquetFileSummary, always: Set<String>) -> String {
        var least: [(String, JSONValue)] = []
        var greatest: [(String, JSONValue)] = []
        var nulls: [(String, JSONValue)] = []
        for (index, column) in summary.columns.enumerated() where index < indexedColumns || always.contains(column.name)
        {
            nulls.append((column.name, .number(JSONNumber(Int64(column.nullCount)))))
            guard let low = column.min.flatMap(bound), let high = column.max.flatMap(bound) else { continue }
            least.append((column.name, low))
            greatest.append((column.name, high))
        }
        let rest = JSONValue.object(
            JSONObject([
                ("maxValues", .object(JSONObject(greatest))), ("minValues", .object(JSONObject(least))),
                ("nullCount", .object(JSONObject(nulls))),
            ]))
        return "\(countPrefix)\(summary.rowCount),\(rest.text.dropFirst())"
    }

    private static func bound(_ value: Value) -> JSONValue? {
        switch value {
        case .null, .binary, .bool: nil
        case .int(let value): .number(JSONNumber(value))
        case .double(let value): value.isFinite ? .number(JSONNumber(value)) : nil
        case .decimal(let value): .number(JSONNumber(value))
        case .string(let value): .string(value)
        case .date(let days): isCommon(days: Int64(days)) ? .string(TimestampText.date(days: days)) : nil
        case .timestamp(let value):
            isCommon(days: value / 86_400_000_000) ? .string(TimestampText.timestamp(microseconds: value)) : nil
        }
    }

    /// Years 1 to 9999: beyond, engines disagree on the spelling.
    private static func isCommon(days: Int64) -> Bool { (-719_161...2_932_895).contains(days) }
}
