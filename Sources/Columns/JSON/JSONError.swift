/// Why bytes are not the JSON that was expected, and where.
///
/// The message shows at most a few characters of the input, and cuts whatever is long enough to be a secret.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong.
    public let reason: Reason
    /// Bytes in front of the place.
    public let offset: Int
    /// From 1.
    public let line: Int
    /// In bytes, from 1.
    public let column: Int
    /// A few characters from the place on, with long words cut.
    public let excerpt: String

    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        case unexpectedEnd
        /// Something else stood where `expected` (a phrase such as `a comma or a closing brace`) had to be.
        case unexpected(expected: String)
        case invalidNumber
        case invalidEscape
        case controlCharacter
        case invalidUTF8
        case tooDeep(limit: Int)
        case trailingBytes
        /// The page has no value at the path of its rows.
        case missingPath(path: String, missing: String, keys: [String])
        /// What stands at the path of the rows holds no rows.
        case notRows(path: String, came: String)
        /// An element of the array of rows is no object.
        case notAnObject(path: String, index: Int, came: String)
        /// More distinct keys than a table may have columns.
        case tooManyColumns(limit: Int)
        /// A row has a member of the name that a lifted column is to have.
        case liftedNameTaken(String)
        /// The page is larger than can be read at once.
        case tooLarge(bytes: Int, limit: Int)
    }

    init(_ reason: Reason, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        self.reason = reason
        self.offset = min(offset, bytes.count)
        let before = bytes[0..<self.offset]
        line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        column = self.offset - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
        excerpt = Self.excerpt(bytes[self.offset..<min(self.offset + 20, bytes.count)])
    }

    /// Printable characters only; of a word of more than eight letters and digits only the first four.
    private static func excerpt(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        var text = ""
        var word = ""
        func close() {
            text += word.count > 8 ? word.prefix(4) + "…" : word
            word = ""
        }
        for byte in bytes {
            let isWord = (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x5F
            if isWord {
                word.append(Character(Unicode.Scalar(byte)))
            } else {
                close()
                text.append(byte >= 0x20 && byte < 0x7F ? Character(Unicode.Scalar(byte)) : "·")
            }
        }
        close()
        return text
    }
}

extension JSONError: CustomStringConvertible {
    /// One sentence or two for a person.
    public var description: String {
        switch reason {
        case .missingPath(let path, let missing, let keys):
            let listed = keys.isEmpty ? "no keys" : "the keys " + keys.map { "`\($0)`" }.joined(separator: ", ")
            return "Reading rows at `\(path)`: `\(missing)` is not in the page, which has \(listed). "
                + "Correct the path of the rows, or see whether the upstream changed its answer."
        case .notRows(let path, let came):
            return "Reading rows at `\(path)`: came \(came) where an array of objects belongs. "
                + "Correct the path of the rows, or see whether the upstream changed its answer."
        case .notAnObject(let path, let index, let came):
            return "Reading rows at `\(path)`: row \(index) is \(came), not an object. "
                + "Shape such values into rows in the source."
        case .tooManyColumns(let limit):
            return
                "Reading rows: more than \(limit) different keys. Keys that vary from row to row belong into a nested "
                + "object, which is kept as one text."
        case .liftedNameTaken(let name):
            return "Lifting a nested value into the column `\(name)`: the row has a member of that name itself. "
                + "Give the lifted column another name."
        case .tooLarge(let bytes, let limit):
            return
                "Reading JSON: a page of \(bytes) bytes, more than \(limit) can be. Ask the upstream for smaller pages."
        default:
            let shown = excerpt.isEmpty ? "" : " at `\(excerpt)`"
            return "Reading JSON: \(problem), in line \(line), column \(column) (byte \(offset))\(shown)."
        }
    }

    private var problem: String {
        switch reason {
        case .unexpectedEnd: "the text ends too early"
        case .unexpected(let expected): "expected \(expected)"
        case .invalidNumber: "a number that JSON does not allow"
        case .invalidEscape: "an escape that JSON does not allow"
        case .controlCharacter: "a control character inside a string"
        case .invalidUTF8: "bytes that are not UTF-8"
        case .tooDeep(let limit): "nesting deeper than \(limit)"
        case .trailingBytes: "something behind the end of the value"
        default: "a page that does not fit"
        }
    }
}
