import Foundation

/// Looks at a source's code for what a reviewer looks for. A hit is a place to read, and not yet a fault.
struct CodeScan {
    /// One thing to look for, by a regular expression on a line's code.
    private struct Rule {
        var pattern: String
        var level: ReviewReport.Level
        var text: String

        init(_ pattern: String, _ level: ReviewReport.Level, _ text: String) {
            self.pattern = pattern
            self.level = level
            self.text = text
        }
    }

    private static let rules = [
        Rule(
            #"\b(URLSession|URLRequest|AsyncHTTPClient|NWConnection|NIO\w+|curl_\w+|sqlite3_\w+)\b|\bsocket\(|contentsOf: URL"#,
            .bad, "goes round the transports that the context hands out: requests are not recorded, limited or checked"),
        Rule(
            #"\b(Process\(\)|posix_spawn|dlopen|FileManager|getenv|ProcessInfo)\b"#, .bad,
            "reaches out of the source, to processes, files or the environment"),
        Rule(
            #"\b(Task\.sleep|usleep|Thread\.sleep|nanosleep)\b"#, .bad,
            "waits by itself: use the context's clock, or leave retries to the transport"),
        Rule(
            #"clock\.(sleep|wait)"#, .warning, "waits: what bounds the wait, and why is it not the transport's?"),
        Rule(
            #"\b(Date\(\)|Date\.now|ContinuousClock|SystemClock|DispatchTime)"#, .bad,
            "takes the time from elsewhere than the context's clock"),
        Rule(#"\bwhile\b|\brepeat\s*\{"#, .warning, "a loop that the upstream may keep going: what bounds it?"),
        Rule(
            #"(?i)(?<![.\w])(?!non)\w*(retry|retries|attempt|backoff)\w*"#, .warning,
            "looks like a second layer of retries: the transport has one"),
        Rule(#"\.revealed"#, .warning, "reveals a secret: it must reach neither a message, nor a URL, nor a row"),
        Rule(#"\b(print|debugPrint|NSLog|dump)\("#, .bad, "prints: use the context's logger"),
        Rule(#"try\?|catch\s*\{\s*\}"#, .warning, "drops an error: is the row, or the page, lost with it?"),
        Rule(
            #"rowsMayBeMissing:\s*true"#, .warning,
            "a missing list counts as empty: a changed envelope empties the table"),
        Rule(#"\.ignore\("#, .warning, "takes a status for the end of a list: for which upstream's words?"),
        Rule(#"followsRedirects:\s*true"#, .warning, "follows redirects: to which hosts?"),
        Rule(
            #"fatalError|preconditionFailure|try!|as!|\w!\."#, .bad, "can stop the whole program on the upstream's data"
        ),
        Rule(#"@unchecked Sendable|nonisolated\(unsafe\)|Unsafe\w*Pointer"#, .bad, "asks the compiler to look away"),
    ]

    /// What a source needs; anything else is a way round the runtime, or a dependency.
    private static let modules: Set<String> = ["Tributary", "Columns", "Foundation", "FoundationEssentials"]

    /// What stands in the code of a source.
    static func remarks(_ files: [SourceText]) -> [ReviewReport.Remark] {
        files.flatMap { file in
            let secrets = SecretTrail(file)
            return file.scanned.indices.flatMap { index in
                remarks(on: file.scanned[index], secrets).map { level, text in
                    let words = file.lines[index].trimmingCharacters(in: .whitespaces)
                    return ReviewReport.Remark(
                        level: level, text: "\(text): `\(words.prefix(100))`", file: file.file, line: index + 1)
                }
                    + unfinished(file, index)
            }
        }
    }

    private static func remarks(
        on line: SwiftLines.Line, _ secrets: SecretTrail
    ) -> [(level: ReviewReport.Level, text: String)] {
        var found = rules.filter { line.code.range(of: $0.pattern, options: .regularExpression) != nil }
            .map { (level: $0.level, text: $0.text) }
        if let name = secrets.name(in: line) {
            found.removeAll { $0.text.hasPrefix("reveals") }
            found.append((.bad, "puts the secret in \(name) into a text: a message, a log or an address will show it"))
        }
        if let module = line.code.wholeMatch(of: /\s*(?:@\w+ )?import (\w+).*/).map({ String($0.1) }),
            !modules.contains(module)
        {
            found.append((.bad, "imports \(module): a source needs Tributary, Columns and Foundation alone"))
        }
        return found
    }

    /// Marks of unfinished work stand in comments and texts too.
    private static func unfinished(_ file: SourceText, _ index: Int) -> [ReviewReport.Remark] {
        let marks = /\b(?:TODO|FIXME|XXX)\b|api\.example\.com/
        guard let mark = file.lines[index].firstMatch(of: marks)?.output else { return [] }
        let reason = mark == "api.example.com" ? "is a sample of the template" : "marks work that is left"
        return [
            ReviewReport.Remark(
                level: .bad, text: "is not finished: '\(mark)' \(reason)", file: file.file, line: index + 1)
        ]
    }
}

/// A file of a source, as it is and as it was read.
struct SourceText {
    /// Relative to the package.
    let file: String
    let lines: [String]
    let scanned: [SwiftLines.Line]

    init(file: String, text: String) {
        self.file = file
        lines = text.components(separatedBy: "\n")
        scanned = SwiftLines(text).lines
    }
}

/// The names by which a file calls a secret that it has revealed.
struct SecretTrail {
    private let names: Set<String>

    init(_ file: SourceText) {
        let found = file.scanned.flatMap { line in
            line.code.matches(of: /\b(?:let|var)\s+(\w+)[^=]*=[^=].*\.revealed/).map { String($0.1) }
        }
        names = Set(found)
    }

    /// The name of a revealed secret that becomes part of a text on a line.
    func name(in line: SwiftLines.Line) -> String? {
        for code in line.interpolated {
            if let match = code.firstMatch(of: /(\w+)\.revealed/) { return String(match.1) }
            let words = code.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
            if let name = words.first(where: names.contains) { return name }
        }
        return nil
    }
}
