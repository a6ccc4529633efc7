import Columns
import Tributary

/// Reads the fields by which a server says when to come back.
enum RetryAfter {
    /// The wait that `Retry-After` asks for: seconds or a date (RFC 9110, section 10.2.3); nil when it is absent or neither.
    static func wait(_ headers: HTTPHeaders, now: Int64) -> Duration? {
        guard let text = headers["Retry-After"]?.trimmed else { return nil }
        if let seconds = Double(text), seconds.isFinite, (0...1e9).contains(seconds) {
            return .microseconds(Int64(seconds * 1_000_000))
        }
        return httpDate(text).map { .microseconds(max(0, $0 - now)) }
    }

    /// When a window whose requests are used up ends, by the fields that GitHub made common (`X-RateLimit-Remaining`,
    /// `X-RateLimit-Reset`) and by those of the IETF draft (`RateLimit-…`): a time of day in seconds since 1970, or the
    /// seconds left. Nil while requests are left.
    static func exhaustedUntil(_ headers: HTTPHeaders, now: Int64) -> Int64? {
        for prefix in ["X-RateLimit-", "RateLimit-"] {
            guard let remaining = headers[prefix + "Remaining"]?.trimmed, let left = Double(remaining), left < 1,
                let reset = headers[prefix + "Reset"]?.trimmed, let seconds = Double(reset),
                (0...1e11).contains(seconds)
            else { continue }
            // No window is as long as thirty years, and no clock stands before 2001.
            let isTimeOfDay = seconds >= 1_000_000_000
            return isTimeOfDay ? Int64(seconds * 1_000_000) : now + Int64(seconds * 1_000_000)
        }
        return nil
    }

    /// Microseconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    static func httpDate(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let date = CivilDate(year: year, month: month + 1, day: day)
        let clock = parts[4].split(separator: ":").compactMap { Int($0) }
        guard date.isValid, clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]),
            (0...60).contains(clock[2])
        else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
        return Int64(seconds) * 1_000_000
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
