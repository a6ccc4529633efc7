/// Reads points in time from text, leniently, to microseconds since 1970-01-01T00:00:00Z.
///
/// Understood are:
/// - ISO 8601 and RFC 3339: `2024-02-29`, `2024-02-29T12:30:00.123456+02:00`, a space for the `T`, the basic form
///   `20240229T123000Z`, seconds and zone left out;
/// - what PostgreSQL and MySQL print: `2024-02-29 12:30:00.5+00`, `0044-03-15 BC`;
/// - a point between date and time, as Roundup has it: `2024-02-29.12:30:00`;
/// - HTTP and mail dates: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `6 Nov 1994 08:49:37 +0000`,
///   `Sun Nov  6 08:49:37 1994`.
///
/// Text without a zone is UTC. Digits behind the microsecond are cut off. `24:00` is midnight of the next day, and a
/// leap second is the first second of the next minute. Anything else (`infinity`, a day that does not exist, text with
/// something behind it) gives nil.
public enum TimestampParser {
    /// Microseconds since 1970-01-01T00:00:00Z, or nil.
    public static func microseconds(_ text: some StringProtocol) -> Int64? {
        var text = String(text)
        return text.withUTF8 { microseconds(bytes: $0) }
    }

    /// Days since 1970-01-01 of the day that `text` falls on in UTC, or nil.
    public static func days(_ text: some StringProtocol) -> Int32? {
        var text = String(text)
        return text.withUTF8 { days(bytes: $0) }
    }

    /// Microseconds since 1970-01-01T00:00:00Z, or nil.
    public static func microseconds(bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var scanner = TimestampScanner(bytes)
        guard let parts = scanner.scan() else { return nil }
        return parts.microseconds
    }

    /// Days since 1970-01-01 of the day in UTC, or nil.
    public static func days(bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard let microseconds = microseconds(bytes: bytes) else { return nil }
        return Int32(exactly: TimestampText.split(microseconds).days)
    }
}

/// The parts of a point in time, as spelled.
struct TimestampParts {
    var date = CivilDate(year: 1970, month: 1, day: 1)
    var hour = 0
    var minute = 0
    var second = 0
    var microsecond = 0
    /// Seconds east of Greenwich.
    var offset = 0

    /// Microseconds since 1970-01-01T00:00:00Z; nil where a part is out of its range or the sum out of 64 bit.
    var microseconds: Int64? {
        guard date.isValid, hour < 24 || (hour == 24 && minute == 0 && second == 0 && microsecond == 0),
            minute < 60, second <= 60, abs(offset) < 86_400
        else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3_600 + minute * 60 + second - offset
        let (product, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflow2) = product.addingReportingOverflow(Int64(microsecond))
        return overflow || overflow2 ? nil : sum
    }
}

/// Walks over the bytes of one text. Every read is bounded by `end`.
struct TimestampScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int
    private let end: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
        self.bytes = bytes
        position = start
        self.end = end
    }

    mutating func scan() -> TimestampParts? {
        guard let first = peek else { return nil }
        let parts = isDigit(first) || first == UInt8(ascii: "+") || first == UInt8(ascii: "-") ? numeric() : named()
        return position == end ? parts : nil
    }

    // MARK: ISO 8601 and databases

    private mutating func numeric() -> TimestampParts? {
        let start = position
        var parts = TimestampParts()
        let negative = accept("-")
        if !negative { _ = accept("+") }
        guard let (year, digits) = number(1...8) else { return nil }
        if digits <= 2 {
            position = start
            return dayFirst()
        }
        if digits == 8 {
            parts.date = CivilDate(year: year / 10_000, month: year / 100 % 100, day: year % 100)
        } else {
            guard digits >= 4, digits <= 6, let date = restOfDate(year: year) else { return nil }
            parts.date = date
        }
        if negative { parts.date.year = -parts.date.year }
        if position < end, accept("T") || accept("t") || accept(" ") || accept(".") {
            skipSpaces()
            if !isEra { guard time(&parts), zone(&parts) else { return nil } }
        }
        return era(&parts) ? parts : nil
    }

    private mutating func restOfDate(year: Int) -> CivilDate? {
        guard accept("-") || accept("/"), let (month, _) = number(1...2) else { return nil }
        guard accept("-") || accept("/"), let (day, _) = number(1...2) else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    private var isEra: Bool { peek == UInt8(ascii: "B") || peek == UInt8(ascii: "A") }

    /// `BC` of PostgreSQL: the year 1 BC is the astronomers' year 0.
    private mutating func era(_ parts: inout TimestampParts) -> Bool {
        skipSpaces()
        if accept("B") {
            parts.date.year = 1 - parts.date.year
            return accept("C")
        }
        return accept("A") ? accept("D") : true
    }

    private mutating func time(_ parts: inout TimestampParts) -> Bool {
        guard let (hour, digits) = number(1...6) else { return false }
        if digits > 2 { return basicTime(hour, digits, &parts) && fraction(&parts) }
        parts.hour = hour
        guard accept(":"), let (minute, _) = number(2...2) else { return false }
        parts.minute = minute
        guard accept(":") else { return true }
        guard let (second, _) = number(2...2) else { return false }
        parts.second = second
        return fraction(&parts)
    }

    /// `1230` or `123059`.
    private func basicTime(_ value: Int, _ digits: Int, _ parts: inout TimestampParts) -> Bool {
        guard digits == 4 || digits == 6 else { return false }
        let whole = digits == 4 ? value * 100 : value
        parts.hour = whole / 10_000
        parts.minute = whole / 100 % 100
        parts.second = whole % 100
        return true
    }

    private mutating func fraction(_ parts: inout TimestampParts) -> Bool {
        guard accept(".") || accept(",") else { return true }
        var scale = 100_000
        let start = position
        while let byte = peek, isDigit(byte) {
            parts.microsecond += Int(byte - 0x30) * scale
            scale /= 10
            position += 1
        }
        return position > start
    }

    /// `Z`, `UTC`, `GMT`, `+02`, `+0200`, `+02:00`, `+02:00:00` or nothing.
    private mutating func zone(_ parts: inout TimestampParts) -> Bool {
        skipSpaces()
        guard let byte = peek, !isEra else { return true }
        if accept("Z") || accept("z") || acceptWord("UTC") || acceptWord("GMT") || acceptWord("UT") { return true }
        guard byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") else { return false }
        position += 1
        guard let (value, digits) = number(1...6), digits <= 2 || digits == 4 || digits == 6 else { return false }
        var seconds = digits <= 2 ? value * 3_600 : digits == 4 ? value / 100 * 3_600 + value % 100 * 60 : 0
        if digits == 6 { seconds = value / 10_000 * 3_600 + value / 100 % 100 * 60 + value % 100 }
        if digits <= 2, accept(":") {
            guard let (minutes, _) = number(2...2), minutes < 60 else { return false }
            seconds += minutes * 60
            if accept(":") {
                guard let (rest, _) = number(2...2), rest < 60 else { return false }
                seconds += rest
            }
        }
        parts.offset = byte == UInt8(ascii: "-") ? -seconds : seconds
        return true
    }

    // MARK: HTTP and mail

    /// `Sun, 06 Nov 1994 …`, `Sunday, 06-Nov-94 …` or `Sun Nov  6 08:49:37 1994`.
    private mutating func named() -> TimestampParts? {
        guard letters() >= 3 else { return nil }
        let hasComma = accept(",")
        skipSpaces()
        return hasComma ? dayFirst() : monthFirst()
    }

    private mutating func dayFirst() -> TimestampParts? {
        var parts = TimestampParts()
        guard let (day, _) = number(1...2), accept(" ") || accept("-"), let month = month(),
            accept(" ") || accept("-"), let (year, digits) = number(2...4), digits != 3
        else { return nil }
        // RFC 6265, 5.1.1: two digits below 70 are of this century.
        let full = digits == 2 ? year + (year < 70 ? 2_000 : 1_900) : year
        parts.date = CivilDate(year: full, month: month, day: day)
        skipSpaces()
        guard position < end else { return parts }
        return time(&parts) && zone(&parts) ? parts : nil
    }

    private mutating func monthFirst() -> TimestampParts? {
        var parts = TimestampParts()
        guard let month = month() else { return nil }
        skipSpaces()
        guard let (day, _) = number(1...2) else { return nil }
        skipSpaces()
        guard time(&parts) else { return nil }
        skipSpaces()
        guard let (year, _) = number(4...4) else { return nil }
        parts.date = CivilDate(year: year, month: month, day: day)
        return parts
    }

    private mutating func month() -> Int? {
        guard position + 3 <= end else { return nil }
        let names: StaticString = "janfebmaraprmayjunjulaugsepoctnovdec"
        for month in 0..<12 {
            let matches = (0..<3).allSatisfy { names.utf8Start[month * 3 + $0] == bytes[position + $0] | 0x20 }
            if matches {
                position += 3
                return month + 1
            }
        }
        return nil
    }

    // MARK: Bytes

    private var peek: UInt8? { position < end ? bytes[position] : nil }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        guard position < end, bytes[position] == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func acceptWord(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard position + length <= end else { return false }
        for index in 0..<length where bytes[position + index] != word.utf8Start[index] { return false }
        position += length
        return true
    }

    private mutating func letters() -> Int {
        let start = position
        while let byte = peek, (byte | 0x20) &- 0x61 < 26 { position += 1 }
        return position - start
    }

    private mutating func skipSpaces() {
        while position < end, bytes[position] == 0x20 { position += 1 }
    }

    /// A run of digits of a length within `lengths`; nil when there are fewer or more.
    private mutating func number(_ lengths: ClosedRange<Int>) -> (value: Int, digits: Int)? {
        let start = position
        var value = 0
        while position < end, isDigit(bytes[position]) {
            guard position - start < lengths.upperBound else { return nil }
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        return position - start >= lengths.lowerBound ? (value, position - start) : nil
    }
}
