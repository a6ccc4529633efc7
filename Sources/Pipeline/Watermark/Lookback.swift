import Columns

extension CursorValue {
    /// The value with a span taken off, for the query only; kinds other than time stay as they are (posthog 4.8).
    ///
    /// A date goes back by whole days, at least one for any positive span. An integer of a cursor field that the source
    /// declares to be a time is an epoch: of seconds, or of milliseconds where it is too large for seconds.
    func minus(_ lookback: Duration, of type: CursorType?) -> CursorValue {
        guard lookback > .zero else { return self }
        let (seconds, attoseconds) = lookback.components
        let microseconds = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !microseconds.overflow else { return self }
        let span = microseconds.partialValue + attoseconds / 1_000_000_000_000
        switch self {
        case .timestamp(let value):
            let result = value.subtractingReportingOverflow(span)
            return .timestamp(result.overflow ? .min : result.partialValue)
        case .date(let days):
            let back = (span - 1) / 86_400_000_000 + 1
            return .date(Int32(clamping: Int64(days) - back))
        case .integer(let epoch) where type == .datetime || type == .timestamp || type == .date:
            let unit = Self.unit(ofEpoch: epoch)
            let result = epoch.subtractingReportingOverflow((span - 1) / unit + 1)
            return .integer(result.overflow ? .min : result.partialValue)
        case .integer, .decimal, .objectID:
            return self
        }
    }
}
