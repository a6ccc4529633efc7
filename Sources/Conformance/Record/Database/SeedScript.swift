import Columns
import Foundation
import Tributary

/// One table of a seed: what makes it, and its rows.
struct SeedTable {
    var name: String
    var facts: SQLTableFacts
    var definition: [String]
    var rows: [JSONObject]
    /// Whether the upstream has more rows than were taken.
    var isCut: Bool
}

/// A seed as text: definitions with the rows behind them, one row a line, so that a difference is a difference of rows.
struct SeedScript {
    let engine: DatabaseEngine
    let tables: [SeedTable]

    /// The whole database.
    func text() -> String {
        let ordered = tables.filter { !$0.facts.isView } + tables.filter(\.facts.isView)
        return ordered.map { table in
            let rows = table.facts.isView ? [] : block(table)
            return (table.definition + rows).joined(separator: "\n")
        }.joined(separator: "\n\n") + "\n"
    }

    /// What leads from the seeds before to this one: tables whose rows are others are filled anew, new ones are made.
    func delta(after earlier: String) -> String {
        var parts: [String] = []
        for table in tables where !table.facts.isView {
            let name = table.facts.quoted(engine)
            let rows = block(table).joined(separator: "\n")
            if Self.lastBlock(of: name, in: earlier) == rows { continue }
            let isNew = !table.definition.contains { earlier.contains($0) }
            if isNew, !earlier.contains("INSERT INTO \(name) ") {
                parts.append((table.definition + [rows]).joined(separator: "\n"))
            } else {
                parts.append(["DELETE FROM \(name);", rows].filter { !$0.isEmpty }.joined(separator: "\n"))
            }
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private func block(_ table: SeedTable) -> [String] {
        SQLText.inserts(
            table.rows.map { World.Object(body: $0) }, table.facts, into: table.facts.quoted(engine), engine)
    }

    /// The rows that were last put into a table.
    private static func lastBlock(of name: String, in text: String) -> String {
        guard let start = text.range(of: "INSERT INTO \(name) (", options: .backwards) else { return "" }
        let rest = text[start.lowerBound...]
        guard let end = rest.range(of: ");\n") else { return String(rest) }
        return String(rest[..<end.upperBound].dropLast())
    }
}
