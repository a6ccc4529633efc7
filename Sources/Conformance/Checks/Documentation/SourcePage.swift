import Columns
import Foundation
import Tributary

/// The page of a source: Markdown in sections.
struct SourcePage {
    /// Below the repository.
    let path: String
    let lines: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.components(separatedBy: "\n")
    }

    /// The lines of a section, without its title; nil when there is none.
    func section(_ title: String) -> [String]? {
        guard let start = lines.firstIndex(where: { Self.title($0) == title.lowercased() }) else { return nil }
        let depth = lines[start].prefix { $0 == "#" }.count
        let rest = lines[(start + 1)...]
        let end = rest.firstIndex { line in
            let marks = line.prefix { $0 == "#" }.count
            return marks > 0 && marks <= depth && line.dropFirst(marks).first == " "
        }
        return Array(rest[..<(end ?? rest.endIndex)])
    }

    private static func title(_ line: String) -> String? {
        guard line.hasPrefix("#") else { return nil }
        return line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
    }

    /// The targets of its links to other files.
    var fileLinks: [(line: Int, target: String)] {
        lines.enumerated().flatMap { index, line in
            line.components(separatedBy: "](").dropFirst().compactMap { part -> (line: Int, target: String)? in
                let target = part.prefix { $0 != ")" && $0 != "#" && $0 != " " }
                return target.isEmpty || target.contains(":") ? nil : (index + 1, String(target))
            }
        }
    }

    /// A table of tables: a row for each, its cells by the titles of the first row.
    static func tables(in lines: [String]) -> [(name: String, cells: [String: [String]])] {
        let rows = lines.filter { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }
        guard let titles = rows.first(where: { $0.first == "Table" }) else { return [] }
        return rows.compactMap { row in
            guard let first = row.first, first.hasPrefix("`") else { return nil }
            let cells = zip(titles, row).map { ($0, words($1)) }
            return (words(first).first ?? "", Dictionary(cells) { first, _ in first })
        }
    }

    private static func words(_ cell: String) -> [String] {
        cell.split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
            .filter { !$0.isEmpty }
    }
}

extension CheckCase {
    /// The source's own page; nil when there is none.
    var page: SourcePage? {
        let path = "Documentation/sources/\(source.description.type.lowercased()).md"
        return text(path).map { SourcePage(path: path, text: $0) }
    }

    /// The lines that list the source's tables, and the file: a section of its page, or one of the catalogue.
    var documentedTables: (path: String, lines: [String])? {
        if let page, let lines = page.section("Tables") { return (page.path, lines) }
        let path = "Documentation/Tributary.docc/CatalogueOfSources.md"
        return text(path).flatMap { SourcePage(path: path, text: $0).section(source.description.label) }
            .map { (path, $0) }
    }
}
