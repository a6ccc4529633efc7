extension Column {
    /// The column as another type, where the rules of `SchemaEvolution` allow it.
    ///
    /// - Throws: where a value does not fit.
    public func cast(to type: ColumnType) throws(ColumnCastObstacle) -> Column {
        if type == self.type { return self }
        if nullCount == count { return .nulls(type: type, count: count) }
        return try ColumnCast.cast(self, to: type).get()
    }
}

/// The first value that a type does not hold.
public struct ColumnCastObstacle: Error, Hashable, Sendable {
    /// The row of the value.
    public let row: Int
    /// The number type that would hold all values of both sides, where there is one.
    public var widening: ColumnType?
}

/// Casts of whole columns that lose nothing, or say where they would.
enum ColumnCast {
    typealias Obstacle = ColumnCastObstacle

    static func cast(_ column: Column, to type: ColumnType) -> Result<Column, Obstacle> {
        switch type {
        case .int32, .int64: toInteger(column, type)
        case .float64: toDouble(column)
        case .decimal128(let precision, let scale): toDecimal(column, precision: precision, scale: scale)
        case .utf8: toText(column)
        case .timestamp, .date32: toTime(column, type)
        case .bool, .binary: .failure(Obstacle(row: firstValue(column)))
        }
    }

    private static func firstValue(_ column: Column) -> Int {
        (0..<column.count).first { !column.isNull($0) } ?? 0
    }

    private static func isNumber(_ type: ColumnType) -> Bool {
        switch type {
        case .int32, .int64, .float64, .decimal128: true
        default: false
        }
    }

    // MARK: Numbers

    private static func toInteger(_ column: Column, _ type: ColumnType) -> Result<Column, Obstacle> {
        guard isNumber(column.type) else { return .failure(Obstacle(row: firstValue(column))) }
        let range: ClosedRange<Int64> = type == .int32 ? Int64(Int32.min)...Int64(Int32.max) : .min ... .max
        var result = [Int64](repeating: 0, count: column.count)
        for row in 0..<column.count where !column.isNull(row) {
            guard let value = integer(column[row]), range.contains(value) else {
                return .failure(Obstacle(row: row, widening: widening(ofIntegers: type, by: column)))
            }
            result[row] = value
        }
        let values: Column.Values = type == .int32 ? .int32(result.map { Int32($0) }) : .int64(result)
        return .success(Column(type: type, validity: column.validity, values: values))
    }

    private static func integer(_ value: Value) -> Int64? {
        switch value {
        case .int(let number): number
        case .double(let number): Int64(exactly: number)
        case .decimal(let number):
            DecimalDigits(number).scale == 0 ? number.rescaled(to: 0).flatMap { Int64(exactly: $0.unscaled) } : nil
        default: nil
        }
    }

    /// A stored integer column may hold anything of its type.
    private static func widening(ofIntegers type: ColumnType, by column: Column) -> ColumnType? {
        switch column.type {
        case .int64: .int64
        case .float64: .float64
        case .decimal128(let precision, let scale):
            decimal(integerDigits: max(precision - scale, type == .int32 ? 10 : 19), scale: scale)
        default: nil
        }
    }

    private static func decimal(integerDigits: Int, scale: Int) -> ColumnType? {
        integerDigits + scale <= Decimal128.maximumPrecision
            ? .decimal128(precision: max(1, integerDigits + scale), scale: scale) : nil
    }

    private static func toDouble(_ column: Column) -> Result<Column, Obstacle> {
        guard isNumber(column.type) else { return .failure(Obstacle(row: firstValue(column))) }
        var result = [Double](repeating: 0, count: column.count)
        for row in 0..<column.count where !column.isNull(row) {
            guard let value = double(column[row]) else {
                return .failure(Obstacle(row: row, widening: widening(ofDoublesBy: column)))
            }
            result[row] = value
        }
        return .success(Column(type: .float64, validity: column.validity, values: .float64(result)))
    }

    private static func double(_ value: Value) -> Double? {
        switch value {
        case .int(let number): return Double(exactly: number)
        case .decimal(let number):
            guard let nearest = Double(number.description), let held = DecimalDigits(parsing: nearest.description)
            else {
                return nil
            }
            return held == DecimalDigits(number) || number.unscaled == 0 ? nearest : nil
        default: return nil
        }
    }

    /// The stored doubles are not known here; the incoming digits are what the type must hold.
    private static func widening(ofDoublesBy column: Column) -> ColumnType? {
        switch column.type {
        case .int64: decimal(integerDigits: 19, scale: 15)
        case .decimal128: column.type
        default: nil
        }
    }

    private static func toDecimal(_ column: Column, precision: Int, scale: Int) -> Result<Column, Obstacle> {
        guard isNumber(column.type) else { return .failure(Obstacle(row: firstValue(column))) }
        var result = [Int128](repeating: 0, count: column.count)
        for row in 0..<column.count where !column.isNull(row) {
            let digits = self.digits(column[row])
            guard let unscaled = digits?.unscaled(atScale: scale),
                Decimal128(unscaled: unscaled, scale: scale).precision <= precision
            else {
                return .failure(
                    Obstacle(row: row, widening: widening(column, integerDigits: precision - scale, scale: scale)))
            }
            result[row] = unscaled
        }
        let type = ColumnType.decimal128(precision: precision, scale: scale)
        return .success(Column(type: type, validity: column.validity, values: .decimal128(result)))
    }

    private static func digits(_ value: Value) -> DecimalDigits? {
        switch value {
        case .int(let number): DecimalDigits(Decimal128(unscaled: Int128(number), scale: 0))
        case .double(let number): DecimalDigits(parsing: number.description)
        case .decimal(let number): DecimalDigits(number)
        default: nil
        }
    }

    /// The stored scale, with as many integer digits as the incoming values need.
    private static func widening(_ column: Column, integerDigits: Int, scale: Int) -> ColumnType? {
        var needed = integerDigits
        for row in 0..<column.count where !column.isNull(row) {
            // Rounding may carry into one more digit.
            guard let digits = digits(column[row]) else { return nil }
            needed = max(needed, digits.integerDigits + (digits.scale > scale ? 1 : 0))
        }
        return decimal(integerDigits: needed, scale: scale)
    }

    // MARK: Text and time

    private static func toText(_ column: Column) -> Result<Column, Obstacle> {
        guard column.type != .binary else { return .failure(Obstacle(row: firstValue(column))) }
        var builder = ColumnBuilder(.utf8)
        for row in 0..<column.count {
            switch column[row] {
            case .null, .binary: builder.appendNull()
            case .bool(let flag): builder.append(string: flag ? "true" : "false")
            case .int(let number): builder.append(string: String(number))
            case .double(let number):
                if number.isFinite {
                    builder.append(string: DecimalText.shortest(number))
                } else {
                    builder.appendNull()
                }
            case .decimal(let number): builder.append(string: number.description)
            case .string(let text): builder.append(string: text)
            case .date(let days): builder.append(string: TimestampText.date(days: days))
            case .timestamp(let microseconds):
                builder.append(string: TimestampText.timestamp(microseconds: microseconds))
            }
        }
        return .success(builder.finish())
    }

    private static func toTime(_ column: Column, _ type: ColumnType) -> Result<Column, Obstacle> {
        var builder = ColumnBuilder(type)
        for row in 0..<column.count {
            switch time(column, row, type) {
            case .success(let value?): builder.append(int: value)
            case .success(nil): builder.appendNull()
            case .failure(let obstacle): return .failure(obstacle)
            }
        }
        return .success(builder.finish())
    }

    private static func time(_ column: Column, _ row: Int, _ type: ColumnType) -> Result<Int64?, Obstacle> {
        let perDay = ColumnSink.microsecondsOfDay
        switch column[row] {
        case .null: return .success(nil)
        case .string(let text):
            let parsed =
                type == .date32 ? TimestampParser.days(text).map { Int64($0) } : TimestampParser.microseconds(text)
            return .success(parsed)
        case .date(let days): return .success(Int64(days) * perDay)
        case .timestamp(let microseconds) where microseconds % perDay == 0: return .success(microseconds / perDay)
        default: return .failure(Obstacle(row: row))
        }
    }
}
