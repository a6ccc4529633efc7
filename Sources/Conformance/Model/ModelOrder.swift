import Columns
import Tributary

/// How a modelled upstream compares members of its objects.
enum ModelOrder {
    /// Whether one object stands before another; ties are broken by the key, so that the order is total.
    static func precedes(
        _ left: JSONObject, _ right: JSONObject, by order: [ModelDeclaration.Order], key: [String]
    ) -> Bool {
        for part in order + key.map({ ModelDeclaration.Order(field: $0, isDescending: false) }) {
            let (a, b) = (left[part.field] ?? .null, right[part.field] ?? .null)
            if isLess(a, b) { return !part.isDescending }
            if isLess(b, a) { return part.isDescending }
        }
        return false
    }

    /// Whether an object's member lies within the bound of a filter. A null never does, as in SQL.
    static func satisfies(_ body: JSONObject, _ filter: ModelDeclaration.Filter, bound: String) -> Bool {
        guard let value = JSONValue.object(body).path(filter.field), !value.isNull else { return false }
        let bound = self.bound(bound, like: value, format: filter.format)
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
        return .string(text)
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
