/// A value of a cursor field, typed, so that two of them are compared as what they are and never as text.
public enum CursorValue: Hashable, Sendable {
    case integer(Int64)
    case decimal(Decimal128)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    /// A MongoDB object id: 24 lower-case hexadecimal digits, which sort by time.
    case objectID(String)
}

extension CursorValue {
    /// Whether this value comes before `other`: nil when the two are of different kinds and have no common order.
    ///
    /// Integers and decimals are one kind, numbers; so a field that grew from one to the other keeps its watermark.
    public func isLess(than other: CursorValue) -> Bool? {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left < right
        case (.date(let left), .date(let right)): left < right
        case (.timestamp(let left), .timestamp(let right)): left < right
        case (.objectID(let left), .objectID(let right)): left < right
        case (.decimal(let left), .decimal(let right)): left.isLess(than: right)
        case (.integer(let left), .decimal(let right)):
            Decimal128(unscaled: Int128(left), scale: 0).isLess(than: right)
        case (.decimal(let left), .integer(let right)):
            left.isLess(than: Decimal128(unscaled: Int128(right), scale: 0))
        default: nil
        }
    }

    /// The greater of two values; nil when they are of different kinds.
    public static func maximum(_ left: CursorValue, _ right: CursorValue) -> CursorValue? {
        left.isLess(than: right).map { $0 ? right : left }
    }

    /// The lesser of two values; nil when they are of different kinds.
    public static func minimum(_ left: CursorValue, _ right: CursorValue) -> CursorValue? {
        right.isLess(than: left).map { $0 ? right : left }
    }

    /// The kind of the value; `datetime` and `timestamp` are one kind here.
    public var type: CursorType {
        switch self {
        case .integer: .integer
        case .decimal: .numeric
        case .date: .date
        case .timestamp: .timestamp
        case .objectID: .objectID
        }
    }
}

extension CursorValue: CustomStringConvertible {
    /// The text to store: digits, ISO 8601 (`2024-02-29`, `2024-02-29T12:00:00Z`) or the object id.
    public var storedText: String {
        switch self {
        case .integer(let value): String(value)
        case .decimal(let value): value.description
        case .date(let days): TimestampText.date(days: days)
        case .timestamp(let microseconds): TimestampText.timestamp(microseconds: microseconds)
        case .objectID(let id): id
        }
    }

    /// The stored text.
    public var description: String { storedText }

    /// Reads text as a value of the kind `type`: what `storedText` wrote, or what an upstream spells.
    ///
    /// Digits alone are an integer for `integer` and `numeric` (posthog: "digit-only text → int"). For the kinds of time
    /// see `TimestampParser`. Nil when the text is no such value.
    public init?(storedText text: String, as type: CursorType) {
        switch type {
        case .integer, .numeric:
            if let value = Int64(text) {
                self = .integer(value)
            } else if let value = Decimal128(text) {
                self = .decimal(value)
            } else {
                return nil
            }
        case .date:
            guard let days = TimestampParser.days(text) else { return nil }
            self = .date(days)
        case .datetime, .timestamp:
            guard let microseconds = TimestampParser.microseconds(text) else { return nil }
            self = .timestamp(microseconds)
        case .objectID:
            guard text.utf8.count == 24, text.utf8.allSatisfy(Self.isHexDigit) else { return nil }
            self = .objectID(text.lowercased())
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6
    }
}

extension CursorValue {
    /// The cursor value of one value of a table, read as the kind `type` where that is given.
    ///
    /// Nil for null, for NaN and infinity, and for text unless `type` says how to read it: text has no order that can be
    /// trusted. An integer stays an integer whatever the kind, since an upstream may count seconds.
    public init?(_ value: Value, as type: CursorType? = nil) {
        switch value {
        case .int(let number): self = .integer(number)
        case .decimal(let number): self = .decimal(number)
        case .date(let days):
            self = type == .datetime || type == .timestamp ? .timestamp(Int64(days) * 86_400_000_000) : .date(days)
        case .timestamp(let microseconds):
            guard type == .date else {
                self = .timestamp(microseconds)
                return
            }
            guard let days = Int32(exactly: TimestampText.split(microseconds).days) else { return nil }
            self = .date(days)
        case .double(let number):
            guard number.isFinite else { return nil }
            if let whole = Int64(exactly: number) {
                self = .integer(whole)
            } else if let decimal = Decimal128(DecimalText.shortest(number)) {
                self = .decimal(decimal)
            } else {
                return nil
            }
        case .string(let text):
            guard let type else { return nil }
            self.init(storedText: text, as: type)
        case .null, .bool, .binary: return nil
        }
    }
}

extension CursorValue: Codable {
    private enum CodingKeys: String, CodingKey {
        case type
        case value
    }

    /// Encodes the kind and the text, so that the value reads back alone: `{"type": "timestamp", "value": "…"}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encode(storedText, forKey: .value)
    }

    /// Decodes what `encode(to:)` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(CursorType.self, forKey: .type)
        let text = try container.decode(String.self, forKey: .value)
        guard let value = CursorValue(storedText: text, as: type) else {
            throw DecodingError.dataCorruptedError(
                forKey: .value, in: container,
                debugDescription: "Reading a stored cursor value: no \(type.rawValue) value.")
        }
        self = value
    }
}
