import Cassettes
import Columns
import Pipeline
import Tributary

/// Whole and exact numbers, days and moments of a scenario's own tables, and the columns in which they arrive: a double or
/// a text looks alike row by row, and adds up to something else or to nothing; a midnight is another day elsewhere.
struct Carriers {
    let input: CheckCase
    let sql: SQLScenario
    let stack: DatabaseStack

    func findings(_ looked: inout Counters) async throws -> [Finding] {
        guard let state = input.scenario.manifest.states.first else { return [] }
        let content = try await stack.content(of: sql.world(upTo: state.name))
        let (lab, upstream) = (try input.lab(), try input.replay(state.name))
        var findings: [Finding] = []
        for schema in input.scenario.manifest.schemas {
            guard let table = content.table(schema.name, schema: sql.schemaName) else { continue }
            let run = try await lab.run(Lab.Plan(schema.name, .fullRefresh), of: upstream)
            guard run.succeeded, let image = try await lab.table(schema.name, in: run.files, keys: []) else { continue }
            looked += Counters(runs: 1, items: table.columns.count)
            let wrong = table.columns.compactMap { problem($0, content.rows[table] ?? [], image.schema) }
            if wrong.isEmpty { continue }
            let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
            let inputs = SourceInputs(schema: schema.name, syncType: .fullRefresh)
            let hinted = Set(try await lab.source.read(inputs, in: context).columnHints.keys.map(Bench.column))
            let told = wrong.filter { !hinted.contains($0.column) }
            guard let first = told.first else { continue }
            findings.append(
                Finding(
                    at: "the columns of \(schema.name)",
                    expected: "numbers as whole or exact as the engine's, days as days and moments as moments",
                    actual: first.text, witness: told.dropFirst().map(\.text), history: run.log.lines(last: 6),
                    cause:
                        "The statement casts the column to another type: select it as it is. A type that is meant is given as a "
                        + "hint of the response."))
        }
        return findings
    }

    private func problem(
        _ column: SQLTableFacts.Column, _ rows: [World.Object], _ schema: TableSchema
    ) -> (column: String, text: String)? {
        let name = Bench.column(column.name)
        guard let type = schema[name]?.type else { return nil }
        let values = rows.map { $0.body[column.name] ?? .null }.filter { !$0.isNull }
        if let wrong = wrongTime(column, values, type) { return (name, wrong) }
        guard type == .float64 || type == .utf8 else { return nil }
        // SQLite's columns hold whatever was written to them, and its exact numbers are doubles.
        let isWhole = column.isWhole && !values.isEmpty && values.allSatisfy { $0.int64 != nil }
        guard isWhole || column.scale != nil else { return nil }
        let kind = column.scale.map { "\(column.type) with \($0.counted("digit")) behind the point" } ?? column.type
        let carrier = type == .utf8 ? "text" : "double"
        return (name, "\(column.name) is \(kind) in the engine, and arrives as \(carrier).")
    }

    /// What is wrong with the column in which days or moments arrive.
    private func wrongTime(_ column: SQLTableFacts.Column, _ values: [JSONValue], _ type: ColumnType) -> String? {
        guard CopiedValue.isTime(column.type), !values.isEmpty else { return nil }
        let isDay = column.type == "date"
        let carrier: String? =
            switch type {
            // What SQLite calls a date may be a moment.
            case .timestamp where isDay && values.allSatisfy({ $0.string?.count == 10 }): "a moment"
            case .date32 where !isDay: "a day"
            case .utf8 where sql.engine != .sqlite: "text"
            default: nil
            }
        return carrier.map { "\(column.name) is \(column.type) in the engine, and arrives as \($0)." }
    }
}

extension SQLTableFacts.Column {
    /// Whether the engine takes whole numbers in it.
    fileprivate var isWhole: Bool {
        ["smallint", "integer", "int", "bigint", "tinyint", "mediumint"].contains(type)
    }
}
