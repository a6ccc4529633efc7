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
        case .binary(let bytes): ["x": .string(Hexadecimal.text(bytes))]
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
        case .decimal128(_, let scale):
            return json.string.flatMap { Decimal128($0) }.flatMap { $0.scale > scale ? nil : $0.rescaled(to: scale) }
                .map { .decimal($0) }
        case .utf8: return json.string.map { .string($0) }
        case .binary: return json["x"]?.string.flatMap { Hexadecimal.bytes($0) }.map { .binary($0) }
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
}
