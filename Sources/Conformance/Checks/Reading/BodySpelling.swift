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
            documents(of: body) { written($0) { escaped($0) } }
        },
        BodySpelling(name: "JSON with blanks between all tokens") { body in
            documents(of: body, blank: "\t ") { written($0, blank: $1) }
        },
        BodySpelling(name: "JSON with members in reverse order") { body in
            documents(of: body) { reversed($0).text }
        },
    ]

    /// A document written otherwise, or several of them with one on each line.
    ///
    /// - Parameter blank: what may stand between the tokens of a line.
    private static func documents(
        of body: [UInt8], blank: String = "", _ write: (JSONValue, _ blank: String) -> String
    ) -> [UInt8]? {
        if let value = try? JSONValue(parsing: body) {
            return Array(write(value, blank.isEmpty ? "" : "\r\n" + blank).utf8)
        }
        return RecordedFile.objects(onLinesOf: body).map { objects in
            Array(objects.map { write(.object($0), blank) + "\n" }.joined().utf8)
        }
    }

    private static func documents(of body: [UInt8], _ write: (JSONValue) -> String) -> [UInt8]? {
        documents(of: body) { value, _ in write(value) }
    }

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

    /// Each field quoted. An empty one stays as it is: some tell it, as null, from an empty text.
    private static func quoted(_ body: [UInt8], lineEnd: String) -> [UInt8]? {
        guard let first = body.first(where: { $0 > 0x20 }), !Array("<{[".utf8).contains(first),
            let document = SeparatedText(body), document.isClosed
        else { return nil }
        let written = document.records.map { record in
            record.map { field in
                let text = field.text.replacing("\"", with: "\"\"")
                return field.isQuoted || !text.isEmpty ? "\"\(text)\"" : ""
            }.joined(separator: String(document.separator)) + lineEnd
        }
        return Array(written.joined().utf8)
    }
}
