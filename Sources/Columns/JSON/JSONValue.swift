/// A JSON value as an author handles it: small, exact, ordered. Never used on the data path.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A JSON number with the very spelling that was sent, so that `12.50` and integers beyond 2^53 survive.
public struct JSONNumber: Hashable, Sendable {
    /// The number as it is spelled.
    public let text: String

    /// Takes the text of a number as RFC 8259, section 6, spells it; other text is no number and is written as `null`.
    public init(text: String) { self.text = text }
    /// Takes an integer.
    public init(_ value: Int64) { text = String(value) }
    /// Takes the shortest spelling that reads back as `value`; NaN and infinity are written as `null`.
    public init(_ value: Double) { text = DecimalText.shortest(value) }
    /// Takes a decimal, zeros behind the point included.
    public init(_ value: Decimal128) { text = value.description }

    /// The value if it is spelled as an integer of 64 bits.
    public var int64: Int64? { Int64(text) }
    /// The nearest double; nil when there is no finite one.
    public var double: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
    /// The exact value; nil when it needs more than 38 digits.
    public var decimal: Decimal128? { Decimal128(text) }

    /// Whether the text is a number by RFC 8259, section 6.
    public var isValid: Bool {
        var text = text
        return text.withUTF8 { JSONText.isNumber($0) }
    }
}

/// Members of a JSON object in the order in which they were sent; of a repeated name the last one counts.
public struct JSONObject: Hashable, Sendable {
    /// The members in their order; no name comes up twice.
    public private(set) var members: [(name: String, value: JSONValue)] = []

    /// Makes an empty object.
    public init() {}

    /// Makes an object; of a repeated name the last value counts.
    public init(_ members: [(String, JSONValue)]) {
        self.init(named: members.map { (name: $0.0, value: $0.1) })
    }

    /// A name that comes up again replaces the value in its first place.
    init(named members: [(name: String, value: JSONValue)]) {
        guard !Self.isUnique(members) else {
            self.members = members
            return
        }
        var positions: [String: Int] = [:]
        for member in members {
            if let position = positions[member.name] {
                self.members[position].value = member.value
            } else {
                positions[member.name] = self.members.count
                self.members.append(member)
            }
        }
    }

    private static func isUnique(_ members: [(name: String, value: JSONValue)]) -> Bool {
        // Few names are compared faster than they are hashed.
        if members.count <= 12 {
            return members.indices.allSatisfy { index in
                members[..<index].allSatisfy { $0.name != members[index].name }
            }
        }
        var seen = Set<String>(minimumCapacity: members.count)
        return members.allSatisfy { seen.insert($0.name).inserted }
    }

    /// The names in their order.
    public var names: [String] { members.map(\.name) }
    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }
    /// The number of members.
    public var count: Int { members.count }

    /// The value called `name`; setting nil removes the member, setting a new name appends it.
    public subscript(name: String) -> JSONValue? {
        get { members.last { $0.name == name }?.value }
        set {
            if let index = members.firstIndex(where: { $0.name == name }) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append((name, newValue))
            }
        }
    }

    /// Objects are equal when they have the same members, in whatever order.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.count == rhs.count && lhs.members.allSatisfy { rhs[$0.name] == $0.value }
    }

    /// Hashes the names, in whatever order.
    public func hash(into hasher: inout Hasher) { hasher.combine(members.reduce(0) { $0 ^ $1.name.hashValue }) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Makes an object with its members in order; of a repeated name the last value counts, as everywhere.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// Makes a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes a number.
    public init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
    /// Makes a number.
    public init(floatLiteral value: Double) { self = .number(JSONNumber(value)) }
    /// Makes a boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Makes an array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Makes an object with its members in order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
    /// Makes a JSON null.
    public init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
    /// The text of a string; nil for anything else.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The value of a boolean; nil for anything else.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The value of a number that is spelled as an integer of 64 bits; nil for anything else.
    public var int64: Int64? { if case .number(let value) = self { value.int64 } else { nil } }
    /// The nearest double of a number; nil for anything else.
    public var double: Double? { if case .number(let value) = self { value.double } else { nil } }
    /// The elements of an array; nil for anything else.
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    /// The object; nil for anything else.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    /// Whether it is null.
    public var isNull: Bool { self == .null }

    /// The member called `name` of an object; nil for anything else.
    public subscript(name: String) -> JSONValue? { object?[name] }

    /// The value behind several names, one inside the other: `value["meta", "next"]`.
    public subscript(first: String, second: String, rest: String...) -> JSONValue? {
        rest.reduce(self[first]?[second]) { $0?[$1] }
    }

    /// The element at `index` of an array, counted from its end when negative; nil for anything else.
    public subscript(index: Int) -> JSONValue? {
        guard let array else { return nil }
        let position = index < 0 ? array.count + index : index
        // A bare `nil` would be a JSON null here.
        return array.indices.contains(position) ? array[position] : JSONValue?.none
    }

    /// The value at a path such as `meta.next` or `data[-1].id`; nil when it is not there.
    public func path(_ path: String) -> JSONValue? {
        // Most paths are one name, and are asked of thousands of rows.
        if case .object(let object) = self, !path.isEmpty, path.utf8.allSatisfy(\.isPlainName) { return object[path] }
        guard let parsed = JSONPath(path) else { return nil }
        return parsed.segments.reduce(Optional(self)) { value, segment in
            if case .array = value, let index = segment.index { return value?[index] }
            return segment.isIndexOnly ? JSONValue?.none : value?[segment.name]
        }
    }

    /// What kind of value it is, for messages: `an object`, `a string`, …
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension UInt8 {
    /// Whether the byte can be nothing but a part of a name in a path: an ASCII letter, a digit or an underscore.
    fileprivate var isPlainName: Bool {
        self | 0x20 &- 0x61 < 26 || self &- 0x30 < 10 || self == 0x5F
    }
}
