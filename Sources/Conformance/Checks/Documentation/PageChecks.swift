import Cassettes
import Columns
import Foundation
import Tributary

/// What a user reads of a source.
enum PageChecks {
    static let all = [sections, tables]

    private static let sectionTitles = ["Set-up", "Permissions", "Limits", "Known gaps"]

    private static let sections = Check(
        "docs-required-sections", group: .documentation, level: .static, scope: .source,
        proves: "The source has a page that says how it is set up, what it may do, its limits and its gaps.",
        method:
            "`Documentation/sources/<source>.md` must hold the sections Set-up, Permissions, Limits and Known gaps, each "
            + "with a text; the scopes that the form asks for must be named, and links to files must lead to one.",
        likelyCause: "A section was left out, or a scope was added to the form alone.", profile: .quick,
        catches: "page-without-limits", "scope-not-on-the-page", "link-to-nowhere"
    ) { input in
        guard input.exists("Documentation") else {
            return .notExercised("There is no folder Documentation beside the fixtures.")
        }
        guard let page = input.page else {
            return .failed([
                Finding(
                    at: "Documentation/sources/\(input.source.description.type.lowercased()).md",
                    expected: "a page of the source", actual: "There is none.")
            ])
        }
        let links = page.fileLinks
        let findings = (sectionProblems(page) + scopeProblems(page, input) + linkProblems(page, links, input)).map {
            Finding(at: page.path, expected: "a whole page", actual: $0.text, file: page.path, line: $0.line)
        }
        return .judged(findings, looked: Counters(items: sectionTitles.count + links.count))
    }

    private struct Problem {
        var text: String
        var line: Int?
    }

    private static func sectionProblems(_ page: SourcePage) -> [Problem] {
        sectionTitles.compactMap { title in
            guard let lines = page.section(title) else { return Problem(text: "The section \(title) is missing.") }
            let isEmpty = lines.allSatisfy { $0.allSatisfy(\.isWhitespace) }
            return isEmpty ? Problem(text: "The section \(title) is empty.") : nil
        }
    }

    private static func scopeProblems(_ page: SourcePage, _ input: CheckCase) -> [Problem] {
        let text = page.lines.joined(separator: "\n")
        return scopes(input.source.form.fields).filter { !text.contains($0) }.map {
            Problem(text: "The form asks for the scope \($0), and the page does not name it.")
        }
    }

    private static func linkProblems(
        _ page: SourcePage, _ links: [(line: Int, target: String)], _ input: CheckCase
    ) -> [Problem] {
        let folder = (page.path as NSString).deletingLastPathComponent
        return links.filter { !input.exists("\(folder)/\($0.target)") }.map {
            Problem(text: "The link to \($0.target) leads nowhere.", line: $0.line)
        }
    }

    private static func scopes(_ fields: [FormField]) -> [String] {
        fields.flatMap { field in
            let own = (field.requiredScopes ?? "").split(separator: " ").map(String.init)
            let nested = (field.options ?? []).flatMap { $0.fields ?? [] } + (field.fields ?? [])
            return own + scopes(nested)
        }
    }

    private static let tables = Check(
        "docs-tables-match-discovery", group: .documentation, level: .replay, scope: .source,
        proves: "The tables, keys, cursor fields and sync types that are documented are those that are offered.",
        method:
            "The table of tables on the source's page, or in the catalogue of sources, is held against what discovery "
            + "lists for the source's first scenario.",
        likelyCause: "A table was added or changed after the page was written: `tributary docs` writes the catalogue.",
        profile: .quick, catches: "page-with-an-old-table", "page-with-another-key"
    ) { input in
        guard try input.scenarios().first(where: { !$0.manifest.schemas.isEmpty })?.id == input.scenario.id else {
            return .notApplicable("The documents list the tables of the first scenario's config.")
        }
        guard let documented = input.documentedTables else {
            return input.page == nil
                ? .notExercised("No page and no catalogue of sources is beside the fixtures.")
                : .notApplicable("The source's page lists no tables: `tributary docs` writes the catalogue.")
        }
        let rows = SourcePage.tables(in: documented.lines)
        if rows.isEmpty {
            return .notApplicable("No list of tables is documented: the upstream's catalogue tells them.")
        }
        do {
            let listing = try await input.listing()
            if let error = listing.error { return .notExercised("The tables cannot be listed: \(error)") }
            let findings = differences(rows, listing.tables).map {
                Finding(
                    at: documented.path, expected: "what discovery lists", actual: $0, file: documented.path)
            }
            return .judged(findings, looked: Counters(items: rows.count))
        } catch let end as Bench.Verdicted {
            return end.verdict
        }
    }

    private static func differences(
        _ rows: [(name: String, cells: [String: [String]])], _ tables: [SourceSchema]
    ) -> [String] {
        let offered = Dictionary(tables.map { ($0.name, $0) }) { first, _ in first }
        let documented = Set(rows.map(\.name))
        var problems = rows.filter { offered[$0.name] == nil }.map { "\($0.name) is documented and not offered." }
        problems += tables.map(\.name).filter { !documented.contains($0) }.map {
            "\($0) is offered and not documented."
        }
        for row in rows {
            guard let table = offered[row.name] else { continue }
            let facts = [
                ("Primary key", table.primaryKeys), ("Cursor fields", table.incrementalFields.map(\.name)),
                ("Sync types", table.syncTypes.map(\.rawValue)), ("Columns", table.columns.map(\.name)),
            ]
            for (title, actual) in facts {
                guard let told = row.cells[title], Set(told) != Set(actual) else { continue }
                problems.append(
                    "\(title) of \(row.name): \(told.joined(separator: ", ")) is documented, "
                        + "\(actual.joined(separator: ", ")) is so.")
            }
        }
        return problems
    }
}
