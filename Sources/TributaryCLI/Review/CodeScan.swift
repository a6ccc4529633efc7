import Foundation

/// Looks at a source's code for what a reviewer looks for. A hit is a place to read, and not yet a fault.
struct CodeScan {
    /// One thing to look for, by a regular expression on a line without its comment.
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
            #"\b(URLSession|FoundationNetworking|AsyncHTTPClient|NWConnection|curl_easy|socket\()"#, .bad,
            "goes round the transports that the context hands out: requests are not recorded, limited or checked"),
        Rule(
            #"\b(Process\(\)|posix_spawn|dlopen|FileManager)\b"#, .bad,
            "reaches out of the source, to processes or files"),
        Rule(
            #"\b(Task\.sleep|usleep|Thread\.sleep|nanosleep)\b"#, .bad,
            "waits by itself: use the context's clock, or leave retries to the transport"),
        Rule(
            #"\b(Date\(\)|Date\.now|ContinuousClock|SystemClock|DispatchTime)"#, .bad,
            "takes the time from elsewhere than the context's clock"),
        Rule(#"while\s+true|repeat\s*\{"#, .warning, "a loop without a bound of its own: what ends it?"),
        Rule(
            #"\b(retry|retries|attempts?|backoff)\b"#, .warning,
            "looks like a second layer of retries: the transport has one"),
        Rule(#"\.revealed"#, .warning, "reveals a secret: it must reach neither a message, nor a URL, nor a row"),
        Rule(#"\b(print|debugPrint|NSLog)\("#, .bad, "prints: use the context's logger"),
        Rule(#"try\?|catch\s*\{\s*\}"#, .warning, "drops an error: is the row, or the page, lost with it?"),
        Rule(
            #"rowsMayBeMissing:\s*true"#, .warning,
            "a missing list counts as empty: a changed envelope empties the table"),
        Rule(#"\.ignore\("#, .warning, "takes a status for the end of a list: for which upstream's words?"),
        Rule(
            #"fatalError|preconditionFailure|try!|as!|\w!\."#, .bad, "can stop the whole program on the upstream's data"
        ),
        Rule(
            #"\b(TODO|FIXME|XXX)\b|api\.example\.com"#, .bad,
            "is not finished: a mark or a sample of the template is left"),
        Rule(#"@unchecked Sendable|nonisolated\(unsafe\)|Unsafe\w*Pointer"#, .bad, "asks the compiler to look away"),
    ]

    /// What stands in the code of a source.
    static func remarks(_ files: [(file: String, lines: [String])]) -> [ReviewReport.Remark] {
        var remarks: [ReviewReport.Remark] = []
        for (file, lines) in files {
            for (index, line) in lines.enumerated() {
                let text = code(of: line)
                for rule in rules where text.range(of: rule.pattern, options: .regularExpression) != nil {
                    let words = line.trimmingCharacters(in: .whitespaces)
                    remarks.append(
                        ReviewReport.Remark(
                            level: rule.level, text: "\(rule.text): `\(words.prefix(100))`", file: file, line: index + 1
                        ))
                }
            }
        }
        return remarks
    }

    /// A line without its comment, and without the words of its texts but for the addresses in them.
    private static func code(of line: String) -> String {
        let texts = line.replacing(/"([^"\\]|\\.)*"/) { match in
            let address = match.0.firstMatch(of: /https?:[^" ]+/).map { String($0.0) }
            return "\"\(address ?? "")\""
        }
        guard let comment = texts.firstRange(of: /(^|[^:])\/\//) else { return texts }
        return String(texts[..<comment.lowerBound])
    }

    /// The hosts that are written in the code.
    static func hosts(_ files: [(file: String, lines: [String])]) -> [String] {
        let found = files.flatMap { file in
            file.lines.flatMap { line in
                line.matches(of: /https?:\/\/([A-Za-z0-9.-]+)/).map { String($0.1).lowercased() }
            }
        }
        return Set(found).sorted()
    }
}
