import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

/// A run that dies, or is stopped, at any moment.
enum CutChecks {
    static let all = [everyStep, fullRefresh, repeatedCrashes, cancel]

    private static let everyStep = Check(
        "resume-at-every-step", group: .resume, level: .meta,
        proves: "A sync that is killed at any step and run again gives the table of a sync that was not killed.",
        method:
            "A sync with a commit after every two rows; from what is on the disk before each of its requests, answers, "
            + "hand-overs, file writes and commits the next sync must complete the table; of states of the disk that "
            + "differ by files alone that no commit names, the fullest, and each in the profile hostile; of a table that is read as one before it is, at the first, at the last and at one between, which is another for each table. The same where "
            + "the upstream fails from each request on. Batches end inside pages. Keys that are numbers, and those of parents, "
            + "cross a power of ten, as from 998 to 1003. Where the API reports deleted objects, "
            + "one changes its key, which is the end of the old and a new one at one moment, and the sync is cut between "
            + "the two. Of a child table, one parent or two are gone when the cut sync goes on; the children of the others must "
            + "come. Where appending is offered, an append over several pages of one moment is cut in the same way.",
        likelyCause:
            "A position or a stored value runs ahead of its rows: hand the position over with the very item that it "
            + "follows, never before.",
        catches: "position-ahead-of-emitted-page", "watermark-stamped-on-failure", "key-change-event-split",
        "numbers-compared-as-texts", "parents-counted-in-the-position", "resumed-append-starts-over"
    ) { input in
        try await Bench.judging(input) { bench in
            let bench = bench.withParentsAcrossDigits()
            let expected = "the same \(bench.objects.count) rows as without the cut"
            let cut = try await bench.cutEverywhere(bench.schema.mode, expected: expected)
            if !cut.isEmpty { return cut }
            let change = try await bench.cutKeyChange()
            if !change.isEmpty { return change }
            let gone = try await bench.cutBeforeParentGoes(bench.schema.mode)
            if !gone.isEmpty { return gone }
            let failed = try await bench.failEverywhere(bench.schema.mode, expected: expected)
            return failed.isEmpty ? try await bench.cutAppend(expected: expected) : failed
        }
    }

    private static let fullRefresh = Check(
        "resume-full-refresh-no-duplicates", group: .resume, level: .meta,
        proves: "A full refresh that is killed at any step and run again holds each row once, and none that is gone.",
        method:
            "A full refresh is cut before each of its steps in turn and run again; the table must hold the upstream's "
            + "objects, each once. The same over the table of an incremental sync, of which one object is gone; until "
            + "the refresh is complete readers must see the old rows, all of them. Then a refresh of new rows.",
        likelyCause:
            "The read starts over although it was handed a position, so that rows are added twice; or a resumed "
            + "refresh adds to the old table. Go on from the position, or declare that the read cannot resume.",
        catches: "resumed-read-starts-over", "resumed-full-refresh-keeps-old-rows", "failed-refresh-empties-table"
    ) { input in
        try await Bench.judging(input) { bench in
            let cut = try await bench.cutEverywhere(
                .fullRefresh, expected: "each of the \(bench.objects.count) rows once")
            return cut.isEmpty ? try await bench.refreshOverOld() : cut
        }
    }

    private static let repeatedCrashes = Check(
        "resume-repeated-crashes-progress", group: .resume, level: .meta,
        proves: "A sync that dies again and again after a few pages still comes to its end.",
        method:
            "The process dies after every 1, 2 and 5 requests, with a commit after every two rows, and is started again "
            + "each time; the table must be complete after as many starts as there are pages, and a few. Requests of the "
            + "list of parents, in which a start looks for its place, are not counted. The same where several pages in a "
            + "row have no rows.",
        likelyCause:
            "A resumed read goes back to the beginning: hand over positions, also behind pages without rows, and go on "
            + "from the one that is handed in.",
        catches: "resumed-read-starts-over", "quiet-source-never-advances"
    ) { input in
        try await Bench.judging(input) { bench in
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                for requests in [1, 2, 5] {
                    let findings = try await bench.crashing(after: requests, type)
                    if !findings.isEmpty { return findings }
                }
                guard bench.sql == nil, bench.endpoint.leadsOnFromEmptyPages else { continue }
                var quirks = ModelQuirks()
                // Before the first row there is no table that could keep a position.
                quirks.emptyPages = [1: 6, 2: 3]
                let findings = try await bench.crashing(after: 2, type, quirks)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let cancel = Check(
        "resume-cancel-at-safe-point", group: .resume, level: .simulated,
        proves: "A sync that is asked to stop does so at once, and what it stored fits the rows that it stored.",
        method:
            "The task is cancelled at up to 16 steps that are spread over the sync, at each in the profile hostile, and "
            + "during the wait before a retry; at most one more request may follow, and the next sync must complete the "
            + "table.",
        likelyCause:
            "The read runs in a task of its own that does not hear of the cancellation, or swallows the error.",
        catches: "cancellation-not-heard"
    ) { input in
        try await Bench.judging(input) { bench in try await bench.cancelEverywhere() }
    }
}

extension Bench {
    /// Why a read that goes on from a position gives too few rows.
    static let skipping =
        "The resumed read passes over rows that are not stored: the position lies beyond them, or what lies behind it is told "
        + "by another order than that in which rows come, such as numbers that are compared as texts."

    /// A refresh over the table of an earlier sync: old rows until it is published, the new ones afterwards.
    func refreshOverOld() async throws -> [Finding] {
        let kept = Array(objects.dropFirst().prefix(6))
        let old = try await successful(plan(), of: upstream(Array(objects.prefix(7))), at: "earlier sync")
        var plan = plan(.fullRefresh, commitsOften: true)
        plan.keepsLakes = true
        let whole = try await successful(
            plan, of: upstream(kept), into: old.files, at: "full refresh over an old table")
        plan.keepsLakes = false
        let before = Array(objects.prefix(7))
        for cut in try cuts(of: whole, startingFrom: old.files) {
            var seen = whole
            seen.files = cut.files
            let isOld = try await difference(before, seen).isEmpty
            if !isOld {
                let isNew = try await difference(kept, seen)
                let findings = finding(
                    isNew, at: "full refresh over an old table, \(cut.place)",
                    expected: "readers see the old rows, or the new ones", seen,
                    cause: "The table is cleared before the new rows are complete.")
                if !findings.isEmpty { return findings }
            }
            let resumed = try await successful(plan, of: upstream(kept), into: cut.files, at: cut.place)
            let difference = try await difference(kept, resumed)
            let findings = finding(
                difference, at: "full refresh over an old table, \(cut.place)",
                expected: "the \(kept.count) rows that the upstream still has, each once", resumed,
                cause: Self.cause(ofResumed: difference)
                    ?? "The resumed refresh adds to the old table instead of replacing it.")
            if !findings.isEmpty { return findings }
        }
        let next = try await successful(plan, of: upstream(), into: whole.files, at: "the next full refresh")
        return finding(
            try await difference(objects, next), at: "the next full refresh, with new rows",
            expected: "all \(objects.count) rows", next,
            cause: "A position of the read that was complete is handed to the next one.")
    }

    /// Starts a sync again and again; each process dies after some requests.
    func crashing(
        after requests: Int, _ type: SyncType, _ quirks: ModelQuirks = ModelQuirks()
    ) async throws -> [Finding] {
        var plan = plan(type, commitsOften: true)
        let place = type.rawValue + (quirks.emptyPages.isEmpty ? "" : ", pages without rows among the others")
        // What dies between two commits has not gone on: the unit of progress is one row here.
        plan.options.batchRows = 1
        let hasPositions = Lock(false)
        plan.onEmit = { _, token in if token != nil { hasPositions.withLock { $0 = true } } }
        let whole = try await successful(plan, of: upstream(quirks: quirks), at: "uninterrupted sync")
        let response = try await response(type)
        let canResume = response.supportsResume && hasPositions.withLock { $0 }
        // Where rows alone say how far a read has come, pages without any are read again.
        if !canResume, !quirks.emptyPages.isEmpty { return [] }
        // Without positions only a trusted order of an incremental read says where it stands.
        let knowsItsPlace = canResume || (type == .incremental && response.isSorted && collection.cursor != nil)
        guard knowsItsPlace, whole.log.requests.count(where: isList) > requests else { return [] }
        // What comes before the first row comes with each start: a token exchange, or parents without a child. Before it
        // there is no table that could keep a position.
        var ahead = max(whole.log.requests.firstIndex(where: isList) ?? 0, whole.log.requestsBeforeFirstRow - 1)
        let limit = whole.log.requests.count * 3 + 5
        var files: MemoryLake.Files = [:]
        var places: [String] = []
        for attempt in 1...limit {
            var dying = plan
            // By the watermark alone a page of ties stands still.
            dying.cutBeforeRequest = ahead + (canResume ? requests : max(requests, 3))
            let run = try await run(dying, of: upstream(quirks: quirks), into: files)
            let before = stored(files)?.text
            files = run.files
            places.append("start \(attempt): \(stored(files)?.description ?? "nothing stored")")
            if run.error == nil {
                return finding(
                    try await difference(objects, run), at: "\(place), dying after \(requests) requests",
                    expected: "all rows once it is through", run)
            }
            // A reader that looks for its parent in the list of parents asks for more of that list the further it has
            // come. Those requests are of another list; a read that starts over asks for no more of them than before.
            guard stored(files)?.text == before else { continue }
            let resumed = try await self.run(plan, of: upstream(quirks: quirks), into: files)
            ahead = max(ahead, resumed.log.requests.firstIndex(where: isList) ?? 0)
        }
        return [
            Finding(
                at: "\(place), dying after every \(requests) requests",
                expected: "the end after at most \(limit) starts",
                actual: "It never came: each start begins where the one before did.", witness: places.suffix(10))
        ]
    }

    func cancelEverywhere() async throws -> [Finding] {
        let plan = plan(commitsOften: true)
        let shown = Array(objects.prefix(8))
        let whole = try await successful(plan, of: upstream(shown), at: "uninterrupted sync")
        var finished: Set<String> = []
        for step in try spread(Array(whole.steps.indices), most: 16) {
            let run = try await cancelling(plan, at: step, upstream(shown))
            let place = "cancelled before step \(step) of \(whole.steps.count), a \(whole.steps[step].rawValue)"
            let asked = run.log.requests.count - whole.steps[...step].count { $0 == .request }
            tally.add(Counters(items: 1))
            if asked > 1 || (asked > 0 && run.error == nil && run.summary?.wasCancelled == false) {
                return [
                    Finding(
                        at: place, expected: "at most one more request",
                        actual:
                            "\(asked) more requests were sent; the sync ended \(run.error.map { "with: \($0)" } ?? "as if nothing had happened").",
                        history: run.log.lines())
                ]
            }
            guard finished.insert(stored(run.files)?.text ?? "").inserted else { continue }
            let next = try await successful(plan, of: upstream(shown), into: run.files, at: place)
            let difference = try await difference(shown, next)
            let findings = finding(
                difference, at: "\(place), then run again", expected: "the rows of a sync that was not cancelled", next,
                cause: Self.cause(ofResumed: difference)
                    ?? "What was stored when the sync was cancelled does not fit the rows that were stored with it.")
            if !findings.isEmpty { return findings }
        }
        return try await cancelInRetry(plan, shown)
    }

    /// Cancels while the client waits to try a refused request again.
    private func cancelInRetry(_ plan: Lab.Plan, _ shown: [World.Object]) async throws -> [Finding] {
        let fault = WireFault(what: "429 for ever", index: 1, isLasting: true) { answer in
            var busy = HTTPResponse.made(429, ["error": "slow down"], url: answer.url)
            busy.headers.add("Retry-After", "5")
            return busy
        }
        let busy = FaultyUpstream(base: try upstream(shown), fault: fault)
        let run = try await cancelling(plan, atAnswer: 2, busy)
        let asked = run.log.requests.count
        if asked <= 3 { return [] }
        return [
            Finding(
                at: "cancelled while a request waits to be tried again", expected: "no further try",
                actual: "\(asked - 2) more requests were sent.", history: run.log.lines())
        ]
    }

    private func cancelling(_ plan: Lab.Plan, at step: Int, _ upstream: any Upstream) async throws -> Lab.Run {
        var plan = plan
        let task = Lock<Task<Lab.Run, any Error>?>(nil)
        let gate = AsyncGate()
        plan.onStep = { index in if index == step { task.withLock { $0?.cancel() } } }
        let planned = plan
        let started = Task {
            await gate.wait()
            return try await run(planned, of: upstream)
        }
        task.withLock { $0 = started }
        await gate.open()
        return try await started.value
    }

    private func cancelling(_ plan: Lab.Plan, atAnswer count: Int, _ upstream: any Upstream) async throws -> Lab.Run {
        let whole = try await run(plan, of: upstream)
        var answers = 0
        for (index, step) in whole.steps.enumerated() where step == .response {
            answers += 1
            if answers == count { return try await cancelling(plan, at: index, upstream) }
        }
        return try await cancelling(plan, at: 0, upstream)
    }
}

/// Holds a task back until it may begin.
private actor AsyncGate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
