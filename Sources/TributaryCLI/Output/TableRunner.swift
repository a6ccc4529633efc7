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

    /// The summary of a table for a person.
    static func say(_ outcome: TableOutcome) {
        guard let summary = outcome.summary else {
            Console.note("\(outcome.table): not synced.")
            if let error = outcome.error { Failure.report(error) }
            return
        }
        let end =
            summary.wasCancelled
            ? "stopped, and goes on next time" : "done in \(Figures.duration(summary.durationSeconds))"
        Console.result("\(outcome.table): \(end)")
        for (name, text) in facts(summary, peakMemory: outcome.peakMemory) {
            Console.result("  " + name.padding(toLength: 12, withPad: " ", startingAt: 0) + text)
        }
    }

    private static func facts(_ summary: SyncSummary, peakMemory: Int) -> [(String, String)] {
        let counts = [
            "\(Figures.count(summary.rowsRead)) read", "\(Figures.count(summary.rowsInserted)) inserted",
            "\(Figures.count(summary.rowsUpdated)) updated", "\(Figures.count(summary.tableRows)) in the table",
        ]
        let places = summary.partitionsTouched == 1 ? "1 partition" : "\(summary.partitionsTouched) partitions"
        let commits = summary.commits == 1 ? "1 commit" : "\(summary.commits) commits"
        var facts = [
            ("rows", counts.joined(separator: ", ")),
            ("written", "\(Figures.bytes(summary.bytesWritten)) in \(places), \(commits)"),
        ]
        if summary.watermarkBefore != nil || summary.watermarkAfter != nil {
            facts.append(("watermark", "\(summary.watermarkBefore ?? "none") → \(summary.watermarkAfter ?? "none")"))
        }
        facts.append(("read", Figures.bytes(summary.bytesRead)))
        facts.append(("peak memory", Figures.bytes(peakMemory)))
        return facts
    }

    /// Prints what is left to print, and ends with the code of the first error.
    static func finish(_ outcomes: [TableOutcome], json: Bool) throws {
        if json { try JSONOutput.print(outcomes.map(OutcomeEntry.init)) }
        let failures = outcomes.compactMap(\.error)
        if outcomes.count > 1, !json {
            Console.note("\n\(outcomes.count - failures.count) of \(outcomes.count) tables synced.")
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
