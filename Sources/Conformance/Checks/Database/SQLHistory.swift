import Columns
import Pipeline
import Tributary

/// What sessions of a database do between syncs, drawn from a seed.
struct SQLHistory: Sendable {
    /// One change of one row.
    struct Change: Sendable {
        /// After which sync it happens.
        var sync: Int
        var line: String
        var statement: String
    }

    static let syncs = 4
    var changes: [Change]
    /// The changes for people.
    var lines: [String] { changes.map { "before sync \($0.sync + 2): \($0.line)" } }

    /// Draws a history over the rows of a bench.
    init(_ bench: Bench, _ sql: ModelDatabase, seed: UInt64) {
        var random = SplitMix(seed: seed)
        var rows = bench.objects
        let columns = bench.plainColumns(sql)
        changes = []
        var step = 0
        for sync in 0..<(Self.syncs - 1) {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                step += 1
                let index = Int.random(in: rows.indices, using: &random)
                if Int.random(in: 0..<3, using: &random) == 0 {
                    let row = bench.moved(bench.newRow(step, like: rows[index]), by: step)
                    rows.append(row)
                    let statement = bench.insert([row], sql).joined(separator: " ")
                    changes.append(Change(sync: sync, line: "row \(bench.key(row)) inserted", statement: statement))
                    continue
                }
                var row = bench.moved(rows[index], by: step)
                var line = "row \(bench.key(row)) touched"
                if let column = columns.randomElement(using: &random), let other = rows.randomElement(using: &random) {
                    row.body[column.name] = other.body[column.name] ?? .null
                    line = "row \(bench.key(row)): \(column.name) = \((row.body[column.name] ?? .null).text)"
                }
                rows[index] = row
                changes.append(Change(sync: sync, line: line, statement: bench.update(row, sql)))
            }
        }
    }
}

extension Bench {
    /// Syncs between the changes of a history; the first difference ends it.
    func following(_ history: SQLHistory, _ sql: ModelDatabase) async throws -> [Finding] {
        let upstream = try database()
        var run = try await successful(plan(), of: upstream, at: "first sync")
        for sync in 0..<(SQLHistory.syncs - 1) {
            let statements = history.changes.filter { $0.sync == sync }.map(\.statement)
            if !statements.isEmpty { try await upstream.commit(statements) }
            let place = "sync \(sync + 2) of a history"
            run = try await successful(plan(), of: upstream, into: run.files, at: place)
            let findings = finding(
                try await difference(upstream, run), at: place, expected: "the rows as the engine has them", run)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Leaves out change after change as long as the history still fails.
    func shrunk(
        _ history: SQLHistory, _ findings: [Finding], _ sql: ModelDatabase
    ) async throws -> (SQLHistory, [Finding]) {
        var best = (history, findings)
        var index = 0
        while index < best.0.changes.count {
            var smaller = best.0
            smaller.changes.remove(at: index)
            let found = try await following(smaller, sql)
            if found.isEmpty { index += 1 } else { best = (smaller, found) }
        }
        return best
    }
}
