import Columns
import Tributary

// Copies of a table's rows that the table can hold beside them.
extension Bench {
    /// A copy of a row under a key of its own, and with values of its own wherever the engine lets no two rows have the
    /// same; `number` tells copies apart.
    func newRow(_ number: Int, like row: World.Object) -> World.Object {
        guard let table = sql?.table else { return row }
        var copy = row
        var changed: Set<String> = []
        func change(_ column: SQLTableFacts.Column, keepingForm: Bool = false) {
            let original = row.body[column.name] ?? .null
            let extended = keepingForm ? CopiedValue.extended(original, number: number, of: column) : nil
            let known = objects.map { $0.body[column.name] ?? .null }
            let value = extended ?? CopiedValue.value(like: original, number: number, of: column, beside: known)
            guard let value else { return }
            copy.body[column.name] = value
            changed.insert(column.name)
        }
        let key = collection.key.compactMap(table.column)
        for column in key where !CopiedValue.isTime(column.type) { change(column) }
        // A check may give the cursor any value, so it is not what tells the copy apart.
        if changed.subtracting([collection.cursor].compactMap { $0 }).isEmpty {
            for column in key where CopiedValue.isTime(column.type) { change(column) }
        }
        for index in table.uniqueIndexes where index.allSatisfy({ !changed.contains($0.name) }) {
            // Rows with a null are not alike to the engines.
            guard index.allSatisfy({ row.body[$0.name]?.isNull == false }) else { continue }
            let free = index.filter { !$0.isGenerated && $0.name != collection.cursor }
            for column in free where changed.isDisjoint(with: index.map(\.name)) { change(column, keepingForm: true) }
        }
        return copy
    }

    /// Whether the table keeps the cursor of a row as it is given: a column may be narrower than the values that a check
    /// makes up, and end in 2038, at 127 or with whole seconds.
    func keeps(_ row: World.Object) async throws -> Bool {
        guard let sql else { return true }
        do {
            let content = try await sql.stack.content(of: world(showing: [row]))
            let held = content.rows.first { $0.key.name == sql.table.name && $0.key.schema == sql.table.schema }
            return held?.value.first.map { spelling.position(cursor($0)) == spelling.position(cursor(row)) } ?? false
        } catch is ScratchFailure {
            return false
        }
    }
}
