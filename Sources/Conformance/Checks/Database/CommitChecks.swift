import Cassettes
import Columns
import Pipeline
import Tributary

/// What other sessions do while a source reads, and between two syncs.
enum CommitChecks {
    static let all = [consistentRead, lateCommit, historyFollowed, schemaChange]

    private static let consistentRead = Check(
        "db-consistent-read", group: .database, level: .simulated,
        proves: "Rows that others commit during a read are read whole, now or by the next sync, and hide no other row.",
        method: "Just before each step of a sync, another session commits one transaction: two new rows, one change of "
            + "the oldest row, one deletion. Rows that it did not touch must be there after the sync; after the next "
            + "one, all must be as the engine has them.",
        likelyCause:
            "Pages are read by offset, or each statement sees another state. Read inside one snapshot, and go on "
            + "behind the last key.",
        catches: "pages-by-offset-outside-a-snapshot", "bound-and-read-in-two-snapshots"
    ) { input in
        try await Bench.judging(input) { bench in
            _ = try bench.demandWritableRows()
            let steps = try await bench.steps(bench.plan(), of: bench.database(weather: Bench.pieces))
            for step in steps where step.looksAtTables {
                let findings = try await bench.commitDuring(step)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let lateCommit = Check(
        "db-late-commit", group: .database, level: .simulated,
        proves: "A transaction that commits late, with an older cursor value, is found within the lookback.",
        method: "First sync; then another session commits a row whose cursor lies 30 minutes (2 days for dates) before "
            + "the greatest; sync with a lookback of an hour (3 days). The row must be there.",
        likelyCause: "The bound of the query is the stored value itself, or a value that the source keeps, and not the "
            + "one that it is handed.",
        catches: "late-transaction-never-read"
    ) { input in
        try await Bench.judging(input) { bench in
            let sql = try bench.demandWritableRows()
            try bench.demandIncremental()
            guard bench.schema.field?.type != .integer, bench.schema.field?.type != .numeric else {
                throw Bench.Verdicted(verdict: .notApplicable("A lookback is a time; the cursor is a number."))
            }
            let isDate = bench.schema.field?.type == .date
            let upstream = try bench.database()
            let first = try await bench.successful(bench.plan(), of: upstream, at: "first sync")
            guard let newest = bench.objects.last else { return [] }
            let late = bench.moved(bench.newRow(1, like: newest), by: isDate ? -2 : -30)
            try await upstream.commit(bench.insert([late], sql))
            var plan = bench.plan()
            plan.lookback = isDate ? .seconds(3 * 86_400) : .seconds(3_600)
            let second = try await bench.successful(plan, of: upstream, into: first.files, at: "sync with a lookback")
            let place = "a row committed late at \(bench.cursor(late).text), lookback \(isDate ? "3 days" : "1 hour")"
            return bench.finding(
                try await bench.difference(upstream, second), at: place, expected: "the late row among the others",
                second)
        }
    }

    private static let historyFollowed = Check(
        "db-history-followed", group: .database, level: .meta,
        proves: "Whatever other sessions insert and change between syncs, increments give what the engine holds.",
        method:
            "Histories are drawn from the seed: between four syncs, rows are inserted and any of their columns take "
            + "values that others have, each change moving the cursor. After each sync the table must equal the engine's. "
            + "A history that fails is cut down to the fewest changes that still fail.",
        likelyCause:
            "The query of an increment has a condition that the full read has not, or a column is read otherwise "
            + "there.", catches: "archived-rows-filtered-by-the-query"
    ) { input in
        try await Bench.judging(input) { bench in
            let sql = try bench.demandWritableRows()
            try bench.demandIncremental()
            guard bench.collection.cursorMovesOnUpdate == true else {
                throw Bench.Verdicted(verdict: .notApplicable("A change does not move the cursor."))
            }
            for number in 0..<(bench.input.profile == .quick ? 1 : 4) {
                let history = SQLHistory(bench, sql, seed: bench.input.seed &* 31 &+ UInt64(number))
                let findings = try await bench.following(history, sql)
                if findings.isEmpty { continue }
                let (least, shown) = try await bench.shrunk(history, findings, sql)
                return shown.map { finding in
                    var finding = finding
                    finding.witness += least.lines
                    return finding
                }
            }
            return []
        }
    }

    private static let schemaChange = Check(
        "db-schema-change-mid-read", group: .database, level: .fault,
        proves: "A column that is added, dropped or renamed during a read never puts a value under another name.",
        method:
            "Just before a step of a full read, up to 6 of them in turn that are spread over it, 3 for what cannot be undone, "
            + "and all in the profile hostile, another session adds a column, drops one, or renames one. The sync must fail with a typed error, or "
            + "every value must be one that its column had before or has now.",
        likelyCause:
            "Columns are taken by their place in the result. Name them in the statement, and take names from each "
            + "result.", catches: "columns-taken-by-position"
    ) { input in
        try await Bench.judging(input) { bench in
            let sql = try bench.demandWritableRows()
            let steps = try await bench.steps(bench.plan(.fullRefresh), of: bench.database(weather: Bench.pieces))
            let columns = bench.plainColumns(sql)
            guard columns.count > 1, let column = columns.first else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The table has no column besides key and cursor to change."))
            }
            for change in Self.changes(of: column, sql) {
                // A table that lost a column is made anew for each step.
                let most = change.undoing == nil ? 3 : 6
                for step in try bench.spread(steps.filter(\.looksAtTables), most: most) {
                    let findings = try await bench.altered(change, at: step, sql)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    /// A change, and what undoes it; nil where nothing does, for a column that comes back stands in another place.
    fileprivate typealias Change = (what: String, statement: String, undoing: String?)

    private static func changes(of column: SQLTableFacts.Column, _ sql: ModelDatabase) -> [Change] {
        let table = "ALTER TABLE \(sql.table.quoted(sql.base.engine))"
        let name = SQLText.quote(column.name, sql.base.engine)
        return [
            ("a column dropped", "\(table) DROP COLUMN \(name)", nil),
            (
                "a column renamed", "\(table) RENAME COLUMN \(name) TO kit_new",
                "\(table) RENAME COLUMN kit_new TO \(name)"
            ),
            ("a column added", "\(table) ADD COLUMN kit_added INTEGER", "\(table) DROP COLUMN kit_added"),
        ]
    }
}

extension Bench {
    /// One sync during which others commit, and the one after it.
    fileprivate func commitDuring(_ step: DatabaseStep) async throws -> [Finding] {
        let sql = try demandWritableRows()
        guard let oldest = objects.first(where: { !cursor($0).isNull }) ?? objects.first, let gone = objects.last else {
            return []
        }
        var changed = moved(oldest, by: 3)
        if let text = collection.mutable.first(where: { changed.body[$0]?.string != nil }) {
            changed.body[text] = "changed meanwhile"
        }
        let new = (1...2).map { moved(newRow($0, like: oldest), by: $0) }
        let statements = insert(new, sql) + [update(changed, sql), delete(gone, sql)]
        let upstream = try database(
            weather: weather(at: step.index) { _, database in try await database.commit(statements) })
        let place = "others commit before step \(step.index), a \(step.kind.rawValue)"
        let first = try await successful(plan(), of: upstream, at: place)
        let touched = Set((new + [oldest, gone]).map(key))
        let untouched = objects.filter { !touched.contains(key($0)) }
        let seen = try await table(first)
        var findings = finding(
            sqlDifference(untouched, seen, sql.table).ignoringExtra, at: place,
            expected: "every row that the others did not touch", first)
        if !findings.isEmpty { return findings }
        let second = try await successful(
            plan(), of: upstream.with(Bench.pieces), into: first.files, at: "\(place); next sync")
        // What was deleted an increment cannot see.
        let now = try await upstream.rows(like: sql.table).filter { key($0) != key(gone) }
        findings = finding(
            sqlDifference(now, try await table(second), sql.table).ignoringExtra, at: "\(place); next sync",
            expected: "the rows as the engine has them", second)
        return findings
    }

    /// A full read during which the table is altered.
    fileprivate func altered(
        _ change: CommitChecks.Change, at step: DatabaseStep, _ sql: ModelDatabase
    ) async throws -> [Finding] {
        let (wasRefused, held) = (Lock(false), Lock<SQLWorld.Held?>(nil))
        let upstream = try database(
            weather: weather(at: step.index) { _, database in
                // An engine whose readers lock the table out of changes refuses; then there is nothing to judge.
                do {
                    let scratch = try await database.scratch()
                    let before = scratch.held
                    held.withLock { $0 = before }
                    try await scratch.run(SQLText.impatient(sql.base.engine) + change.statement + ";")
                } catch is ScratchFailure { wasRefused.withLock { $0 = true } }
            })
        let run = try await run(plan(.fullRefresh), of: upstream)
        if wasRefused.withLock({ $0 }) { return [] }
        if let undoing = change.undoing {
            try await upstream.database.undo([undoing], leaving: held.withLock { $0 })
        }
        let place = "\(change.what) before step \(step.index), a \(step.kind.rawValue)"
        if let error = run.error {
            if error is SourceError { return [] }
            return [Finding(at: place, expected: "rows, or a SourceError", actual: "It ended with: \(error)")]
        }
        let image = try await table(run)
        let before = sqlDifference(objects, image, sql.table)
        let wrong = before.changed.filter { difference in
            // A column that is gone, or new, has no value.
            difference.actual != "null"
        }
        guard let first = wrong.first ?? before.missing.first.map({ ($0, "the row", "there", "lost") }) else {
            return []
        }
        return [
            Finding(
                at: place, expected: "values that the column had before or has now",
                actual: "\(TableDiff.text(first.0)): \(first.1) is \(first.3) instead of \(first.2).",
                witness: before.witness, history: run.log.lines())
        ]
    }
}

extension TableDiff {
    /// The difference without rows that are there and need not be.
    var ignoringExtra: TableDiff {
        var copy = self
        copy.extra = []
        return copy
    }
}
