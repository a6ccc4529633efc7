import Cassettes
import Columns
import Pipeline
import Tributary

/// Cuts of reads that only a recording answers.
enum RecordedCutChecks {
    static let all = [cuts]

    private static let cuts = Check(
        "resume-cuts-of-recording", group: .resume, level: .replay,
        proves:
            "A read of files or of another thing that no model tells of, killed behind any commit and run again, gives the "
            + "table of a read that was not killed.",
        method:
            "A full refresh and a read in the table's own mode over the first recorded state, with a commit after every two "
            + "rows, and once more with two rows handed over at once where the source heeds `maximumPageSize`; from up to 8 of the lakes that it leaves behind its commits, all in the profile hostile, another run over "
            + "the same recording must complete the table; so must one whose first request is answered with 404, since the thing "
            + "that the position names is gone, or it must fail. A run that asks for what was not recorded is not judged. Tables "
            + "with a model are judged by resume-at-every-step.",
        likelyCause:
            "The position says another place than the one behind the rows that it comes with: of a file the number of those "
            + "that are done, not that of the last one.",
        catches: "part-position-runs-ahead", "part-position-stays-behind", "what-is-gone-taken-for-the-end",
        "line-position-runs-ahead", "resumed-in-another-report"
    ) { input in
        try await RecordedBench.judging(input) { bench in
            guard let state = input.scenario.goodState else { return [] }
            var complete = 0
            let types = Set([bench.schema.mode, .fullRefresh]).sorted { $0.rawValue < $1.rawValue }
            var items: [SyncType: Int] = [:]
            for (type, rows) in types.flatMap({ type in [nil, 2].map { (type, $0) } }) {
                var bench = bench
                bench.pageRows = rows
                var plan = bench.plan(type)
                plan.keepsLakes = true
                let whole = try await bench.run(plan, at: state)
                guard whole.error == nil else { continue }
                complete += 1
                // A source that hands over as much as before was judged already.
                guard items.updateValue(whole.log.emittedItems, forKey: type) != whole.log.emittedItems else {
                    continue
                }
                plan.keepsLakes = false
                let findings = try await bench.resumed(plan, whole, at: state)
                if !findings.isEmpty { return findings }
                let gone = try await bench.resumedFromNothing(plan, whole, at: state)
                if !gone.isEmpty { return gone }
            }
            if complete == 0 {
                throw Bench.Verdicted(
                    verdict: .notExercised("The recording \(state) holds no complete read of this table."))
            }
            return []
        }
    }.needing(.http)
}

extension RecordedBench {
    /// Goes on behind a commit in the middle, when what the position names is gone.
    fileprivate func resumedFromNothing(
        _ plan: Lab.Plan, _ whole: Lab.Run, at state: String
    ) async throws -> [Finding] {
        let lakes = commits(of: whole)
        guard lakes.count > 2 else { return [] }
        let upstream = FaultyUpstream(base: try input.replay(state), fault: WireFault.refusal(404).at(0))
        let run = try await lab.run(plan, of: upstream, into: lakes[lakes.count / 2])
        tally.add(Counters(requests: run.log.requests.count, runs: 1))
        guard run.error == nil else { return [] }
        let difference = TableDiff(expected: try await table(whole), actual: try await table(run))
        if difference.missing.isEmpty { return [] }
        return [
            Finding(
                at:
                    "\(plan.syncType.rawValue) of \(state), killed in the middle and run again, its first request answered with 404",
                expected: "an error, or a read from the beginning", actual: "It succeeded with \(difference.summary).",
                witness: difference.witness, history: run.log.lines(),
                cause:
                    "What is no longer there is taken for the end: throw a `SourceError` of kind `resumeTokenExpired`, which starts "
                    + "the read anew.")
        ]
    }

    /// Goes on behind the commits of a run.
    fileprivate func resumed(_ plan: Lab.Plan, _ whole: Lab.Run, at state: String) async throws -> [Finding] {
        let image = try await table(whole)
        let lakes = commits(of: whole)
        let step = input.profile < .hostile ? max(1, (lakes.count + 7) / 8) : 1
        for (number, files) in lakes.enumerated() where number % step == 0 {
            let run = try await run(plan, at: state, into: files)
            if run.asksForTheUnrecorded { continue }
            let place =
                "\(plan.syncType.rawValue) of \(state), killed behind commit \(number + 1) of \(lakes.count) and run again"
            if let error = run.error {
                return [
                    Finding(
                        at: place, expected: Finding.syncSucceeds, actual: "It ended with: \(error)",
                        history: run.log.lines())
                ]
            }
            if let finding = orderedAnew(run, whole, at: place) { return [finding] }
            let difference = TableDiff(expected: image, actual: try await table(run))
            if difference.isEmpty { continue }
            return [
                Finding(
                    at: place, expected: "the \((image?.rows.count ?? 0).counted("row")) of a read that was not killed",
                    actual: "The table has \(difference.summary).", witness: difference.witness,
                    history: run.log.lines(),
                    cause: difference.missing.isEmpty
                        ? "The resumed read brings again what it had handed over: the position stays behind the rows that it "
                            + "comes with."
                        : "The resumed read passes over rows: the position runs ahead of those that it comes with, or is one of "
                            + "another list.")
            ]
        }
        return []
    }

    /// Whether two requests ask the same.
    private static func isSame(_ one: LoggedRequest, _ other: LoggedRequest) -> Bool {
        one.request.method == other.request.method && one.request.url == other.request.url
            && one.request.body == other.request.body
    }

    /// A job that is ordered again, of which only a part is then read: the recording gives the same, and an upstream makes
    /// another, with other rows in another order.
    private func orderedAnew(_ run: Lab.Run, _ whole: Lab.Run, at place: String) -> Finding? {
        let orders = whole.log.requests.filter { $0.request.method == .post }
        guard orders.count == 1, let order = orders.first, whole.log.requests.first?.index == order.index,
            let again = run.log.requests.first(where: { Self.isSame($0, order) }),
            let read = run.summary?.rowsRead, let all = whole.summary?.rowsRead, read < all
        else { return nil }
        return Finding(
            at: place, expected: "the job that the position was given for, or all \(all) rows of a new one",
            actual: "\(again) orders another job, of which \(read.counted("row is", "rows are")) read.",
            history: run.log.lines(),
            cause:
                "The position names a place, and not the job that it is a place of: keep the job's id in the resume token, and "
                + "throw `resumeTokenExpired` where that job is gone.")
    }
}
