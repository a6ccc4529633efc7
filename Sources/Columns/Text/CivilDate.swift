/// A day of the proleptic Gregorian calendar.
public struct CivilDate: Hashable, Sendable {
    /// The year as astronomers count: 0 is the year before 1.
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int

    /// Makes a date, which need not exist; see `isValid`.
    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Makes the date that is `days` days behind 1970-01-01.
    ///
    /// The algorithm is Howard Hinnant's `civil_from_days`: the year starts in March, so that the leap day is its last.
    public init(daysSinceEpoch days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    public var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Whether month and day exist.
    public var isValid: Bool {
        (1...12).contains(month) && day >= 1 && day <= Self.length(ofMonth: month, year: year)
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CivilDate: CustomStringConvertible {
    /// The ISO 8601 spelling, for example `2024-02-29`; a year outside 0 to 9999 has a sign.
    public var description: String {
        let digits = DecimalText.padded(year.magnitude, width: 4)
        let sign = year < 0 ? "-" : year > 9_999 ? "+" : ""
        return
            "\(sign)\(digits)-\(DecimalText.padded(month.magnitude, width: 2))-\(DecimalText.padded(day.magnitude, width: 2))"
    }
}

/// The text form of dates and timestamps.
public enum TimestampText {
    /// A date, given as days since 1970-01-01, as `2024-02-29`.
    public static func date(days: Int32) -> String { CivilDate(daysSinceEpoch: Int(days)).description }

    /// A timestamp, given as microseconds since 1970-01-01T00:00:00Z, as `2024-02-29T12:00:00Z`, with six digits of a
    /// second where it has a fraction.
    public static func timestamp(microseconds: Int64) -> String {
        let (days, inDay) = split(microseconds)
        let seconds = inDay / 1_000_000
        let fraction = inDay % 1_000_000
        let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60]
        let clock = parts.map { DecimalText.padded(UInt($0), width: 2) }.joined(separator: ":")
        let tail = fraction == 0 ? "" : "." + DecimalText.padded(UInt(fraction), width: 6)
        return "\(CivilDate(daysSinceEpoch: Int(days)))T\(clock)\(tail)Z"
    }

    /// Microseconds since 1970, divided into whole days (towards the past) and microseconds within the day.
    static func split(_ microseconds: Int64) -> (days: Int64, microseconds: Int64) {
        let perDay: Int64 = 86_400_000_000
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: perDay)
        return remainder < 0 ? (quotient - 1, remainder + perDay) : (quotient, remainder)
    }
}
