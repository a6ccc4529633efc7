import Columns
import Tributary

/// How a modelled upstream compares members of its objects.
enum ModelOrder {
    /// The objects in an order. Ties stay as the recording had them: no API says how it breaks them, and what came is true.
    static func sorted(_ objects: [World.Object], by order: [ModelDeclaration.Order]) -> [World.Object] {
        objects.enumerated().sorted { left, right in
            precedes(left.element.body, right.element.body, by: order) ?? (left.offset < right.offset)
        }.map(\.element)
    }

    /// Whether one object stands before another; nil for a tie.
    private static func precedes(
        _ left: JSONObject, _ right: JSONObject, by order: [ModelDeclaration.Order]
    ) -> Bool? {
        for part in order {
            let (a, b) = (value(part.field, of: left), value(part.field, of: right))
            if isLess(a, b) { return !part.isDescending }
            if isLess(b, a) { return part.isDescending }
        }
        return nil
    }

    /// The value at a path of an object; null where there is none.
    static func value(_ path: String, of body: JSONObject) -> JSONValue { JSONValue.object(body).path(path) ?? .null }

    /// Whether an object's member lies within the bound of a filter. A null never does, as in SQL.
    static func satisfies(_ body: JSONObject, _ filter: ModelDeclaration.Filter, bound: String) -> Bool {
        guard var value = JSONValue.object(body).path(filter.field), !value.isNull else { return false }
        var bound = self.bound(bound, like: value, format: filter.format)
        if filter.comparesWholeSeconds { (value, bound) = (wholeSeconds(value), wholeSeconds(bound)) }
        return switch filter.comparison {
        case .equal: !isLess(value, bound) && !isLess(bound, value)
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

    private static func wholeSeconds(_ value: JSONValue) -> JSONValue {
        guard let text = value.string, let moment = TimestampParser.microseconds(text) else { return value }
        let seconds = moment >= 0 ? moment / 1_000_000 : (moment - 999_999) / 1_000_000
        return .string(CursorValue.timestamp(seconds * 1_000_000).storedText)
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
