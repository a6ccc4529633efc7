import Columns

/// Days in provenance, as `2026-12-31`.
public enum ProvenanceDay {
    /// The days between two days.
    public static func days(from first: String, to last: String) -> Int64 {
        (microseconds(last) - microseconds(first)) / 86_400_000_000
    }

    private static func microseconds(_ day: String) -> Int64 { TimestampParser.microseconds("\(day)T00:00:00Z") ?? 0 }

    /// The first day in a text.
    public static func first(in text: String) -> String? {
        text.firstMatch(of: /\d{4}-\d{2}-\d{2}/).map { String($0.0) }
    }
}

extension Manifest.Provenance {
    /// The newest day on which the material was verified or recorded, or its pages were read; nil when none is named.
    public var newestDay: String? {
        let texts = ["verifiedAt", "recordedAt"].compactMap { details[$0]?.string } + docs
        return texts.compactMap(ProvenanceDay.first).max()
    }
}
