import Cassettes
import Columns
import Pipeline
import Tributary

/// Increments against full reads.
enum SplitChecks {
    static let all = [splitEquivalence, boundaryTies, pageOfTies]

    private static let splitEquivalence = Check(
        "watermark-split-equivalence", group: .watermark, level: .meta,
        proves: "An initial sync and increments give the same table as one full read, wherever the history is cut.",
        method:
            "For each distinct cursor value: the model shows the objects up to it, sync; then the rest in one to four "
            + "steps with a sync each, every other time with a commit after each two rows. Where a change moves the "
            + "cursor, objects change between the steps. The table must hold exactly the upstream's objects, with the "
            + "values that a full refresh of the last state gives.",
        likelyCause:
            "The bound of an increment is not the greatest cursor value of the rows that were stored: it was taken "
            + "from the clock, rounded up, or saved before its rows.",
        profile: .quick,
        catches: "bound-from-the-local-clock", "creation-time-cursor-on-mutable-rows",
        "checkpoint-kept-after-completion", "archived-rows-left-out"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let cuts = Array(bench.cursors.dropLast())
            if cuts.isEmpty { throw Bench.Verdicted(verdict: .notExercised("All objects have one cursor value.")) }
            let chosen = bench.input.profile == .quick ? Array(cuts.suffix(3)) : cuts
            for (index, cut) in chosen.enumerated() {
                let findings = try await bench.split(
                    at: cut, steps: [1, 2, 1, 3, 1, 4][index % 6], oftener: index % 2 == 1)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let boundaryTies = Check(
        "watermark-boundary-ties-kept", group: .watermark, level: .meta,
        proves: "Rows that share the last cursor value but appear after the sync are picked up by the next one.",
        method:
            "For each group of equal cursor values, and for a made one of four: the model shows the objects before it "
            + "and the first of the group, then the first two, and so on; sync; then the rest of the group, sync. Pages "
            + "of three rows and of two, so that a page ends inside the group.",
        likelyCause:
            "The bound of the query is greater than the stored value, or exclusive: ask from the stored value on, "
            + "equal rows included; the merge drops what comes twice. Where the API leaves equal values out, the source has "
            + "to say so: isInclusive: false.",
        profile: .quick, catches: "cursor-rounded-up-hides-rows", "day-granular-cursor-strict"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            try bench.demandTies()
            for value in bench.cursors {
                let all = bench.objects(upTo: value)
                let group = all.filter { bench.cursor($0) == value }
                if group.count < 2 { continue }
                let findings = try await bench.ties(group, after: all.filter { bench.cursor($0) != value })
                if !findings.isEmpty { return findings }
            }
            let group = bench.made(4) { _ in bench.newest }
            return try await bench.ties(group, after: Array(bench.objects.prefix(3)))
        }
    }

    private static let pageOfTies = Check(
        "watermark-page-of-ties-progresses", group: .watermark, level: .simulated,
        proves: "A group of equal cursor values that fills several pages is read to its end, each row once.",
        method:
            "Ten rows of one cursor value among others, pages of three; sync, then ten more rows of the same value, "
            + "sync, and sync again.",
        likelyCause:
            "The next page is asked for by the cursor value of the last row alone, so that rows which share it are "
            + "skipped, or come for ever. Use the API's position, or add a second field to the order.",
        catches: "next-page-behind-the-last-value"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            try bench.demandTies()
            let before = Array(bench.objects.prefix(2))
            let value = bench.newest
            let first = before + bench.made(10) { _ in value }
            let second = first + bench.made(10, from: 10) { _ in value }
            let place = "ten rows at one cursor value, pages of three"
            var run = try await bench.successful(bench.plan(), of: bench.upstream(first), at: place)
            var findings = bench.finding(
                try await bench.difference(first, run), at: place, expected: "all \(first.count) rows", run)
            for step in ["ten more at the same value", "nothing new"] where findings.isEmpty {
                run = try await bench.successful(
                    bench.plan(), of: bench.upstream(second), into: run.files, at: "\(place), then \(step)")
                findings = bench.finding(
                    try await bench.difference(second, run), at: "\(place), then \(step)",
                    expected: "all \(second.count) rows", run)
            }
            return findings
        }
    }
}

extension Bench {
    /// Objects up to a cut, then the rest in steps, with changes between them.
    func split(at cut: JSONValue, steps: Int, oftener: Bool) async throws -> [Finding] {
        var shown = objects(upTo: cut)
        var rest = Array(objects.dropFirst(shown.count))
        let place = "history cut at \(cut.text)"
        let plan = plan(commitsOften: oftener)
        let steps = input.use.states(steps)
        var run = try await successful(plan, of: upstream(shown), at: place)
        for step in 1...steps {
            let share = step == steps ? rest.count : (rest.count + steps - step) / (steps - step + 1)
            shown += rest.prefix(share)
            rest.removeFirst(share)
            shown = changed(shown, step: step)
            let (before, lake) = (stored(run.files)?.description ?? "nothing", run.files)
            run = try await successful(
                plan, of: upstream(shown, later: .seconds(3_600 * step)), into: run.files,
                at: "\(place), increment \(step)")
            let difference = try await difference(shown, run)
            let findings = finding(
                difference,
                at: "\(place), increment \(step) of \(steps); stored before it: \(before)",
                expected: "the initial sync and its increments together give the upstream's \(shown.count) rows", run,
                cause: causeOfSplit ?? causeOfCursorLess(difference, shown) ?? causeOfBound(run, after: lake))
            if !findings.isEmpty { return findings }
        }
        return try await equalsRefresh(run, shown, at: "\(place), \(steps) increments")
    }

    /// An object that moves with a change, changed; the newest value stays the newest.
    private func changed(_ shown: [World.Object], step: Int) -> [World.Object] {
        guard collection.cursorMovesOnUpdate == true, shown.count > step,
            let last = shown.compactMap({ spelling.position(cursor($0)) }).max()
        else { return shown }
        var shown = shown
        shown[step - 1] = updated(shown[step - 1], to: last, as: "changed \(step)")
        return shown
    }

    /// That all rows which lack are those without a cursor value.
    private func causeOfCursorLess(_ difference: TableDiff, _ shown: [World.Object]) -> String? {
        guard difference.isOfLostRows else { return nil }
        let lost = Set(difference.missing)
        guard shown.filter({ lost.contains(tableKey($0)) }).allSatisfy({ cursor($0).isNull }) else { return nil }
        return
            "The rows that lack are those without a cursor value: the first sync has to bring them, so it must not send a "
            + "bound of its own."
    }

    private var causeOfSplit: String? {
        guard let field = schema.field?.name, let cursor = collection.cursor,
            Self.column(field) != Self.column(collection.column(of: cursor))
        else { return nil }
        return "The table follows \(field), and what the upstream moves when a row changes is \(cursor)."
    }

    /// The values of an incremental table and those of a full refresh, where both have a column in one type.
    private func equalsRefresh(_ run: Lab.Run, _ shown: [World.Object], at place: String) async throws -> [Finding] {
        let full = try await successful(plan(.fullRefresh), of: upstream(shown), at: "full refresh")
        guard let expected = try await table(full), let actual = try await table(run) else { return [] }
        let same = Set(expected.schema.fields.filter { actual.schema[$0.name]?.type == $0.type }.map(\.name))
        func kept(_ image: TableImage) -> TableImage {
            let rows = image.rows.map { row in
                // A cursor that is a part of the key is a day in increments, and a text where no cursor was chosen.
                let others = zip(keyColumns, row.key).filter { !same.contains($0.0) }.map { ($0.0, Value.string($0.1)) }
                return row.values.filter { same.contains($0.key) }.merging(others) { $1 }
            }
            return TableImage(rows: rows, keys: keyColumns)
        }
        let difference = TableDiff(expected: kept(expected), actual: kept(actual), comparesSchema: false)
        return finding(
            difference, at: "\(place), against a full refresh", expected: "the values that a full refresh gives", run,
            cause: difference.isOfValues
                ? "A value is made anew in each read, such as from the clock, or an increment gives rows another form."
                : nil)
    }

    /// The first j rows of a group of ties, then all of them.
    func ties(_ group: [World.Object], after before: [World.Object]) async throws -> [Finding] {
        let all = before + group
        let value = group.first.map { cursor($0).text } ?? ""
        for count in 1..<group.count {
            let place = "ties at \(value): \(count) of \(group.count) shown, then all"
            let size = count % 2 == 0 ? 2 : 3
            let first = try await successful(
                plan(), of: upstream(before + group.prefix(count), pageSize: size), at: place)
            let second = try await successful(plan(), of: upstream(all, pageSize: size), into: first.files, at: place)
            let findings = finding(
                try await difference(all, second), at: "\(place); bound sent: \(boundTexts(second))",
                expected: "all \(group.count) rows of the group", second,
                cause: causeOfBound(second, after: first.files))
            if !findings.isEmpty { return findings }
        }
        return []
    }
}
