import Columns
import Tributary

/// How a modelled upstream compares members of its objects.
enum ModelOrder {
    /// The objects in an order. Ties stay as the recording had them: no API says how it breaks them, and what came is true.
    static func sorted(_ objects: [World.Object], by order: [ModelDeclaration.Order]) -> [World.Object] {
        guard !order.isEmpty, objects.count > 1 else { return objects }
        // Values are read once: a table of thousands is sorted for every page that is asked for.
        let keys = objects.map { object in order.map { Key(value($0.field, of: object.body)) } }
        return objects.indices.sorted { left, right in
            precedes(keys[left], keys[right], by: order) ?? (left < right)
        }.map { objects[$0] }
    }

    /// Whether one object stands before another; nil for a tie.
    private static func precedes(_ left: [Key], _ right: [Key], by order: [ModelDeclaration.Order]) -> Bool? {
        for (index, part) in order.enumerated() {
            if left[index].isLess(than: right[index]) { return !part.isDescending }
            if right[index].isLess(than: left[index]) { return part.isDescending }
        }
        return nil
    }

    /// Whether an object stands before a place in the order.
    static func stands(_ object: World.Object, before place: [JSONValue], by order: [ModelDeclaration.Order]) -> Bool {
        precedes(order.map { Key(value($0.field, of: object.body)) }, place.map { Key($0) }, by: order) ?? false
    }

    /// A value, read for comparisons.
    private enum Key {
        case null
        case moment(Int64)
        case number(Int64)
        case other(JSONValue)

        init(_ value: JSONValue) {
            switch value {
            case .null: self = .null
            case .number(let number): self = number.int64.map { .number($0) } ?? .other(value)
            case .string(let text): self = TimestampParser.microseconds(text).map { .moment($0) } ?? .other(value)
            default: self = .other(value)
            }
        }

        var value: JSONValue {
            switch self {
            case .null: .null
            case .moment(let moment): .string(CursorValue.timestamp(moment).storedText)
            case .number(let number): .number(JSONNumber(number))
            case .other(let value): value
            }
        }

        func isLess(than other: Key) -> Bool {
            switch (self, other) {
            case (.null, .null): false
            case (.moment(let left), .moment(let right)), (.number(let left), .number(let right)): left < right
            default: ModelOrder.isLess(value, other.value)
            }
        }
    }

    /// The value at a path of an object; null where there is none.
    static func value(_ path: String, of body: JSONObject) -> JSONValue { JSONValue.object(body).path(path) ?? .null }

    /// Whether an object's member lies within the bound of a filter. A null never does, as in SQL.
    static func satisfies(_ body: JSONObject, _ filter: ModelDeclaration.Filter, bound: String) -> Bool {
        guard var value = JSONValue.object(body).path(filter.field), !value.isNull else { return false }
        let text = bound
        var bound = self.bound(bound, like: value, format: filter.format)
        if let unit = filter.wholes { (value, bound) = (wholes(value, unit), wholes(bound, unit)) }
        return switch filter.comparison {
        case .equal: text == (value.string ?? value.text) || (!isLess(value, bound) && !isLess(bound, value))
        case .less: isLess(value, bound)
        case .lessOrEqual: !isLess(bound, value)
        case .greater: isLess(bound, value)
        case .greaterOrEqual: !isLess(value, bound)
        }
    }

    private static func bound(
        _ text: String, like value: JSONValue, format: ModelDeclaration.CursorFormat?
    ) -> JSONValue {
        if case .number = value { return .number(JSONNumber(text: text)) }
        guard let number = Int64(text), let format else { return .string(text) }
        switch format {
        case .epochSeconds: return .string(CursorValue.timestamp(number &* 1_000_000).storedText)
        case .epochMilliseconds: return .string(CursorValue.timestamp(number &* 1_000).storedText)
        case .iso8601, .date, .integer: return .string(text)
        }
    }

    private static func wholes(_ value: JSONValue, _ unit: ModelDeclaration.Filter.Whole) -> JSONValue {
        guard let text = value.string, let moment = TimestampParser.microseconds(text) else { return value }
        let start = moment.wholes(of: unit.rawValue) * unit.rawValue
        return .string(CursorValue.timestamp(start).storedText)
    }

    /// Whether a bound's text can be compared with such a value.
    static func isReadable(_ bound: String, like value: JSONValue) -> Bool {
        switch value {
        case .number: Double(bound) != nil
        case .string(let text):
            TimestampParser.microseconds(text) == nil || TimestampParser.microseconds(bound) != nil
                || Int64(bound) != nil
        default: true
        }
    }

    /// Numbers as numbers, moments as moments, other text by its bytes; null before everything.
    static func isLess(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): return false
        case (.null, _): return true
        case (_, .null): return false
        case (.number(let a), .number(let b)):
            if let x = a.int64, let y = b.int64 { return x < y }
            return (a.double ?? 0) < (b.double ?? 0)
        case (.string(let a), .string(let b)):
            if let x = TimestampParser.microseconds(a), let y = TimestampParser.microseconds(b) { return x < y }
            return Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
        default: return left.text < right.text
        }
    }
}

extension Int64 {
    /// How many whole units it is, rounded down: before 1970 towards the past.
    func wholes(of unit: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: unit)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
