/// The lines of a Swift file with code, texts and comments kept apart, so that a scan finds code alone.
struct SwiftLines {
    /// One line.
    struct Line {
        /// Without comments, and with texts emptied; what is interpolated into a text is code.
        var code = ""
        /// The texts that begin on the line, with `…` for what is interpolated.
        var texts: [String] = []
        /// The code that becomes part of a text.
        var interpolated: [String] = []
    }

    private(set) var lines: [Line] = []

    /// What the next character belongs to.
    private enum Mode {
        /// Code; inside an interpolation the number of parentheses that are open.
        case code(open: Int?)
        case text(isLong: Bool, hashes: Int)
        case lineComment
        case blockComment(depth: Int)
    }

    private var modes: [Mode] = [.code(open: nil)]
    private var line = Line()

    init(_ source: String) {
        for text in source.split(separator: "\n", omittingEmptySubsequences: false) {
            read(Array(text))
            endLine()
        }
    }

    private mutating func endLine() {
        lines.append(line)
        line = Line()
        if case .lineComment = modes.last { modes.removeLast() }
        // A text of one line ends with it; what was taken for one may have been a regular expression.
        while let mode = modes.last, !Self.spansLines(mode) { modes.removeLast() }
        if case .text(isLong: true, _) = modes.last { line.texts.append("") }
    }

    private static func spansLines(_ mode: Mode) -> Bool {
        switch mode {
        case .code(open: .some), .text(isLong: false, _): false
        default: true
        }
    }

    private mutating func read(_ characters: [Character]) {
        var rest = characters[...]
        while !rest.isEmpty {
            switch modes.last {
            case .lineComment: return
            case .blockComment(let depth): readComment(&rest, depth)
            case .text(let isLong, let hashes): readText(&rest, isLong, hashes)
            case .code(let open): readCode(&rest, open)
            case nil: return
            }
        }
    }

    private mutating func readComment(_ rest: inout ArraySlice<Character>, _ depth: Int) {
        if Self.take("*/", &rest) {
            modes.removeLast()
            if depth > 1 { modes.append(.blockComment(depth: depth - 1)) }
        } else if Self.take("/*", &rest) {
            modes[modes.count - 1] = .blockComment(depth: depth + 1)
        } else {
            rest.removeFirst()
        }
    }

    private mutating func readText(_ rest: inout ArraySlice<Character>, _ isLong: Bool, _ hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        if Self.take((isLong ? "\"\"\"" : "\"") + marks, &rest) {
            modes.removeLast()
        } else if Self.take("\\\(marks)(", &rest) {
            addToText("…")
            line.interpolated.append("")
            modes.append(.code(open: 0))
        } else if Self.take("\\\(marks)", &rest) {
            if let character = rest.popFirst() { addToText(String(character)) }
        } else {
            addToText(String(rest.removeFirst()))
        }
    }

    private mutating func readCode(_ rest: inout ArraySlice<Character>, _ open: Int?) {
        if Self.take("//", &rest) { return modes.append(.lineComment) }
        if Self.take("/*", &rest) { return modes.append(.blockComment(depth: 1)) }
        let hashes = rest.prefix { $0 == "#" }.count
        if rest.dropFirst(hashes).first == "\"" {
            rest.removeFirst(hashes)
            let isLong = Self.take("\"\"\"", &rest)
            if !isLong { rest.removeFirst() }
            line.texts.append("")
            addToCode("\"\"")
            return modes.append(.text(isLong: isLong, hashes: hashes))
        }
        let character = rest.removeFirst()
        if let open {
            if character == ")", open == 0 {
                modes.removeLast()
                return
            }
            let change = character == "(" ? 1 : character == ")" ? -1 : 0
            modes[modes.count - 1] = .code(open: open + change)
        }
        addToCode(String(character))
    }

    private mutating func addToCode(_ text: String) {
        line.code += text
        if case .code(open: .some) = modes.last, !line.interpolated.isEmpty {
            line.interpolated[line.interpolated.count - 1] += text
        }
    }

    private mutating func addToText(_ text: String) {
        if line.texts.isEmpty { line.texts.append("") }
        line.texts[line.texts.count - 1] += text
    }

    private static func take(_ text: String, _ rest: inout ArraySlice<Character>) -> Bool {
        guard rest.starts(with: text) else { return false }
        rest.removeFirst(text.count)
        return true
    }
}
