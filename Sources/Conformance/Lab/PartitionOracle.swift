import Columns
import Crypto
import Foundation

/// Computes partitions a second time, in the plainest way, so that the lake's fast code is judged by something else.
///
/// The algorithms are PostHog's (`posthog.md`, 4.10): md5 of the keys' texts, `floor(value / size)`, or the period.
public enum PartitionOracle {
    /// The partition that a row belongs to.
    public static func partition(of row: [String: Value], by partitioning: Partitioning) -> String {
        switch partitioning {
        case .md5(let keys, let count): md5(keys.map { row[$0] ?? .null }, count: count)
        case .numerical(let key, let size): numerical(row[key] ?? .null, size: size)
        case .datetime(let key, let format, let epoch):
            datetime(row[key] ?? .null, format: format, perSecond: epoch.perSecond)
        }
    }

    private static func md5(_ values: [Value], count: Int) -> String {
        let text = values.map(pythonText).joined(separator: "|")
        let digest = Insecure.MD5.hash(data: Data(text.utf8))
        return String(digest.reduce(0) { ($0 * 256 + Int($1)) % max(1, count) })
    }

    private static func numerical(_ value: Value, size: Int64) -> String {
        let number: Double
        switch value {
        case .int(let int):
            let quotient = int / size
            return String(int % size != 0 && (int < 0) != (size < 0) ? quotient - 1 : quotient)
        case .double(let double): number = double
        case .decimal(let decimal): number = Double(decimal.description) ?? .nan
        case .string(let text):
            guard let int = Int64(text.trimmingCharacters(in: .whitespaces)) else { return "null" }
            return numerical(.int(int), size: size)
        default: return "null"
        }
        guard number.isFinite, let whole = Int64(exactly: number.rounded(.towardZero)) else { return "null" }
        return numerical(.int(whole), size: size)
    }

    private static func datetime(_ value: Value, format: PartitionFormat, perSecond: Int64) -> String {
        let seconds: Double
        switch value {
        case .timestamp(let microseconds): seconds = wholeSeconds(microseconds)
        case .date(let days): seconds = Double(days) * 86_400
        case .int(let epoch): seconds = (Double(epoch) / Double(perSecond)).rounded(.down)
        case .string(let text):
            guard let microseconds = TimestampParser.microseconds(wallTime(text)) else { return "1970-01" }
            seconds = wholeSeconds(microseconds)
        default: return "1970-01"
        }
        var calendar = Calendar(identifier: format == .week ? .iso8601 : .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: seconds)
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .weekOfYear, .yearForWeekOfYear], from: date)
        let (year, month, day, hour) = (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0)
        return switch format {
        case .month: String(format: "%04d-%02d", year, month)
        case .day: String(format: "%04d-%02d-%02d", year, month, day)
        case .hour: String(format: "%04d-%02d-%02dT%02d", year, month, day, hour)
        case .week: String(format: "%04d-w%02d", parts.yearForWeekOfYear ?? 0, parts.weekOfYear ?? 0)
        }
    }

    /// Rounded down in whole numbers: a double has no room for the last microseconds of the year 9999.
    private static func wholeSeconds(_ microseconds: Int64) -> Double {
        Double(microseconds.wholes(of: 1_000_000))
    }

    /// A text without its offset: the time as it is written decides, as in the Python original.
    private static func wallTime(_ text: String) -> String {
        guard let time = text.firstIndex(of: "T") ?? text.firstIndex(of: " "),
            let sign = text[time...].lastIndex(where: { $0 == "+" || $0 == "-" })
        else { return text }
        return String(text[..<sign]) + "Z"
    }

    /// A value as Python's `str` spells it: what the hash is taken of.
    private static func pythonText(_ value: Value) -> String {
        switch value {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .int(let value): String(value)
        case .double(let value): DecimalText.shortest(value)
        case .decimal(let value): value.description
        case .string(let value): value
        case .binary(let bytes): String(decoding: bytes, as: UTF8.self)
        case .date(let days): TimestampText.date(days: days)
        case .timestamp(let microseconds):
            TimestampText.timestamp(microseconds: microseconds).replacingOccurrences(of: "T", with: " ")
                .replacingOccurrences(of: "Z", with: "")
        }
    }
}
