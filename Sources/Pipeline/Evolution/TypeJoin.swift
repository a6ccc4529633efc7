import Columns

extension ColumnType {
    /// The least type that holds the values of both: for batches of one run whose rows are not in the lake yet. Text
    /// holds everything but bytes; nil where nothing does (posthog 4.7, "accumulated type").
    func joined(with other: ColumnType) -> ColumnType? {
        if self == other { return self }
        switch (self, other) {
        case (.int32, .int64), (.int64, .int32): return .int64
        case (.float64, .int32), (.float64, .int64), (.int32, .float64), (.int64, .float64): return .float64
        case (.date32, .timestamp), (.timestamp, .date32): return .timestamp
        case (.binary, _), (_, .binary): return nil
        default: return decimal(with: other) ?? .utf8
        }
    }

    /// Whether values of the type are numbers.
    var isNumber: Bool {
        switch self {
        case .int32, .int64, .float64, .decimal128: true
        default: false
        }
    }

    /// Digits before and behind the point as the wider of both has them.
    private func decimal(with other: ColumnType) -> ColumnType? {
        guard let left = digits, let right = other.digits else { return nil }
        let scale = max(left.scale, right.scale)
        let precision = max(left.whole, right.whole) + scale
        return precision <= 38 ? .decimal128(precision: precision, scale: scale) : nil
    }

    private var digits: (whole: Int, scale: Int)? {
        switch self {
        case .decimal128(let precision, let scale): (precision - scale, scale)
        case .int32: (10, 0)
        case .int64: (19, 0)
        default: nil
        }
    }
}
