import Foundation

/// Moments as text.
enum Moment {
    /// Microseconds since 1970 as `2026-03-14 09:30:00Z`.
    static func text(_ microseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
        return date.formatted(.iso8601.dateTimeSeparator(.space))
    }
}
