import Columns
import Tributary

/// Values of a cassette as JSON: what the column's type leaves open is in the text's form.
enum StatementCells {
    /// An integer, a number, a truth value, or text in the form of the type; bytes are `{"x": "00ff"}`.
    static func json(_ value: Value) -> JSONValue {
        switch value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .number(JSONNumber(value))
        case .double(let value): value.isFinite ? .number(JSONNumber(value)) : .string("\(value)")
        case .decimal(let value): .string(value.description)
        case .string(let value): .string(value)
        case .binary(let bytes): ["x": .string(hexadecimal(bytes))]
        case .date(let days): .string(CursorValue.date(days).storedText)
        case .timestamp(let moment): .string(CursorValue.timestamp(moment).storedText)
        }
    }

    /// The value that a cell of a column of the type stands for; nil when it is none.
    static func value(_ json: JSONValue, as type: ColumnType) -> Value? {
        if json.isNull { return .null }
        switch type {
        case .bool: return json.bool.map { .bool($0) }
        case .int32, .int64: return json.int64.map { .int($0) }
        case .float64: return (json.double ?? json.string.flatMap(Double.init)).map { .double($0) }
        case .decimal128(_, let scale): return json.string.flatMap { decimal($0, scale: scale) }
        case .utf8: return json.string.map { .string($0) }
        case .binary: return json["x"]?.string.flatMap(bytes).map { .binary($0) }
        case .date32:
            guard case .date(let days) = json.string.flatMap({ CursorValue(storedText: $0, as: .date) }) else {
                return nil
            }
            return .date(days)
        case .timestamp:
            guard case .timestamp(let moment) = json.string.flatMap({ CursorValue(storedText: $0, as: .timestamp) })
            else { return nil }
            return .timestamp(moment)
        }
    }

    /// The parameter's type in a cassette, and the parameter's value.
    static func parameter(_ value: Value) -> (type: String, value: JSONValue) {
        let type =
            switch value {
            case .null: "null"
            case .bool: "bool"
            case .int: "int64"
            case .double: "float64"
            case .decimal(let value): "decimal128(38, \(value.scale))"
            case .string: "utf8"
            case .binary: "binary"
            case .date: "date32"
            case .timestamp: "timestamp[us, tz=UTC]"
            }
        return (type, json(value))
    }

    /// The type of this spelling, which is that of ``ColumnType/description``; nil for another text.
    static func type(_ text: String) -> ColumnType? {
        let simple: [ColumnType] = [.bool, .int32, .int64, .float64, .utf8, .binary, .date32, .timestamp]
        if let type = simple.first(where: { $0.description == text }) { return type }
        guard text.hasPrefix("decimal128("), text.hasSuffix(")") else { return nil }
        let numbers = text.dropFirst(11).dropLast().split(separator: ",").map {
            Int($0.drop { $0 == " " })
        }
        guard numbers.count == 2, let precision = numbers[0], let scale = numbers[1] else { return nil }
        return .decimal128(precision: precision, scale: scale)
    }

    /// A column of values of one type.
    static func column(_ values: [Value], _ type: ColumnType) -> Column {
        var builder = ColumnBuilder(type)
        for value in values {
            switch value {
            case .bool(let value): builder.append(bool: value)
            case .int(let value): builder.append(int: value)
            case .double(let value): builder.append(double: value)
            case .decimal(let value): builder.append(unscaled: value.unscaled)
            case .string(let value): builder.append(bytes: value.utf8)
            case .binary(let value): builder.append(bytes: value)
            case .date(let value): builder.append(int: Int64(value))
            case .timestamp(let value): builder.append(int: value)
            case .null: builder.appendNull()
            }
        }
        return builder.finish()
    }

    private static func decimal(_ text: String, scale: Int) -> Value? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.count == scale, let unscaled = Int128(whole + fraction) else { return nil }
        return .decimal(Decimal128(unscaled: unscaled, scale: scale))
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let halves = text.utf8.map { digits.firstIndex(of: $0) }
        guard halves.count.isMultiple(of: 2), !halves.contains(nil) else { return nil }
        return stride(from: 0, to: halves.count, by: 2).map { UInt8(halves[$0]! << 4 | halves[$0 + 1]!) }
    }
}
