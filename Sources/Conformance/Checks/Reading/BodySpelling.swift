import Columns
import Foundation

/// Another way to write a document, in which it says the same.
struct BodySpelling: Sendable {
    var name: String
    /// The document in this spelling; nil for one of another format.
    var change: @Sendable ([UInt8]) -> [UInt8]?

    static let all = json + xml + csv

    private static let json = [
        BodySpelling(name: "JSON with every letter escaped") { body in
            (try? JSONValue(parsing: body)).map { Array(written($0) { escaped($0) }.utf8) }
        },
        BodySpelling(name: "JSON with blanks between all tokens") { body in
            (try? JSONValue(parsing: body)).map { Array(written($0, blank: "\r\n\t ").utf8) }
        },
        BodySpelling(name: "JSON with members in reverse order") { body in
            (try? JSONValue(parsing: body)).map { reversed($0).serialized() }
        },
    ]

    private static func written(
        _ value: JSONValue, blank: String = "", text: (String) -> String = { JSONValue.string($0).text }
    ) -> String {
        switch value {
        case .object(let object):
            let members = object.members.map { member in
                text(member.name) + blank + ":" + blank + written(member.value, blank: blank, text: text)
            }
            return "{" + blank + members.joined(separator: blank + "," + blank) + blank + "}"
        case .array(let elements):
            let parts = elements.map { written($0, blank: blank, text: text) }
            return "[" + blank + parts.joined(separator: blank + "," + blank) + blank + "]"
        case .string(let string): return text(string)
        default: return value.text
        }
    }

    private static func escaped(_ text: String) -> String {
        let units = text.utf16.map { "\\u" + Hexadecimal.text([UInt8($0 >> 8), UInt8($0 & 0xff)]) }
        return "\"" + units.joined() + "\""
    }

    private static func reversed(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            .object(JSONObject(object.members.reversed().map { ($0.name, reversed($0.value)) }))
        case .array(let elements): .array(elements.map(reversed))
        default: value
        }
    }
}

// XML and CSV, as far as their texts can be found without knowing their meaning.
extension BodySpelling {
    private static let xml = [
        BodySpelling(name: "XML with texts in literal sections") { texts(of: $0) { literal($0) } },
        BodySpelling(name: "XML with texts half in literal sections") {
            texts(of: $0) { text in
                let half = text.index(text.startIndex, offsetBy: text.count / 2)
                return numbered(String(text[..<half])) + literal(String(text[half...]))
            }
        },
        BodySpelling(name: "XML with characters by their numbers") { texts(of: $0) { numbered($0) } },
    ]

    private static func literal(_ text: String) -> String { "<![CDATA[\(text)]]>" }

    private static func numbered(_ text: String) -> String { text.unicodeScalars.map { "&#\($0.value);" }.joined() }

    /// The document with each text that is plain, and not blank, written otherwise.
    private static func texts(of body: [UInt8], _ write: (String) -> String) -> [UInt8]? {
        let document = String(decoding: body, as: UTF8.self)
        guard document.drop(while: \.isWhitespace).hasPrefix("<?xml") else { return nil }
        var result = ""
        var rest = Substring(document)
        while let open = rest.firstIndex(of: "<") {
            let text = String(rest[..<open])
            // References and literal sections stay as they are.
            let isPlain = !text.contains("&") && !text.allSatisfy(\.isWhitespace)
            result += isPlain ? write(text) : text
            rest = rest[open...]
            let end = ["<![CDATA[": "]]>", "<!--": "-->"].first { rest.hasPrefix($0.key) }?.value ?? ">"
            guard let range = rest.firstRange(of: end) else { return nil }
            result += rest[..<range.upperBound]
            rest = rest[range.upperBound...]
        }
        return Array((result + rest).utf8)
    }

    private static let csv = [
        BodySpelling(name: "CSV with every field quoted") { quoted($0, lineEnd: "\n") },
        BodySpelling(name: "CSV with every field quoted and line ends of two characters") {
            quoted($0, lineEnd: "\r\n")
        },
    ]

    /// A document of several lines with the same number of commas in each, and no quote.
    private static func quoted(_ body: [UInt8], lineEnd: String) -> [UInt8]? {
        let text = String(decoding: body, as: UTF8.self)
        guard !text.contains("\""), !text.contains("\r"), !text.contains("<"), !text.contains("{") else { return nil }
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        guard lines.count > 1, let width = lines.first?.count, width > 1, lines.allSatisfy({ $0.count == width }) else {
            return nil
        }
        let written = lines.map { $0.map { "\"\($0)\"" }.joined(separator: ",") + lineEnd }
        return Array(written.joined().utf8)
    }
}
