import Cassettes
import Columns
import Pipeline
import Tributary

// What the statements of a run explain.
extension Bench {
    /// Why rows of a database are lost or doubled, where the statements show it: rows that are counted off, or tables that
    /// are joined. Nil where nothing stands out.
    func causeOfStatements(_ run: Lab.Run, _ difference: TableDiff) -> String? {
        guard let table = sql?.table, !difference.missing.isEmpty || !difference.extra.isEmpty else { return nil }
        let reads = run.log.databases.statements.filter { $0.statement.reads(table.name) }
        if let skipping = reads.first(where: \.statement.skipsRows) { return Self.cause(ofSkipping: skipping) }
        return joined(reads.map(\.statement))
    }

    /// A finding of rows that are lost or doubled, where some run before it went by places that mean nothing.
    func withCauseOfPlaces(_ finding: Finding) -> Finding {
        guard finding.cause == nil, let cause = tally.causeOfPlaces,
            finding.actual.contains(" lost") || finding.actual.contains(" doubled")
        else { return finding }
        var finding = finding
        finding.cause = cause
        return finding
    }

    /// What is wrong with the places among rows that a run went by: their numbers, or positions where nothing orders them.
    static func causeOfPlaces(_ log: EventLog, _ table: SQLTableFacts) -> String? {
        let reads = log.databases.statements.filter {
            $0.statement.reads(table.name) && !$0.statement.words.contains("COUNT")
        }
        if let skipping = reads.first(where: \.statement.skipsRows) { return cause(ofSkipping: skipping) }
        let hasPositions = log.all.contains { if case .emitted(_, _, .some) = $0 { true } else { false } }
        guard hasPositions, let open = reads.first(where: { $0.rows > 1 && $0.statement.leavesOrderOpen }) else {
            return nil
        }
        return
            "Positions go with rows that nothing orders: the statement has no ORDER BY, and the engine may give the rows otherwise "
            + "the next time. Order by the cursor and the whole key. It was: \(open)"
    }

    private static func cause(ofSkipping statement: LoggedStatement) -> String {
        "The read goes on by a number of rows (OFFSET): rows that others write or delete before that place shift all that "
            + "follow. Go on behind the cursor and the key of the last row. It was: \(statement)"
    }

    /// What a join makes of a table's rows; nil where none is asked for.
    func joined(_ statements: [SQLStatement]) -> String? {
        guard let statement = statements.first(where: { $0.words.contains("JOIN") }) else { return nil }
        return
            "The statement joins other tables: a row with several partners comes as often, and one without any is lost. Read the "
            + "table by itself. It was: \(LoggedStatement.text(statement))"
    }

    /// The statements of a read of the table under test, as the source sends them.
    func readingStatements(_ type: SyncType) async throws -> [SQLStatement] {
        guard let table = sql?.table else { return [] }
        let upstream = try upstream()
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 200)
        let response = try await lab.source.read(inputs(type), in: context)
        try await response.items.run(into: Emitter { _, _ in })
        return log.databases.statements.map(\.statement).filter { $0.reads(table.name) }
    }
}
