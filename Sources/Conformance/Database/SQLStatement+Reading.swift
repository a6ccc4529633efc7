import Foundation
import Tributary

// What the text of a statement says of how it reads.
extension SQLStatement {
    /// Whether a table of this name stands behind a FROM or JOIN, whatever quotes are around it.
    func reads(_ name: String) -> Bool {
        let words = Self.unquoted(text).split(whereSeparator: \.isWhitespace).map { $0.filter { !"();,".contains($0) } }
        let plain = Self.unquoted(name)
        return zip(words, words.dropFirst()).contains { word, next in
            ["FROM", "JOIN"].contains(word.uppercased()) && (next == plain || next.hasSuffix("." + plain))
        }
    }

    /// Whether a name stands anywhere in the text or is one of the parameters, whatever quotes are around it and in it.
    func mentions(_ name: String) -> Bool {
        let isParameter = parameters.contains { value in
            if case .string(let text) = value { Self.unquoted(text) == Self.unquoted(name) } else { false }
        }
        return isParameter || Self.unquoted(text).contains(Self.unquoted(name))
    }

    /// The words of the text in capital letters, without what stands in quotes.
    var words: [String] {
        var words = text.uppercased()
        for quote in ["'", "\"", "`"] {
            words = words.components(separatedBy: quote).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
                .joined(separator: " ")
        }
        return words.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
    }

    /// Whether rows are skipped by their number.
    var skipsRows: Bool {
        let words = words
        return zip(words, words.dropFirst() + [""]).contains { $0 == "OFFSET" && $1 != "0" }
    }

    /// The text with the numbers of rows that it skips and takes left open.
    var withoutPlaces: String {
        text.replacing(/(?i)\b(OFFSET|LIMIT)\s+\d+/) { "\($0.output.1) ?" }
    }

    private static func unquoted(_ text: String) -> String { text.filter { !"\"`[]".contains($0) } }
}
