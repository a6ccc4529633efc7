import Columns

/// Casts of a column to another type, where no value loses anything (posthog 4.7), and the type that two have in common.
enum ColumnCast {
    /// The column in another type; nil where a value does not fit.
    static func cast(_ column: Column, to type: ColumnType) -> Column? {
        if column.type == type { return column }
        if column.nullCount == column.count { return .nulls(type: type, count: column.count) }
        var builder = ColumnBuilder(type)
        for row in 0..<column.count {
            guard append(column[row], to: &builder) else { return nil }
        }
        return builder.finish()
    }

    /// The least type that holds the values of both. Text holds everything but bytes; nil where nothing does.
    static func join(_ left: ColumnType, _ right: ColumnType) -> ColumnType? {
        if left == right { return left }
        switch (left, right) {
        case (.int32, .int64), (.int64, .int32): return .int64
        case (.float64, .int32), (.float64, .int64), (.int32, .float64), (.int64, .float64): return .float64
        case (.date32, .timestamp), (.timestamp, .date32): return .timestamp
        case (.binary, _), (_, .binary): return nil
        default: return decimal(left, right) ?? .utf8
        }
    }

    /// Digits before and behind the point as the wider of both has them.
    private static func decimal(_ left: ColumnType, _ right: ColumnType) -> ColumnType? {
        guard let (leftWhole, leftScale) = digits(left), let (rightWhole, rightScale) = digits(right) else {
            return nil
        }
        let scale = max(leftScale, rightScale)
        let precision = max(leftWhole, rightWhole) + scale
        return precision <= 38 ? .decimal128(precision: precision, scale: scale) : nil
    }

    private static func digits(_ type: ColumnType) -> (whole: Int, scale: Int)? {
        switch type {
        case .decimal128(let precision, let scale): (precision - scale, scale)
        case .int32: (10, 0)
        case .int64: (19, 0)
        default: nil
        }
    }

    private static func append(_ value: Value, to builder: inout ColumnBuilder) -> Bool {
        switch (value, builder.type) {
        case (.null, _): builder.appendNull()
        case (.int(let number), .int64): builder.append(int: number)
        case (.int(let number), .int32):
            guard Int32(exactly: number) != nil else { return false }
            builder.append(int: number)
        case (.int(let number), .float64):
            guard let double = Double(exactly: number) else { return false }
            builder.append(double: double)
        case (.double(let number), .int64), (.double(let number), .int32):
            guard let whole = Int64(exactly: number), builder.type == .int64 || Int32(exactly: whole) != nil else {
                return false
            }
            builder.append(int: whole)
        case (.date(let days), .timestamp): builder.append(int: Int64(days) * 86_400_000_000)
        case (.string(let text), .timestamp):
            guard let time = TimestampParser.microseconds(text) else { return false }
            builder.append(int: time)
        case (.string(let text), .date32):
            guard let days = TimestampParser.days(text) else { return false }
            builder.append(int: Int64(days))
        case (_, .decimal128(let precision, let scale)):
            return appendDecimal(value, precision, scale, to: &builder)
        case (_, .utf8): return appendText(value, to: &builder)
        default: return false
        }
        return true
    }

    private static func appendDecimal(
        _ value: Value, _ precision: Int, _ scale: Int, to builder: inout ColumnBuilder
    ) -> Bool {
        let number: Decimal128? =
            switch value {
            case .int(let whole): Decimal128(unscaled: Int128(whole), scale: 0)
            case .decimal(let decimal): decimal
            case .double(let double): double.isFinite ? Decimal128(DecimalText.shortest(double)) : nil
            default: nil
            }
        guard let number, number.scale <= scale, let limit = powerOfTen(precision),
            let factor = powerOfTen(scale - number.scale)
        else { return false }
        let (unscaled, overflow) = number.unscaled.multipliedReportingOverflow(by: factor)
        guard !overflow, unscaled.magnitude < limit.magnitude else { return false }
        builder.append(unscaled: unscaled)
        return true
    }

    private static func powerOfTen(_ exponent: Int) -> Int128? {
        guard (0...38).contains(exponent) else { return nil }
        return (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// A stored text column takes scalars as the text that JSON spells them with.
    private static func appendText(_ value: Value, to builder: inout ColumnBuilder) -> Bool {
        switch value {
        case .string(let text): builder.append(string: text)
        case .int(let number): builder.append(string: String(number))
        case .bool(let flag): builder.append(string: flag ? "true" : "false")
        case .double(let number): builder.append(string: DecimalText.shortest(number))
        case .decimal(let number): builder.append(string: number.description)
        case .date(let days): builder.append(string: TimestampText.date(days: days))
        case .timestamp(let time): builder.append(string: TimestampText.timestamp(microseconds: time))
        case .null, .binary: return false
        }
        return true
    }
}
