import Columns
import Tributary

/// Takes an XML document of records apart: elements of one name, whose children are members.
struct BureauXML {
    private let text: Substring
    /// Whether text in literal sections counts.
    private let readsLiteral: Bool

    init(_ text: String, readsLiteral: Bool) {
        self.text = Substring(text)
        self.readsLiteral = readsLiteral
    }

    /// The records in order.
    ///
    /// - Throws: `SourceError` of kind `unexpectedAnswer` for a document that does not end, or is none.
    func records(named name: String) throws -> [Row] {
        var rows: [Row] = []
        var row = Row()
        var path: [String] = []
        var value = ""
        var hasRoot = false
        var rest = text
        guard rest.contains("<") else { throw broken }
        while let open = rest.firstIndex(of: "<") {
            value += try Self.decoded(rest[..<open])
            rest = rest[open...]
            if let literal = try Self.take("<![CDATA[", until: "]]>", from: &rest) {
                if readsLiteral { value += literal }
            } else if try Self.take("<!--", until: "-->", from: &rest) == nil,
                try Self.take("<?", until: "?>", from: &rest) == nil
            {
                guard let tag = try Self.take("<", until: ">", from: &rest) else { throw broken }
                if tag.hasPrefix("/") {
                    guard path.popLast() == String(tag.dropFirst()) else { throw broken }
                    if path.last == name { row[String(tag.dropFirst())] = .string(value) }
                    if String(tag.dropFirst()) == name { rows.append(row) }
                } else {
                    // A document has one root.
                    guard !path.isEmpty || !hasRoot else { throw broken }
                    hasRoot = true
                    let element = String(tag.prefix { $0 != " " })
                    if element == name { row = Row() }
                    path.append(element)
                }
                value = ""
            }
        }
        guard path.isEmpty, hasRoot else { throw broken }
        return rows
    }

    private var broken: SourceError { Self.broken }
    private static let broken = SourceError(.unexpectedAnswer, "Reading a document: it is no whole XML.")

    /// What stands between two marks, if the rest begins with the first.
    private static func take(_ mark: String, until end: String, from rest: inout Substring) throws -> String? {
        guard rest.hasPrefix(mark) else { return nil }
        let body = rest.dropFirst(mark.count)
        guard let range = body.firstRange(of: end) else { throw broken }
        rest = body[range.upperBound...]
        return String(body[..<range.lowerBound])
    }

    private static let names = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    /// Text with its references replaced.
    private static func decoded(_ text: Substring) throws -> String {
        var result = ""
        var rest = text
        while let start = rest.firstIndex(of: "&") {
            guard let end = rest[start...].firstIndex(of: ";") else { throw broken }
            let name = String(rest[rest.index(after: start)..<end])
            result += rest[..<start]
            if name.hasPrefix("#") {
                let digits = name.dropFirst()
                let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
                guard let scalar = number.flatMap({ Unicode.Scalar($0) }) else { throw broken }
                result.unicodeScalars.append(scalar)
            } else {
                guard let known = names[name] else { throw broken }
                result += known
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
