import Cassettes
import Columns
import Pipeline
import Tributary

/// Group F: increments lose nothing, double nothing, and end.
enum WatermarkChecks {
    static let all = [
        splitEquivalence, boundaryTies, descendingTwoSided, isMaximum, sortModeTruthful, fullRefreshUnbounded, emptyRun,
        idempotentRerun,
    ]

    private static let splitEquivalence = Check(
        "watermark-split-equivalence", group: .watermark, level: .meta,
        proves: "An initial sync and increments give the same table as one full read, wherever the history is cut.",
        method:
            "For each distinct cursor value: the model shows the objects up to it, sync; then all objects, sync in two "
            + "steps. The table must hold exactly the upstream's objects.",
        likelyCause:
            "The bound of an increment is not the greatest cursor value of the rows that were stored: it was taken "
            + "from the clock, rounded up, or saved before its rows.",
        catches: "watermark-beyond-sync-start"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let cuts = Array(bench.cursors.dropLast())
            if cuts.isEmpty { throw Bench.Verdicted(verdict: .notExercised("All objects have one cursor value.")) }
            let chosen = bench.input.profile == .quick ? Array(cuts.suffix(3)) : cuts
            for cut in chosen {
                let findings = try await bench.split(at: cut)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let boundaryTies = Check(
        "watermark-boundary-ties-kept", group: .watermark, level: .meta,
        proves: "Rows that share the last cursor value but appear after the sync are picked up by the next one.",
        method:
            "For each group of equal cursor values: the model shows the objects before it and one of the group, sync; "
            + "then the rest of the group, sync.",
        likelyCause:
            "The bound of the query is greater than the stored value, or exclusive: ask from the stored value on, "
            + "equal rows included; the merge drops what comes twice.",
        catches: "cursor-rounded-up-hides-rows"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let ties = bench.cursors.filter { value in bench.objects.count { bench.cursor($0) == value } > 1 }
            if ties.isEmpty { throw Bench.Verdicted(verdict: .notExercised("No two objects share a cursor value.")) }
            for value in ties {
                let all = bench.objects(upTo: value)
                let group = all.filter { bench.cursor($0) == value }
                let before = all.filter { bench.cursor($0) != value } + group.prefix(1)
                let place = "ties at \(value.text): 1 of \(group.count) shown, then all"
                let first = try await bench.successful(bench.plan(), of: bench.upstream(before), at: place)
                let second = try await bench.successful(
                    bench.plan(), of: bench.upstream(all), into: first.files, at: place)
                let findings = bench.finding(
                    try await bench.difference(all, second), at: place,
                    expected: "all \(group.count) rows of the group",
                    second)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let descendingTwoSided = Check(
        "watermark-desc-two-sided", group: .watermark, level: .meta,
        proves: "A newest-first read that is interrupted anywhere is finished below and above by the next syncs.",
        method:
            "The first sync is cut at each page with a commit after each; then newer objects appear, and the table is "
            + "synced until it is complete, four times at most.",
        likelyCause:
            "After an interruption the stored earliest value is not used as the upper bound of the rest, or is "
            + "taken for the lower one.",
        catches: "descending-restart-stores-resume-point"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            guard try await bench.response().sortMode == .descending else {
                throw Bench.Verdicted(verdict: .notApplicable("The table is read in ascending order."))
            }
            let before = Array(bench.objects.dropLast(2))
            let plan = bench.plan(commitsOften: true)
            let whole = try await bench.successful(plan, of: bench.upstream(before), at: "first sync")
            for cut in whole.steps.indices where whole.steps[cut] == .request {
                let findings = try await bench.finishing(plan, before, cut: cut)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let isMaximum = Check(
        "watermark-is-max-of-emitted", group: .watermark, level: .simulated,
        proves: "After a complete sync the stored last value is the greatest cursor value that the upstream has.",
        method: "Incremental sync of the sample; the stored value is compared with the model's own objects.",
        likelyCause: "The cursor column of the rows is not the upstream's: it is filled from the clock, or converted.",
        catches: "watermark-from-the-local-clock"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let run = try await bench.successful(bench.plan(), of: bench.upstream(later: .seconds(3_600)), at: "sync")
            let stored = run.summary?.watermarkAfter ?? "none"
            let greatest = bench.cursors.last ?? .null
            if Bench.isSame(stored, greatest) { return [] }
            return [
                Finding(
                    at: "after a complete sync", expected: "last value \(greatest.text)",
                    actual: "\(stored) is stored.", history: run.log.lines())
            ]
        }
    }

    private static let sortModeTruthful = Check(
        "watermark-sort-mode-truthful", group: .watermark, level: .simulated,
        proves: "Rows arrive in the order that the source declares, or no value is stored before the read is complete.",
        method: "The model sorts as the API does, by what the request asks for. Neighbouring cursor values of an "
            + "incremental read are compared with the declared order, and each commit's value with the rows still to come.",
        likelyCause:
            "The declared order is not the one that the request asks for: send the API's sort parameter, or declare "
            + "that rows are unsorted.", profile: .quick, isWaivable: false,
        catches: "ascending-checkpoint-on-unordered-rows"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let dead = try await bench.interruptedCommits()
            for (run, rows) in dead {
                let findings = try await bench.uncovered(run, rows)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let fullRefreshUnbounded = Check(
        "watermark-full-refresh-sends-no-bound", group: .watermark, level: .simulated,
        proves: "A full refresh asks for everything, also when an incremental state is stored.",
        method:
            "Incremental sync, then a full refresh of the same table; no request of the refresh may carry a parameter "
            + "that the API takes as a bound.",
        likelyCause: "The bound is a fixed parameter of the request, or is taken from the stored state in every mode.",
        catches: "full-refresh-keeps-a-bound"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let bounds = Set(bench.endpoint.filters.filter { $0.comparison != .equal }.map(\.parameter))
            if bounds.isEmpty { throw Bench.Verdicted(verdict: .notApplicable("The API takes no bounds.")) }
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "incremental sync")
            let second = try await bench.successful(
                bench.plan(.fullRefresh), of: bench.upstream(), into: first.files, at: "full refresh")
            let bounded = second.log.requests.filter { request in
                guard let call = try? ModelCall(request.request) else { return false }
                return bench.isList(request) && bounds.contains { call.parameter($0) != nil }
            }
            guard let request = bounded.first else { return [] }
            return [
                Finding(
                    at: "request \(request.index) of the full refresh", expected: "no bound",
                    actual: "It asks for a part: \(request)", history: second.log.lines())
            ]
        }
    }

    private static let emptyRun = Check(
        "watermark-empty-run-keeps-state", group: .watermark, level: .simulated,
        proves: "A sync that finds nothing leaves the stored value and the table as they were.",
        method: "Sync; then the upstream answers with empty lists, an hour later, and the table is synced again.",
        likelyCause: "The source makes up a row or a value when nothing came.", profile: .quick,
        catches: "heartbeat-row-when-nothing-is-new"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            let second = try await bench.successful(
                bench.plan(), of: bench.upstream([], later: .seconds(3_600)), into: first.files, at: "sync of nothing")
            let (before, after) = (first.summary?.watermarkAfter ?? "none", second.summary?.watermarkAfter ?? "none")
            var findings = bench.finding(
                try await bench.difference(bench.objects, second), at: "sync of nothing",
                expected: "the table as it was",
                second)
            if before != after {
                findings.append(
                    Finding(
                        at: "sync of nothing", expected: "last value \(before), as before",
                        actual: "\(after) is stored.",
                        history: second.log.lines()))
            }
            return findings
        }
    }

    private static let idempotentRerun = Check(
        "watermark-idempotent-rerun", group: .watermark, level: .meta,
        proves: "Syncing again when nothing is new leaves the table equal.",
        method: "Sync, then three more an hour apart over the same objects.",
        likelyCause: "A key or another column holds something of the run, such as its time or number.", profile: .quick,
        catches: "key-from-volatile-export-id"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            var run = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            for repetition in 1...3 {
                let later = Duration.seconds(3_600 * repetition)
                let place = "sync \(repetition + 1), with nothing new"
                run = try await bench.successful(
                    bench.plan(), of: bench.upstream(later: later), into: run.files, at: place)
                let findings = bench.finding(
                    try await bench.difference(bench.objects, run), at: place, expected: "the table as it was", run)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

extension Bench {
    /// Objects up to a cut, then half of the rest, then all.
    func split(at cut: JSONValue) async throws -> [Finding] {
        let early = objects(upTo: cut)
        let middle = early + objects.dropFirst(early.count).prefix((objects.count - early.count) / 2)
        let place = "history cut at \(cut.text)"
        var run = try await successful(plan(), of: upstream(early), at: place)
        for (step, shown) in [middle, objects].enumerated() {
            let later = Duration.seconds(3_600 * (step + 1))
            run = try await successful(plan(), of: upstream(shown, later: later), into: run.files, at: place)
            let findings = finding(
                try await difference(shown, run), at: "\(place), increment \(step + 1)",
                expected: "the initial sync and its increments together give the upstream's \(shown.count) rows", run)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Cuts a first sync, shows all objects, and syncs until the table is complete.
    func finishing(_ plan: Lab.Plan, _ before: [World.Object], cut: Int) async throws -> [Finding] {
        var dying = plan
        dying.cutBefore = cut
        let dead = try await run(dying, of: upstream(before))
        let place = "first sync cut before step \(cut), then newer rows"
        var last = dead
        for _ in 0..<4 {
            last = try await successful(plan, of: upstream(), into: last.files, at: place)
            if try await difference(objects, last).isEmpty { return [] }
        }
        return finding(
            try await difference(objects, last), at: place, expected: "all rows after at most four further syncs", last)
    }

    /// Runs that are cut before each request, with the objects that their tables hold.
    func interruptedCommits() async throws -> [(Lab.Run, TableImage?)] {
        let plan = plan(commitsOften: true)
        let whole = try await successful(plan, of: upstream(), at: "sync")
        var runs: [(Lab.Run, TableImage?)] = []
        for cut in whole.steps.indices where whole.steps[cut] == .request && cut > 0 {
            var dying = plan
            dying.cutBefore = cut
            let dead = try await run(dying, of: upstream())
            runs.append((dead, try await table(dead)))
        }
        return runs
    }

    /// Rows that a stored value claims to have been read, and that are not in the table.
    func uncovered(_ run: Lab.Run, _ table: TableImage?) async throws -> [Finding] {
        let marks = run.log.all.compactMap { event -> Watermark? in
            if case .committed(_, _, let watermark, _) = event { watermark } else { nil }
        }
        guard let mark = marks.last else { return [] }
        let there = Set((table?.rows ?? []).map(\.key))
        let claimed = objects.filter { object in
            let value = cursor(object)
            if value.isNull { return false }
            if let last = mark.last { return !Self.isLess(last.storedText, value) }
            return mark.earliest.map { !Self.isLess(value, than: $0.storedText) } ?? false
        }
        let lost = claimed.filter { !there.contains(TableImage.key(of: Self.plainKey($0, collection), by: keyColumns)) }
        tally.add(Counters(rows: claimed.count))
        guard let first = lost.first else { return [] }
        return [
            Finding(
                at:
                    "commit with last \(mark.last?.storedText ?? "none"), earliest \(mark.earliest?.storedText ?? "none")",
                expected: "every row that the stored values cover is in the table",
                actual:
                    "\(lost.count) are not, such as \(key(first)) at \(cursor(first).text): rows came in another order "
                    + "than the one declared.",
                witness: lost.map { "\(key($0)) at \(cursor($0).text)" }, history: run.log.lines())
        ]
    }

    private static func plainKey(_ object: World.Object, _ collection: ModelDeclaration.Collection) -> [String: Value] {
        var values: [String: Value] = [:]
        for name in collection.key {
            if let text = object.body[name]?.string { values[column(name)] = .string(text) }
            if let number = object.body[name]?.int64 { values[column(name)] = .int(number) }
        }
        return values
    }

    /// Microseconds or a number, so that stored texts and upstream values can be compared.
    private static func position(_ value: JSONValue) -> Int64? {
        if let number = value.int64 { return number > 100_000_000 ? number * 1_000_000 : number }
        return value.string.flatMap(position)
    }

    private static func position(_ text: String) -> Int64? {
        if let number = Int64(text) { return number > 100_000_000 ? number * 1_000_000 : number }
        return TimestampParser.microseconds(text)
    }

    static func isSame(_ stored: String, _ value: JSONValue) -> Bool {
        guard let a = position(stored), let b = position(value) else { return stored == (value.string ?? value.text) }
        return a == b
    }

    private static func isLess(_ stored: String, _ value: JSONValue) -> Bool {
        guard let a = position(stored), let b = position(value) else { return false }
        return a < b
    }

    private static func isLess(_ value: JSONValue, than stored: String) -> Bool {
        guard let a = position(value), let b = position(stored) else { return false }
        return a < b
    }
}
