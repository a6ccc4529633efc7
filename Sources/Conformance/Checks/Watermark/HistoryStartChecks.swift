import Cassettes
import Columns
import Pipeline
import Tributary

/// How far back a first read goes, where the user says so.
enum HistoryStartChecks {
    static let all = [honoured]

    private static let honoured = Check(
        "watermark-history-start-honoured", group: .watermark, level: .meta,
        proves:
            "A first read from a moment on that the user names brings every row from then on, the one at that moment "
            + "included.",
        method:
            "Fourteen rows, three days apart, two a page. A first read from the moment of the eighth on must bring it and "
            + "all behind it. A read that brings all that is older too takes no notice of the moment, and is not judged.",
        likelyCause:
            "`inputs.historyStart` is moved or rounded up before it is sent: where no watermark is stored, it is the bound "
            + "of the first read, itself included.",
        catches: "history-start-skips-rows", "history-start-excluded"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            return try await bench.fromHistoryStart()
        }
    }
}

extension Bench {
    fileprivate func fromHistoryStart() async throws -> [Finding] {
        let step = spelling.isTime ? max(spelling.unit, 3 * 86_400_000_000) : spelling.unit
        let top = newest
        let shown = made(14) { top - Int64(13 - $0) * step }
        guard let place = spelling.position(cursor(shown[7])) else { return [] }
        let (older, recent) = (Array(shown[..<7]), Array(shown[7...]))
        let start = historyStart(at: place)

        var plan = plan()
        plan.options.historyStart = start
        let run = try await successful(plan, of: upstream(shown, pageSize: 2), at: "first read from \(start) on")
        let lost = try await difference(recent, run).missing
        if !lost.isEmpty {
            return [
                Finding(
                    at: "first read from \(start) on",
                    expected: "the \(recent.count) rows from then on, the one at that very moment included",
                    actual: "\(lost.count) of them are not in the table.",
                    witness: lost.map { "lost: \(TableDiff.text($0))" }, history: run.log.lines())
            ]
        }
        // A reader that takes no notice of it reads more than was asked for, and loses nothing.
        tally.add(Counters(rows: recent.count))
        if try await difference(older, run).missing.isEmpty {
            throw Verdicted(
                verdict: .notApplicable("The read takes no notice of `inputs.historyStart`: it brings all history."))
        }
        return []
    }

    /// The moment as the runtime hands it to a source.
    private func historyStart(at position: Int64) -> CursorValue {
        switch schema.field?.type {
        case .date: .date(Int32(clamping: position / 86_400_000_000))
        default: spelling.isTime ? .timestamp(position) : .integer(position)
        }
    }
}
