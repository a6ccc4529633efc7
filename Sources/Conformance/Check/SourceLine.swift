import Foundation

/// Finds lines of text files, so that a report can point at them.
enum SourceLine {
    /// The first line, from 1, that holds `text`, at or behind the first that holds `start`; nil when there is none.
    static func of(_ text: String, in file: URL, after start: String? = nil) -> Int? {
        guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
        var hasBegun = start == nil
        for (index, line) in String(decoding: data, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).enumerated() {
            if let start, !hasBegun { hasBegun = line.contains(start) }
            if hasBegun && line.contains(text) { return index + 1 }
        }
        return nil
    }
}
