import Columns
import Testing
import Tributary

@testable import Conformance

@Suite struct SeedRowsTests {
    private let facts = SQLTableFacts(
        schema: "", name: "no\"tes", isView: false,
        columns: ["id", "zone", "text"].map {
            .init(name: $0, type: "text", isGenerated: false, isRequired: false)
        })

    private func row(_ id: Int, _ zone: String, _ text: String?) -> JSONObject {
        [
            "id": .number(JSONNumber(Int64(id))), "zone": .string(zone), "text": text.map { .string($0) } ?? .null,
        ]
    }

    private func table(_ rows: [JSONObject], key: [String] = ["id", "zone"]) -> SeedTable {
        SeedTable(
            name: facts.name, facts: facts, definition: ["CREATE TABLE \"no\"\"tes\" (id integer);"], key: key,
            rows: rows,
            isCut: false)
    }

    private let hostile = [
        "a'); DELETE FROM \"no\"\"tes\";\n--", "x, y", "'", "\\", " AND ", " = ", "e\u{301}'\u{301}", "",
    ]

    @Test(
        "three states are followed row by row, whatever stands in the texts",
        arguments: [DatabaseEngine.sqlite, .postgres, .mysql])
    func followed(engine: DatabaseEngine) throws {
        let first = hostile.enumerated().map { row($0, "z", $1) }
        let text = SeedScript(engine: engine, tables: [table(first)]).text()
        let name = facts.quoted(engine)
        #expect(SeedRows(of: name, in: text) == SeedRows(first, of: facts, engine))

        var second = first
        second[2] = row(2, "z", nil)
        second.remove(at: 5)
        second.append(row(2, "y", "it's new;\n"))
        let delta = SeedScript(engine: engine, tables: [table(second)]).delta(after: text)
        let statements = SQLPieces.split(delta, at: ";")
        #expect(statements.map { $0.prefix(6) } == ["DELETE", "UPDATE", "INSERT"], "\(delta)")
        let held = try #require(SeedRows(of: name, in: text + delta))
        #expect(Set(held.rows) == Set(SeedRows(second, of: facts, engine).rows))

        let third = SeedScript(engine: engine, tables: [table(Array(second.reversed()))]).delta(after: text + delta)
        #expect(SeedRows(of: name, in: text + delta + third).map { Set($0.rows) } == Set(held.rows))
    }

    @Test("a table whose rows nothing tells apart, or whose seed was written by hand, is filled anew")
    func filledAnew() {
        let first = [row(1, "z", "a"), row(1, "z", "a")]
        let text = SeedScript(engine: .sqlite, tables: [table(first)]).text()
        let changed = [row(1, "z", "a"), row(1, "z", "b")]
        for (key, earlier) in [
            ([], text), (["id", "zone"], text), (["id", "zone"], text + "UPDATE \"no\"\"tes\" SET id = id + 1;\n"),
        ] {
            let delta = SeedScript(engine: .sqlite, tables: [table(changed, key: key)]).delta(after: earlier)
            #expect(delta.hasPrefix("DELETE FROM \"no\"\"tes\";\nINSERT"), "\(delta)")
        }
    }
}
