import Columns

/// Names of periods, as Python's `strftime` gives them.
enum PartitionDate {
    /// What a row gets whose key is null, empty or no date, whatever the format.
    static let fallback = "1970-01"

    /// A number that is the same for all hours (or days) of one period; the name is made once for each.
    static func period(hours: Int64, format: PartitionFormat) -> Int64 {
        format == .hour ? hours : floorDivide(hours, 24)
    }

    /// The name of the period that `period` lies in: `2024-02-29T12`, `2024-02-29`, `2024-w09` or `2024-02`.
    static func name(period: Int64, format: PartitionFormat) -> String {
        let days = format == .hour ? floorDivide(period, 24) : period
        let date = CivilDate(daysSinceEpoch: Int(days))
        switch format {
        case .hour: return "\(day(date))T\(padded(Int(period - days * 24), 2))"
        case .day: return day(date)
        case .week: return week(days: Int(days))
        case .month: return "\(padded(date.year, 4))-\(padded(date.month, 2))"
        }
    }

    /// Hours since 1970 of the wall time that `text` spells; the zone behind it does not count.
    static func hours(wallTime text: UnsafeBufferPointer<UInt8>) -> Int64? {
        let kept = withoutZone(text)
        guard let microseconds = TimestampParser.microseconds(bytes: UnsafeBufferPointer(rebasing: kept)) else {
            return nil
        }
        return floorDivide(microseconds, 3_600_000_000)
    }

    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? quotient - 1 : quotient
    }

    /// Cuts a `Z`, `+02`, `+0200` or `+02:00` off an ISO text with a time.
    private static func withoutZone(_ text: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
        var end = text.count
        while end > 0, text[end - 1] <= 0x20 { end -= 1 }
        guard let colon = text[..<end].firstIndex(of: UInt8(ascii: ":")) else { return text[..<end] }
        let tail = text[colon..<end]
        if let last = tail.last, last | 0x20 == UInt8(ascii: "z") { return text[..<(end - 1)] }
        guard let sign = tail.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) else {
            return text[..<end]
        }
        let isOffset = text[(sign + 1)..<end].allSatisfy { $0 &- 0x30 < 10 || $0 == UInt8(ascii: ":") }
        return isOffset ? text[..<sign] : text[..<end]
    }

    private static func day(_ date: CivilDate) -> String {
        "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    /// The ISO week: the one with a year's first Thursday is its first.
    private static func week(days: Int) -> String {
        // 1970-01-01 was a Thursday; the Thursday of a week tells its year.
        let weekday = Int(floorDivide(Int64(days) + 3, 7)) * 7 - 3
        let thursday = weekday + 3
        let year = CivilDate(daysSinceEpoch: thursday).year
        let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
        return "\(padded(year, 4))-w\(padded((thursday - newYear) / 7 + 1, 2))"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.count))
        return (value < 0 ? "-" : "") + zeros + digits
    }
}
