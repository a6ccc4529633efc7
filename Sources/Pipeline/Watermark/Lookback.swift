import Columns

extension CursorValue {
    /// The value with a span taken off, for the query only; kinds other than time stay as they are (posthog 4.8).
    ///
    /// A date goes back by whole days, at least one for any positive span. A number, whole or with a fraction, of a cursor
    /// field that the source declares to be a time is an epoch: of seconds, or of milliseconds where it is too large for
    /// seconds.
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
        case .decimal(let epoch) where type == .datetime || type == .timestamp || type == .date:
            return .decimal(epoch.epoch(minus: span))
        case .integer, .decimal, .objectID:
            return self
        }
    }
}

extension Decimal128 {
    /// Whether the number is an epoch of milliseconds: too large for one of seconds.
    private var countsMilliseconds: Bool {
        var whole = unscaled
        for _ in 0..<max(0, scale) { whole /= 10 }
        return Int64(exactly: whole).map { CursorValue.unit(ofEpoch: $0) == 1_000 } ?? true
    }

    /// Digits behind the point that microseconds have in this epoch.
    private var microsecondDigits: Int { countsMilliseconds ? 3 : 6 }

    /// Another moment of the same epoch, by its microseconds since 1970.
    func epoch(at microseconds: Int64) -> Decimal128 {
        Decimal128(unscaled: Int128(microseconds), scale: microsecondDigits)
    }

    /// The epoch so many microseconds before; the number itself where its digits leave no room.
    fileprivate func epoch(minus microseconds: Int64) -> Decimal128 {
        let digits = max(scale, microsecondDigits)
        var (value, span) = (unscaled, Int128(microseconds))
        for _ in scale..<digits {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return self }
            value = product
        }
        for _ in microsecondDigits..<digits {
            let (product, overflow) = span.multipliedReportingOverflow(by: 10)
            if overflow { return self }
            span = product
        }
        return Decimal128(unscaled: value - span, scale: digits)
    }
}
