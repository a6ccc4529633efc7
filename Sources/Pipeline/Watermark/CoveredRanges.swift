import Columns

/// Ranges of cursor values whose rows are all in the lake although the walk that brought them is not complete.
///
/// An append sync has no key to tell a row that it has from a new one. When a descending walk is interrupted and begins
/// anew from the top, rows within these ranges are left out. A range is added by each interruption only.
struct CoveredRanges: Hashable, Sendable, Codable {
    /// Both ends belong to the range.
    struct Span: Hashable, Sendable, Codable {
        var low: CursorValue
        var high: CursorValue
    }

    private(set) var spans: [Span] = []

    var isEmpty: Bool { spans.isEmpty }

    func contains(_ value: CursorValue) -> Bool {
        spans.contains { value.isLess(than: $0.low) == false && $0.high.isLess(than: value) == false }
    }

    /// Adds what a walk has read from `high` down to `low` without a gap; spans that it reaches are joined to it.
    mutating func add(low: CursorValue, high: CursorValue) {
        var joined = Span(low: low, high: high)
        var apart: [Span] = []
        for span in spans {
            guard span.high.isLess(than: joined.low) == false, joined.high.isLess(than: span.low) == false else {
                apart.append(span)
                continue
            }
            joined.low = CursorValue.minimum(span.low, joined.low) ?? joined.low
            joined.high = CursorValue.maximum(span.high, joined.high) ?? joined.high
        }
        spans = apart + [joined]
    }
}
