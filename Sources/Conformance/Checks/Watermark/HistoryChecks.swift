import Cassettes
import Columns
import Pipeline
import Tributary

/// How far back a first read goes.
enum HistoryChecks {
    static let all = [historyStart]

    private static let historyStart = Check(
        "watermark-history-start-kept", group: .watermark, level: .simulated,
        proves:
            "A first read that is to begin at a start of history brings all rows from there on.",
        method:
            "First syncs into an empty lake whose start of history is the cursor value of an object in the middle and of the "
            + "newest one. Every object from there on must be in the table, and not all of the older ones, where increments "
            + "send a bound: a read that sends none brings more than was asked for, and is not judged. A day that the form asks "
            + "for is given, too: the increments behind the first read must ask as they do without it.",
        likelyCause:
            "The bound of a first read lies behind `inputs.historyStart`: begin at `inputs.watermark.last ?? inputs.historyStart`.",
        catches: "history-start-excluded", "history-start-moved-to-now",
        "history-start-ignored", "form-start-before-watermark"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let dated = bench.datedObjects
            guard let newest = dated.last else {
                throw Bench.Verdicted(verdict: .notExercised("No object has a cursor value."))
            }
            for start in [dated[dated.count / 2], newest] {
                let findings = try await bench.beginning(at: start, of: dated)
                if !findings.isEmpty { return findings }
            }
            return try await bench.incrementsWithDays()
        }
    }
}

extension Bench {
    /// Increments whose config names a day, such as where history begins, against those of a config without it.
    fileprivate func incrementsWithDays() async throws -> [Finding] {
        let stored = try input.storedConfig()
        let days = FormPlace.all(input.source.form.fields, in: stored).filter { place in
            func takes(_ text: String) -> Bool {
                (try? input.source.configure(.object(stored.setting(place.path, to: .string(text))))) != nil
            }
            return place.field.type == .text && takes("2020-02-03") && !takes("kit")
        }
        for place in days {
            var other = input
            other.config = stored.setting(place.path, to: "2020-02-03")
            let dated = try await Bench.make(other)
            let (usual, run) = (try await secondIncrement(), try await dated.secondIncrement())
            let (expected, actual) = (boundTexts(usual), dated.boundTexts(run))
            if expected == actual { continue }
            return [
                Finding(
                    at: "increment with \(place.text) 2020-02-03",
                    expected: "the bound of the stored value: \(expected)",
                    actual: "It asks by \(actual).", history: run.log.lines(),
                    cause:
                        "\(place.text) is put before the watermark, so each increment begins there again: it is for the first read "
                        + "alone, `inputs.watermark.last ?? inputs.historyStart ?? start`.")
            ]
        }
        return []
    }

    /// A sync of everything, then one with nothing new.
    private func secondIncrement() async throws -> Lab.Run {
        var plan = plan()
        // A reader may go from the day on in windows of a week, or of a day.
        plan.requestLimit = 4_000
        let first = try await successful(plan, of: upstream(), at: "first sync")
        return try await successful(plan, of: upstream(), into: first.files, at: "increment")
    }
}

extension Bench {
    /// The objects that have a cursor value, the oldest first.
    var datedObjects: [(object: World.Object, position: Int64)] {
        objects.compactMap { object in spelling.position(cursor(object)).map { (object, $0) } }
            .sorted { $0.position < $1.position }
    }

    /// A start of history at the position of a cursor value; nil where the field knows none such.
    func historyStart(at position: Int64) -> CursorValue? {
        schema.field.flatMap { field in
            CursorValue(
                storedText: spelling.isTime ? CursorValue.timestamp(position).storedText : String(position),
                as: spelling.isTime && field.type != .date ? .timestamp : field.type)
        }
    }

    /// A first sync that is to go back to one object's cursor value.
    fileprivate func beginning(
        at start: (object: World.Object, position: Int64), of dated: [(object: World.Object, position: Int64)]
    ) async throws -> [Finding] {
        guard let value = historyStart(at: start.position) else { return [] }
        var plan = plan()
        plan.options.historyStart = value
        let place = "first sync with a start of history of \(value.storedText)"
        let run = try await successful(plan, of: upstream(), at: place)
        let there = Set(try await lab.table(schema.name, in: run.files, keys: keyColumns)?.rows.map(\.key) ?? [])
        let due = dated.filter { $0.position >= start.position }
        tally.add(Counters(rows: due.count, items: 1))
        let lost = due.filter { !there.contains(tableKey($0.object)) }
        if let first = lost.first {
            return [
                Finding(
                    at: "\(place); bound sent: \(boundTexts(run))", expected: "all \(due.count) rows from there on",
                    actual:
                        "\(lost.count) are not there, such as \(key(first.object)) at \(cursor(first.object).text).",
                    witness: lost.map { "lost: \(key($0.object)) at \(cursor($0.object).text)" },
                    history: run.log.lines(),
                    cause: "The bound of a first read lies behind the start of history that it is handed.")
            ]
        }
        // What a bound cannot tell from the start may come with it.
        let unit = max(boundUnit, 60_000_000)
        let older = dated.filter { $0.position < start.position - (spelling.isTime ? unit : 0) }
        // Of a list without bounds all may come; where the API takes one, it was not asked for.
        guard takesLowerBound, !older.isEmpty, older.allSatisfy({ there.contains(tableKey($0.object)) }) else {
            return []
        }
        let next = try await successful(self.plan(), of: upstream(), into: run.files, at: "\(place), next sync")
        let asksForSome =
            sql == nil
            ? next.log.requests.contains { isList($0) && isBounded($0) }
            : next.summary.map { $0.rowsRead < objects.count } ?? false
        guard asksForSome else {
            throw Verdicted(
                verdict: .notApplicable("The read takes no notice of `inputs.historyStart`: it brings all history."))
        }
        return [
            Finding(
                at: place, expected: "a first read that asks from there on, as the next one asks from its watermark on",
                actual: "All \(older.count) older rows came as well.",
                witness: run.log.requests.prefix(3).map(\.description),
                history: run.log.lines(),
                cause: run.log.requests.contains { isList($0) && isBounded($0) }
                    ? "A bound was sent, and it lies before all rows: it is of another unit or format than the API takes it "
                        + "(\(boundTexts(run)); stored values are such as \(value.storedText))."
                    : "`inputs.historyStart`, which a user has set, is not looked at: the bound is "
                        + "`inputs.watermark.last ?? inputs.historyStart`.")
        ]
    }

    /// Whether a request can say from which cursor value on rows are asked for.
    private var takesLowerBound: Bool {
        sql != nil
            || boundFilters.contains {
                $0.field == collection.cursor && ($0.comparison == .greaterOrEqual || $0.comparison == .greater)
            }
    }
}
