import Columns
import Tributary

/// A condition that an upstream takes as text, with one bound in it: `start_time >= 1767225600000`, or as JSON
/// `[{"field": "updated", "operator": ">=", "value": "2026-01-01 00:00:00"}]`.
struct BoundExpression: Equatable {
    /// The text with `{value}` in the bound's place.
    let template: String
    let value: String
    let comparison: ModelDeclaration.Filter.Comparison

    /// Nil for a text without a comparison of order, or with several: which of them moves cannot be told.
    init?(_ text: String) {
        if let json = try? JSONValue(parsing: Array(text.utf8)), json.object != nil || json.array != nil {
            let found = Self.conditions(in: json)
            guard found.count == 1, let (word, value) = found.first, text.ranges(of: value).count == 1,
                let place = text.firstRange(of: value)
            else { return nil }
            self.init(text, word, place)
        } else {
            let signs = text.indices.filter { text[$0] == "<" || text[$0] == ">" }
            guard signs.count == 1, let sign = signs.first else { return nil }
            var start = text.index(after: sign)
            var word = String(text[sign])
            if start < text.endIndex, text[start] == "=" {
                word += "="
                start = text.index(after: start)
            }
            self.init(text, word, Self.value(in: text[start...]))
        }
    }

    private init?(_ text: String, _ word: String, _ place: Range<String.Index>) {
        let value = String(text[place])
        guard let comparison = ModelDeclaration.Filter.Comparison(rawValue: word), Self.isBound(value) else {
            return nil
        }
        template = text[..<place.lowerBound] + "{value}" + text[place.upperBound...]
        self.value = value
        self.comparison = comparison
    }

    private static func isBound(_ value: String) -> Bool {
        !value.isEmpty && (Double(value) != nil || TimestampParser.microseconds(value) != nil)
    }

    /// Where the value behind a comparison is: within its quotes, else up to what ends a word.
    private static func value(in text: Substring) -> Range<String.Index> {
        let rest = text.drop { $0 == " " }
        if let quote = rest.first, "'\"".contains(quote) {
            let inner = rest.dropFirst()
            if let end = inner.firstIndex(of: quote) { return inner.startIndex..<end }
        }
        let word = rest.prefix { !$0.isWhitespace && !"'\",;()&|".contains($0) }
        return word.startIndex..<word.endIndex
    }

    /// The objects that have a comparison as one member and a bound as another.
    private static func conditions(in json: JSONValue) -> [(word: String, value: String)] {
        if let list = json.array { return list.flatMap(conditions) }
        guard let members = json.object?.members.map(\.value) else { return [] }
        let word = members.lazy.compactMap(\.string).first { ["<", "<=", ">", ">="].contains($0) }
        let scalars = members.lazy.filter { $0.object == nil && $0.array == nil }
        let value = scalars.map(ModelPage.text).first(where: isBound)
        if let word, let value { return [(word, value)] }
        return members.flatMap(conditions)
    }
}
