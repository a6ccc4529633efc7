import Foundation
import Pipeline
import Tributary

/// How the sync of one table ended.
struct TableOutcome: Sendable {
    var table: String
    var summary: SyncSummary?
    var error: (any Error)?
    var peakMemory: Int
}

/// Syncs one table after another, and shows how it goes.
struct TableRunner: Sendable {
    let engine: SyncEngine
    let isQuiet: Bool

    /// Syncs a table; an error is part of the outcome, so that the next table has its turn.
    func run(_ table: String, _ request: () throws -> SyncRequest) async -> TableOutcome {
        let line = ProgressLine(label: table, isQuiet: isQuiet)
        var outcome = TableOutcome(table: table, peakMemory: 0)
        do {
            outcome.summary = try await engine.run(try request()) { Self.show($0, table: table, on: line) }
        } catch {
            outcome.error = error
        }
        line.clear()
        outcome.peakMemory = Figures.peakMemory
        if !isQuiet { Self.say(outcome) }
        return outcome
    }

    private static func show(_ event: SyncEvent, table: String, on line: ProgressLine) {
        switch event {
        case .reading(let rows): line.expect(rows: rows)
        case .batch(let rows, _, _): line.advance(rows: rows)
        case .warning(let text): line.interrupt("\(table): \(text)")
        case .retrying(let error, let delay, let attempt):
            line.interrupt("\(table): attempt \(attempt) ended: \(error.message) Trying again in \(delay).")
        case .started, .committed, .finished: break
        }
    }

    /// How a table's sync ended, in one line.
    private static func say(_ outcome: TableOutcome) {
        guard let summary = outcome.summary else {
            Console.note("\(outcome.table): not synced.")
            if let error = outcome.error { Failure.report(error) }
            return
        }
        let end = summary.wasCancelled ? "stopped, and goes on next time" : "done"
        let time = Figures.duration(summary.durationSeconds)
        let rows = summary.rowsRead.counted("row")
        Console.note("\(outcome.table): \(end) in \(time), \(rows) read")
    }

    /// The summaries of all tables for a person.
    static func summary(_ outcomes: [TableOutcome]) -> String {
        var table = TextTable([
            ("TABLE", .left), ("READ", .right), ("INSERTED", .right), ("UPDATED", .right), ("IN TABLE", .right),
            ("PARTITIONS", .right), ("WRITTEN", .right), ("WATERMARK BEFORE", .left), ("AFTER", .left),
        ])
        let summaries = outcomes.compactMap { outcome in outcome.summary.map { (outcome.table, $0) } }
        for (name, summary) in summaries {
            let counts = [summary.rowsRead, summary.rowsInserted, summary.rowsUpdated, summary.tableRows]
            table.add(
                [name] + counts.map(\.grouped) + [
                    summary.partitionsTouched.grouped, Figures.bytes(summary.bytesWritten),
                    summary.watermarkBefore ?? "none", summary.watermarkAfter ?? "none",
                ])
        }
        let read = Figures.bytes(summaries.reduce(0) { $0 + $1.1.bytesRead })
        let peak = Figures.bytes(outcomes.map(\.peakMemory).max() ?? 0)
        return table.text + "\n\n\(read) read, peak memory \(peak)"
    }

    /// Prints what is left to print, and ends with the code of the first error.
    static func finish(_ outcomes: [TableOutcome], json: Bool) throws {
        if json { try JSONOutput.print(outcomes.map(OutcomeEntry.init)) }
        let failures = outcomes.compactMap(\.error)
        if failures.count < outcomes.count, !json { Console.result("\n" + summary(outcomes)) }
        if !failures.isEmpty, outcomes.count > 1, !json {
            Console.note("\n\(failures.count) of \(outcomes.count.counted("table")) not synced.")
        }
        if let first = failures.first { throw ExitStatus(for: first).exitCode }
        if outcomes.contains(where: { $0.summary?.wasCancelled == true }) || Task.isCancelled {
            throw ExitStatus.interrupted.exitCode
        }
    }

    private struct OutcomeEntry: Encodable {
        var table: String
        var summary: SyncSummary?
        var peakMemoryBytes: Int
        var error: String?
        var errorKind: String?
        var advice: String?

        init(_ outcome: TableOutcome) {
            table = outcome.table
            summary = outcome.summary
            peakMemoryBytes = outcome.peakMemory
            let sourceError = outcome.error as? SourceError
            error = sourceError?.message ?? outcome.error.map { "\($0)" }
            errorKind = sourceError?.kind.rawValue
            advice = sourceError?.advice
        }
    }
}
