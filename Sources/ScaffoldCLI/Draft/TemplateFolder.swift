import ArgumentParser
import Foundation

/// The real files that drafts are made of, with words put in place of their marks.
struct TemplateFolder {
    let package: URL

    /// A template, filled. A mark on a line of its own takes several lines, each as far in as the mark, or none.
    ///
    /// - Throws: `ValidationError` when the file is not there, or a mark has no word.
    func filled(_ path: String, _ marks: [String: String]) throws -> String {
        let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let filled = lines.flatMap { line -> [String] in
            let mark = line.trimmingCharacters(in: .whitespaces)
            guard mark.hasPrefix("__"), mark.hasSuffix("__"), let words = marks[mark] else {
                return [marks.reduce(line) { $0.replacingOccurrences(of: $1.key, with: $1.value) }]
            }
            if words.isEmpty { return [] }
            let indent = String(line.prefix { $0 == " " })
            return words.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : indent + $0 }
        }.joined(separator: "\n")
        if let range = filled.range(of: "__[a-zA-Z]+(_[a-zA-Z]+)*__", options: .regularExpression) {
            throw ValidationError("Filling \(path): nothing is known for the mark \(filled[range]).")
        }
        return filled
    }

    /// A fragment's sections by their `// name` lines, filled.
    func sections(_ path: String, _ marks: [String: String]) throws -> [String: String] {
        var sections: [String: [String]] = [:]
        var current = ""
        for line in try filled(path, marks).split(separator: "\n") {
            if line.hasPrefix("// ") {
                current = String(line.dropFirst(3))
            } else {
                sections[current, default: []].append(String(line))
            }
        }
        return sections.mapValues { $0.joined(separator: "\n") }
    }

    /// The text of a file of the package, such as `Templates/rest/Source.swift`.
    func text(_ path: String) throws -> String {
        guard let text = try? String(contentsOf: package.appending(path: path), encoding: .utf8) else {
            throw ValidationError(
                "Reading \(path): it is not there. Run this in Tributary's own folder, or give --package FOLDER.")
        }
        return text
    }
}
