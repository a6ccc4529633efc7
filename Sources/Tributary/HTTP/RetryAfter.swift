import Columns

extension HTTPHeaders {
    /// The wait that `Retry-After` asks for: seconds or a date (RFC 9110, section 10.2.3); nil when it is absent or neither.
    ///
    /// A source that reads answers by itself hands it on: `recovery: .retry(after: …)`.
    /// - Parameter now: microseconds since 1970, by the context's clock.
    public func retryAfter(now: Int64) -> Duration? {
        guard let text = self["Retry-After"].map(InputText.trimmed) else { return nil }
        if let seconds = Double(text), seconds.isFinite, (0...1e9).contains(seconds) {
            return .microseconds(Int64(seconds * 1_000_000))
        }
        return Self.date(text).map { .microseconds(max(0, $0 - now)) }
    }

    /// Microseconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    static func date(_ text: String) -> Int64? {
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
