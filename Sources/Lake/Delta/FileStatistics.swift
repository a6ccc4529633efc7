import Columns

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The statistics of a data file: how many rows, and between which values a column lies (Delta protocol, "Per-file
/// Statistics"). A bound is never tighter than the data; it may be looser.
struct FileStatistics: Sendable {
    private var document: Document

    private struct Document: Codable {
        var numRecords: Int?
        var minValues: [String: Bound]?
        var maxValues: [String: Bound]?
        var nullCount: [String: Bound]?
    }

    /// A JSON value of any kind.
    private enum Bound: Codable {
        case integer(Int64)
        case number(Double)
        case decimal(Decimal)
        case text(String)
        case bool(Bool)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else {
                self = .other
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .integer(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .decimal(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            case .bool(let value): try container.encode(value)
            case .other: try container.encodeNil()
            }
        }
    }

    /// Reads the statistics of a file; nil where there are none, or they cannot be read: they are a help, not a duty.
    init?(_ text: String?) {
        guard let text, let document = try? JSONDecoder().decode(Document.self, from: Data(text.utf8)) else {
            return nil
        }
        self.document = document
    }

    /// The row count alone, without parsing the rest where the text is ours.
    static func rowCount(_ text: String?) -> Int? {
        guard let text else { return nil }
        if text.hasPrefix(countPrefix) {
            let digits = text.utf8.dropFirst(countPrefix.utf8.count).prefix { $0 &- 0x30 < 10 }
            if let count = Int(String(decoding: digits, as: UTF8.self)) { return count }
        }
        return FileStatistics(text)?.document.numRecords
    }

    private static let countPrefix = "{\"numRecords\":"

    /// The bounds of a column; nil where they are not known. Values of the column's type are compared with them.
    func bounds(of column: String, type: ColumnType) -> (min: Value, max: Value)? {
        guard let least = document.minValues?[column], let greatest = document.maxValues?[column] else { return nil }
        switch (type, least, greatest) {
        case (.int32, .integer(let low), .integer(let high)), (.int64, .integer(let low), .integer(let high)):
            return (.int(low), .int(high))
        case (.utf8, .text(let low), .text(let high)):
            return (.string(low), .string(high))
        case (.date32, .text(let low), .text(let high)):
            guard let low = TimestampParser.days(low), let high = TimestampParser.days(high) else { return nil }
            return (.date(low), .date(high))
        case (.timestamp, .text(let low), .text(let high)):
            guard let low = TimestampParser.microseconds(low), let high = TimestampParser.microseconds(high) else {
                return nil
            }
            // Some writers cut to the millisecond.
            return (.timestamp(low), .timestamp(high &+ 999))
        default: return nil
        }
    }

    /// Whether all rows of the file have a null in `column`; nil where that is not known.
    func nullCount(of column: String) -> Int? {
        if case .integer(let count)? = document.nullCount?[column] { Int(count) } else { nil }
    }

    // MARK: Writing

    /// The number of columns with statistics, as other engines have it; `always` (the keys) come on top.
    static let indexedColumns = 32

    /// The statistics of a new file, as JSON text.
    static func text(_ summary: ParquetFileSummary, always: Set<String>) throws -> String {
        var document = Document(minValues: [:], maxValues: [:], nullCount: [:])
        for (index, column) in summary.columns.enumerated() where index < indexedColumns || always.contains(column.name)
        {
            document.nullCount?[column.name] = .integer(Int64(column.nullCount))
            guard let least = column.min.flatMap(bound), let greatest = column.max.flatMap(bound) else { continue }
            document.minValues?[column.name] = least
            document.maxValues?[column.name] = greatest
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let rest = String(decoding: try encoder.encode(document), as: UTF8.self)
        return "\(countPrefix)\(summary.rowCount),\(rest.dropFirst())"
    }

    private static func bound(_ value: Value) -> Bound? {
        switch value {
        case .null, .binary, .bool: nil
        case .int(let value): .integer(value)
        case .double(let value): value.isFinite ? .number(value) : nil
        case .decimal(let value): Decimal(string: value.description).map { .decimal($0) }
        case .string(let value): .text(value)
        case .date(let days): isCommon(days: Int64(days)) ? .text(TimestampText.date(days: days)) : nil
        case .timestamp(let value):
            isCommon(days: value / 86_400_000_000) ? .text(TimestampText.timestamp(microseconds: value)) : nil
        }
    }

    /// Years 1 to 9999: beyond, engines disagree on the spelling.
    private static func isCommon(days: Int64) -> Bool { (-719_161...2_932_895).contains(days) }
}
