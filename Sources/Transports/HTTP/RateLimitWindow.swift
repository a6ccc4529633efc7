import Columns
import Tributary

/// Reads the fields by which a server says that a window is used up.
enum RateLimitWindow {
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
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
