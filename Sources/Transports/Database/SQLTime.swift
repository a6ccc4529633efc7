import Columns

/// Dates and times in the spelling that SQL databases read: `2024-02-29 12:00:00.000001`.
enum SQLTime {
    static func text(days: Int32) -> String {
        let date = CivilDate(daysSinceEpoch: Int(days))
        return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
    }

    /// Microseconds since 1970 as UTC; six digits of a second.
    static func text(micros: Int64) -> String {
        let perDay: Int64 = 86_400_000_000
        let inDay = ((micros % perDay) + perDay) % perDay
        let days = (micros - inDay) / perDay
        let seconds = Int(inDay / 1_000_000)
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(text(days: Int32(truncatingIfNeeded: days))) \(clock).\(padded(Int(inDay % 1_000_000), 6))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
