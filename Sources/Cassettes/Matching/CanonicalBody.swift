import Columns

/// A request's body in a form in which two spellings of one content are equal.
enum CanonicalBody: Hashable {
    case empty
    /// Members sorted by name, numbers by exact value.
    case json(String)
    case form([CanonicalURL.Parameter])
    case parts([Part])
    case bytes([UInt8])

    /// One part of a multipart body; the boundary does not count.
    struct Part: Hashable {
        let name: String
        let filename: String?
        let type: String?
        let content: [UInt8]
    }

    /// - Parameters:
    ///   - bytes: the body as it is sent.
    ///   - contentType: the request's header field.
    ///   - ignoring: JSON paths that do not count, such as `variables.nonce`.
    init(_ bytes: [UInt8], contentType: String?, ignoring: [String] = []) {
        guard !bytes.isEmpty else {
            self = .empty
            return
        }
        let type = contentType?.split(separator: ";").first?.lowercased().filter { $0 != " " } ?? ""
        switch type {
        case _ where type == "application/json" || type.hasSuffix("+json"):
            self = Self.json(bytes, ignoring: ignoring) ?? .bytes(bytes)
        case "application/x-ndjson", "application/jsonl", "application/x-jsonlines":
            self = Self.lines(bytes, ignoring: ignoring) ?? .bytes(bytes)
        case "application/x-www-form-urlencoded":
            let parameters = CanonicalURL.parameters(String(decoding: bytes, as: UTF8.self))
            self = .form(parameters.filter { !ignoring.contains(String(decoding: $0.name, as: UTF8.self)) })
        case "multipart/form-data":
            self = Multipart(contentType ?? "").parts(of: bytes).map(Self.parts) ?? .bytes(bytes)
        default: self = .bytes(bytes)
        }
    }

    private static func json(_ bytes: [UInt8], ignoring: [String]) -> CanonicalBody? {
        (try? StrictJSON.parse(bytes, file: "a request's body")).map {
            .json(CanonicalJSON(ignoring: ignoring).text(of: $0))
        }
    }

    private static func lines(_ bytes: [UInt8], ignoring: [String]) -> CanonicalBody? {
        var texts: [String] = []
        for line in bytes.split(separator: 0x0A) where line.contains(where: { $0 > 0x20 }) {
            guard case .json(let text)? = json(Array(line), ignoring: ignoring) else { return nil }
            texts.append(text)
        }
        return .json("[" + texts.joined(separator: ",") + "]")
    }

    /// The content in one line, for messages.
    var text: String {
        switch self {
        case .empty: "nothing"
        case .json(let text): text
        case .form(let parameters): parameters.map(\.text).joined(separator: "&")
        case .parts(let parts): parts.map { "\($0.name) (\($0.content.count) bytes)" }.joined(separator: ", ")
        case .bytes(let bytes): "\(bytes.count) bytes"
        }
    }
}

/// JSON as text in one spelling.
struct CanonicalJSON {
    var ignoring: [String] = []

    func text(of value: JSONValue) -> String { text(of: value, at: "") }

    private func text(of value: JSONValue, at path: String) -> String {
        switch value {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .number(let number): Self.canonical(number.text)
        case .string(let string): Self.quoted(path == "query" ? Self.folded(string) : string)
        case .array(let values):
            "[" + values.enumerated().map { text(of: $1, at: "\(path)[\($0)]") }.joined(separator: ",") + "]"
        case .object(let object): self.object(object, at: path)
        }
    }

    private func object(_ object: JSONObject, at path: String) -> String {
        let members = object.members.compactMap { member -> (name: String, text: String)? in
            let place = path.isEmpty ? member.name : "\(path).\(member.name)"
            return ignoring.contains(place) ? nil : (member.name, text(of: member.value, at: place))
        }
        let sorted = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return "{" + sorted.map { Self.quoted($0.name) + ":" + $0.text }.joined(separator: ",") + "}"
    }

    /// An exact decimal number in one spelling: 1, 1.0 and 1e0 are `1e0`; no binary float comes in between.
    static func canonical(_ number: String) -> String {
        let isNegative = number.hasPrefix("-")
        let unsigned = number.drop { $0 == "-" }
        let mantissa = unsigned.prefix { $0 != "e" && $0 != "E" }
        var exponent = Int(unsigned.dropFirst(mantissa.count + 1).drop { $0 == "+" }) ?? 0
        exponent -= mantissa.drop { $0 != "." }.dropFirst().count
        var digits = mantissa.filter { $0 != "." }.drop { $0 == "0" }
        guard !digits.isEmpty else { return "0" }
        while digits.last == "0" {
            digits.removeLast()
            exponent += 1
        }
        return (isNegative ? "-" : "") + digits + "e\(exponent)"
    }

    /// White space folded to single spaces outside quotes, for the text of a GraphQL query.
    private static func folded(_ query: String) -> String {
        var isQuoted = false
        var text = ""
        for character in query {
            if character == "\"" { isQuoted.toggle() }
            if isQuoted || !character.isWhitespace {
                text.append(character)
            } else if let last = text.last, last != " " {
                text.append(" ")
            }
        }
        return text.last == " " ? String(text.dropLast()) : text
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
