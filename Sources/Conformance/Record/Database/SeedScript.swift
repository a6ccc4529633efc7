import Columns
import Foundation
import Tributary

/// One table of a seed: what makes it, and its rows.
struct SeedTable {
    var name: String
    var facts: SQLTableFacts
    var definition: [String]
    /// The columns that tell rows apart; empty where nothing does.
    var key: [String]
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

    /// What leads from the seeds before to this one: rows that are new, others or gone, by the key. A table without a key,
    /// or one whose seeds somebody has written in another way, is filled anew; new tables are made.
    func delta(after earlier: String) -> String {
        let parts = tables.filter { !$0.facts.isView }.map { table in
            let name = table.facts.quoted(engine)
            let isThere = earlier.contains("INSERT INTO \(name) ") || table.definition.contains { earlier.contains($0) }
            return isThere ? changes(of: table, named: name, after: earlier) : table.definition + block(table)
        }
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private func changes(of table: SeedTable, named name: String, after earlier: String) -> [String] {
        let key = table.key.map { SQLText.quote($0, engine) }
        let wanted = SeedRows(table.rows, of: table.facts, engine)
        guard let held = SeedRows(of: name, in: earlier) else { return ["DELETE FROM \(name);"] + block(table) }
        if held.rows == wanted.rows { return [] }
        // Nothing was ever put in, so nothing says what the columns are.
        if held.rows.isEmpty { return block(table) }
        guard let statements = held.changes(to: wanted, of: name, key: key) else {
            return ["DELETE FROM \(name);"] + block(table)
        }
        var added = table
        added.rows = held.added(in: wanted, key: key).map { table.rows[$0] }
        return statements + block(added)
    }

    private func block(_ table: SeedTable) -> [String] {
        SQLText.inserts(
            table.rows.map { World.Object(body: $0) }, table.facts, into: table.facts.quoted(engine), engine)
    }
}
