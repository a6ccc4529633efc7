import Columns

/// A place in a table that is read in order: behind the row with these values in the columns that are ordered by.
struct SQLPosition: Hashable, Sendable {
    /// The names of the columns, so that a token of another order is recognised.
    var columns: [String]
    var values: [Value]
    /// Whether rows with these very values are still to be read: true where they do not tell rows apart.
    var isInclusive: Bool
    /// Whether the rows with a cursor have all been read, and this is a place among those without one.
    var isAmongNulls = false

    /// A value that has no exact text cannot mark a place.
    static func canMark(_ value: Value) -> Bool {
        switch value {
        case .null, .double, .bool: false
        // What was repaired when it was read is not what the database compares with.
        case .string(let text): !text.contains("\u{FFFD}")
        case .int, .decimal, .binary, .date, .timestamp: true
        }
    }

    var token: ResumeToken {
        let values: [JSONValue] = zip(columns, values).map { .array([.string($0), Self.encode($1)]) }
        return ResumeToken(
            ["after": .array(values), "inclusive": .bool(isInclusive), "among-nulls": .bool(isAmongNulls)])
    }

    /// The position that a token holds; nil when it is none of this kind.
    init?(_ token: ResumeToken) {
        guard let pairs = token.value["after"]?.array, let isInclusive = token.value["inclusive"]?.bool,
            let isAmongNulls = token.value["among-nulls"]?.bool
        else { return nil }
        self.init(columns: [], values: [], isInclusive: isInclusive)
        self.isAmongNulls = isAmongNulls
        for pair in pairs {
            guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = Self.decode(pair[1])
            else { return nil }
            columns.append(name)
            values.append(value)
        }
    }

    init(columns: [String], values: [Value], isInclusive: Bool) {
        self.columns = columns
        self.values = values
        self.isInclusive = isInclusive
    }

    private static func encode(_ value: Value) -> JSONValue {
        switch value {
        case .null, .bool, .double: .null
        case .int(let number): .array(["int", .string(String(number))])
        case .decimal(let number): .array(["decimal", .string(number.description)])
        case .string(let text): .array(["text", .string(text)])
        case .binary(let bytes): .array(["binary", .array(bytes.map { .number(JSONNumber(Int64($0))) })])
        case .date(let days): .array(["date", .string(String(days))])
        case .timestamp(let micros): .array(["timestamp", .string(String(micros))])
        }
    }

    private static func decode(_ stored: JSONValue) -> Value? {
        guard let pair = stored.array, pair.count == 2, let kind = pair[0].string else { return nil }
        if kind == "binary" {
            return pair[1].array.map { .binary($0.compactMap { $0.int64.map(UInt8.init(truncatingIfNeeded:)) }) }
        }
        guard let text = pair[1].string else { return nil }
        switch kind {
        case "int": return Int64(text).map(Value.int)
        case "decimal": return Decimal128(text).map(Value.decimal)
        case "text": return .string(text)
        case "date": return Int32(text).map(Value.date)
        case "timestamp": return Int64(text).map(Value.timestamp)
        default: return nil
        }
    }
}
