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
    /// What is to be read once more at the end, since the read was interrupted there.
    var ties: [SQLTies] = []
    /// Whether all else has been read, and this is a place in the first of the ties.
    var isAmongTies = false

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
        var token = JSONObject([
            ("after", .array(values)), ("inclusive", .bool(isInclusive)), ("among-nulls", .bool(isAmongNulls)),
        ])
        guard !ties.isEmpty else { return ResumeToken(.object(token)) }
        token["ties"] = .array(ties.map { .array([Self.encode($0.first), .array($0.end.map(Self.encode))]) })
        token["among-ties"] = .bool(isAmongTies)
        return ResumeToken(.object(token))
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
        isAmongTies = token.value["among-ties"]?.bool ?? false
        for entry in token.value["ties"]?.array ?? [] {
            guard let pair = entry.array, pair.count == 2, let first = Self.decode(pair[0]),
                let end = pair[1].array?.compactMap(Self.decode), !end.isEmpty
            else { return nil }
            ties.append(SQLTies(first: first, end: end))
        }
        if isAmongTies, ties.isEmpty { return nil }
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

/// Rows that were read before an interruption and may have changed since, without their cursor passing the place where
/// the read goes on: a change in the very moment of the last row gets that row's cursor value, and sorts before it if
/// its key does.
struct SQLTies: Hashable, Sendable {
    /// The least value of the cursor field.
    var first: Value
    /// The values of the last row in the order's columns, or in the first of them: then all rows with these belong to it.
    var end: [Value]

    /// So many interruptions of one read are kept apart; of more, the oldest are gathered into one span, and what lies
    /// between them is read again.
    static let limit = 64

    /// Adds the place where a read was interrupted.
    static func adding(_ position: SQLPosition, to ties: [SQLTies]) -> [SQLTies] {
        guard let first = position.values.first else { return ties }
        let new = SQLTies(first: first, end: position.values)
        guard !ties.contains(new) else { return ties }
        guard ties.count >= limit else { return ties + [new] }
        return [ties[0].spanning(ties[1])] + ties.dropFirst(2) + [new]
    }

    /// The rows of both, and those between them.
    private func spanning(_ other: SQLTies) -> SQLTies {
        let first = Self.isLess(other.first, first) ? other.first : first
        let end = Self.isLess(end[0], other.end[0]) ? other.end[0] : end[0]
        return SQLTies(first: first, end: [end])
    }

    private static func isLess(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)), (.timestamp(let left), .timestamp(let right)): left < right
        case (.date(let left), .date(let right)): left < right
        case (.decimal(let left), .decimal(let right)): left.isLess(than: right)
        case (.string(let left), .string(let right)): left < right
        default: false
        }
    }
}
