import Cassettes
import Columns
import Pipeline
import Tributary

/// The value that is stored: the greatest that came, never less than before, in the digits that came.
enum StoredValueChecks {
    static let all = [isMaximum, monotone, precision, foreignState]

    private static let isMaximum = Check(
        "watermark-is-max-of-emitted", group: .watermark, level: .simulated,
        proves: "After a complete sync the stored last value is the greatest cursor value that the upstream has, also "
            + "when the sync was interrupted on its way.",
        method:
            "Incremental sync of the sample, the stored value is compared with the model's own objects; the same after "
            + "a cut at each commit and a second run. No commit in mid-run may store more than what has come.",
        likelyCause:
            "The cursor column of the rows is not the upstream's: it is filled from the clock, or converted; or "
            + "the value is computed from the rows after an interruption alone.",
        profile: .quick,
        catches: "watermark-from-the-local-clock", "descending-restart-stores-resume-point",
        "staged-watermark-displaced-by-retry", "watermark-of-the-last-row"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let greatest = bench.cursors.last ?? .null
            var plan = bench.plan(commitsOften: true)
            plan.keepsLakes = true
            let whole = try await bench.successful(plan, of: bench.upstream(later: .seconds(3_600)), at: "sync")
            plan.keepsLakes = false
            var findings = bench.unlike(greatest, whole, at: "after a complete sync")
            for cut in try bench.commits(of: whole) where findings.isEmpty && bench.input.profile > .quick {
                let next = try await bench.successful(
                    plan, of: bench.upstream(later: .seconds(3_600)), into: cut.files, at: cut.place)
                findings = bench.unlike(greatest, next, at: "\(cut.place), after the sync that completed it")
            }
            return findings
        }
    }

    private static let monotone = Check(
        "watermark-monotone", group: .watermark, level: .simulated,
        proves: "The stored last value never moves back, within a sync and from one to the next.",
        method:
            "Half of the objects, all, none, and all with the older half alone; a commit after every two rows. All "
            + "stored values are compared with those before.",
        likelyCause:
            "What is stored is the value of the last row, or of the last batch, instead of the greatest so far.",
        catches: "watermark-of-the-last-row", "mixed-type-watermark-accepts-older"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let half = Array(bench.objects.prefix(max(1, bench.objects.count / 2)))
            var plan = bench.plan(commitsOften: true)
            plan.lookback = bench.spelling.isTime ? .seconds(365 * 86_400) : .zero
            var (files, greatest, text) = (MemoryLake.Files(), Int64.min, "none")
            for (index, shown) in [half, bench.objects, [], half].enumerated() {
                let place = "sync \(index + 1), over \(shown.count) objects"
                let run = try await bench.successful(
                    plan, of: bench.upstream(shown, later: .seconds(3_600 * index)), into: files, at: place)
                for state in StoredState.all(in: run.files).dropFirst(StoredState.all(in: files).count) {
                    bench.tally.add(Counters(items: 1))
                    guard let mark = state.mark("last") else { continue }
                    let value = bench.markPosition(mark) ?? .min
                    if value < greatest {
                        return [
                            Finding(
                                at: place, expected: "a last value not below \(text)", actual: "\(mark) is stored.",
                                history: run.log.lines())
                        ]
                    }
                    (greatest, text) = (value, mark)
                }
                files = run.files
            }
            return []
        }
    }

    private static let precision = Check(
        "watermark-precision-kept", group: .watermark, level: .meta,
        proves:
            "The stored value has the digits that the upstream sent, and what the query leaves of them loses no row.",
        method:
            "Objects a nanosecond, a microsecond, a millisecond and a quarter of a second apart (where the cursor is a "
            + "text; of epochs the smallest unit) appear one after the other, with a sync each. After each the stored "
            + "value must be the newest one to the microsecond, and all rows must be there.",
        likelyCause:
            "Parts of a second are cut off or rounded up, in the rows or in the bound. Cut bounds downwards, and ask "
            + "for equal values again.",
        catches: "cursor-fraction-truncated", "cursor-rounded-up-hides-rows"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            return try await bench.fineSteps()
        }
    }

    private static let foreignState = Check(
        "watermark-foreign-state-typed-error", group: .watermark, level: .fault,
        proves:
            "A stored state of another kind, field or version is refused with a typed error, or read anew as a whole; "
            + "it never makes rows go missing.",
        method:
            "Between two syncs the stored state is changed: another version, another cursor field, a last value of "
            + "another kind, a text that is no state, a position that the source did not write. The next sync must end "
            + "with a typed error, or with all rows.",
        likelyCause:
            "What cannot be read is taken for nothing, or for the end. Check a position's form and version, and answer "
            + "what is not yours with `resumeTokenExpired`.",
        catches: "foreign-position-read-as-the-end"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            return try await bench.foreignStates()
        }
    }
}

extension Bench {
    /// A stored value that is not the expected one.
    func unlike(_ greatest: JSONValue, _ run: Lab.Run, at place: String) -> [Finding] {
        let stored = run.summary?.watermarkAfter
        let kept = StoredState.newest(in: run.files)?.mark("last")
        let position = spelling.position(greatest)
        let isKept = kept.flatMap(markPosition) == position || position == nil
        if isSame(stored, greatest), isKept { return [] }
        return [
            Finding(
                at: place, expected: "last value \(greatest.text)",
                actual: "\((isKept ? stored : kept) ?? "None") is stored.", history: run.log.lines())
        ]
    }

    func fineSteps() async throws -> [Finding] {
        let first = newest + 1_000_000
        var values: [JSONValue]
        if spelling.format == .iso8601 {
            let whole = CursorValue.timestamp(first / 1_000_000 * 1_000_000).storedText.dropLast()
            // A database rounds what is finer than its columns by rules of its own.
            let finer = sql == nil ? [".250001456", ".250001999"] : []
            values = (["", ".25", ".250001"] + finer + [".251", ".75", ".999999"])
                .map { .string("\(whole)\($0)Z") }
        } else {
            values = (0..<4).map { spelling.value(at: first + Int64($0) * spelling.unit) }
        }
        var shown = Array(objects.prefix(3))
        var files: MemoryLake.Files = [:]
        for (index, value) in values.enumerated() {
            let row = moved(copy(objects[0], number: index), spelt: value)
            guard try await keeps(row) else { continue }
            shown.append(row)
            let place = "newest value \(value.text)"
            let run = try await successful(
                plan(), of: upstream(shown, later: .seconds(60 + index)), into: files, at: place)
            files = run.files
            var findings = finding(
                try await difference(shown, run), at: "\(place); bound sent: \(boundTexts(run))",
                expected: "all \(shown.count) rows", run)
            if findings.isEmpty { findings = unlike(value, run, at: place) }
            if !findings.isEmpty { return findings }
        }
        if files.isEmpty {
            throw Verdicted(verdict: .notApplicable("The cursor's column has no room for values behind the newest."))
        }
        return []
    }

    func foreignStates() async throws -> [Finding] {
        var plan = plan(commitsOften: true)
        plan.keepsLakes = true
        let half = Array(objects.prefix(max(1, objects.count / 2)))
        let first = try await successful(plan, of: upstream(half), at: "first sync")
        plan.keepsLakes = false
        let positioned = everyCommit(of: first).first { StoredState.newest(in: $0.files)?.token != nil }
        // A database's rows without a cursor value belong to the first read alone.
        let objects = sql == nil ? objects : objects.filter { !cursor($0).isNull || half.contains($0) }
        for change in ForeignChange.all {
            let base = change.isOfPosition ? positioned?.files : first.files
            guard let base else { continue }
            let files = StoredState.changing(base, change.apply)
            let run = try await run(plan, of: upstream(objects, later: .seconds(3_600)), into: files)
            tally.add(Counters(items: 1))
            let place = "stored state with \(change.name)"
            if let error = run.error {
                if error is SourceError { continue }
                return [
                    Finding(
                        at: place, expected: "a typed error, or all rows", actual: "It ended with: \(error)",
                        history: run.log.lines())
                ]
            }
            let findings = finding(
                try await difference(objects, run), at: place, expected: "a typed error, or all \(objects.count) rows",
                run)
            if !findings.isEmpty { return findings }
        }
        return []
    }
}

/// One way in which a stored state may be foreign.
private struct ForeignChange: Sendable {
    var name: String
    var isOfPosition = false
    var apply: @Sendable (inout JSONObject) -> Void

    static let all = [
        ForeignChange(name: "a version of the future") { $0["format"] = 99 },
        ForeignChange(name: "another cursor field") { $0["cursor"] = ["name": "some_other_field", "type": "integer"] },
        ForeignChange(name: "a cursor of another type") { state in
            let name = state["cursor"]?["name"] ?? "id"
            state["cursor"] = ["name": name, "type": "objectid"]
        },
        ForeignChange(name: "a last value that is an object id") {
            $0["last"] = ["type": "objectid", "value": "0123456789abcdef01234567"]
        },
        ForeignChange(name: "a last value that is a text") { $0["last"] = "yesterday" },
        ForeignChange(name: "no members at all") { $0 = JSONObject() },
        position("a number", "7"),
        position("an empty object", "{}"),
        position("a version of the future", #"{"v":99,"at":"nowhere"}"#),
        position("a text that is no JSON", "page 3"),
    ]

    private static func position(_ name: String, _ text: String) -> ForeignChange {
        ForeignChange(name: "a position that is \(name)", isOfPosition: true) { state in
            guard var resume = state["resume"]?.object else { return }
            resume["token"] = .string(text)
            state["resume"] = .object(resume)
        }
    }
}
