import Columns
import Tributary

/// A condition that an upstream takes as text, with one bound in it: `start_time >= 1767225600000`.
struct BoundExpression: Equatable {
    /// The text with `{value}` in the bound's place.
    let template: String
    let value: String
    let comparison: ModelDeclaration.Filter.Comparison

    /// Nil for a text without a comparison of order, or with several: which of them moves cannot be told.
    init?(_ text: String) {
        let signs = text.indices.filter { text[$0] == "<" || text[$0] == ">" }
        guard signs.count == 1, let sign = signs.first else { return nil }
        var start = text.index(after: sign)
        var word = String(text[sign])
        if start < text.endIndex, text[start] == "=" {
            word += "="
            start = text.index(after: start)
        }
        while start < text.endIndex, " '\"".contains(text[start]) { start = text.index(after: start) }
        let value = text[start...].prefix { !$0.isWhitespace && !"'\",;()&|".contains($0) }
        guard let comparison = ModelDeclaration.Filter.Comparison(rawValue: word), !value.isEmpty,
            Double(value) != nil || TimestampParser.microseconds(String(value)) != nil
        else { return nil }
        template = text[..<start] + "{value}" + text[value.endIndex...]
        self.value = String(value)
        self.comparison = comparison
    }
}
