import Cassettes
import Columns
import Pipeline
import Tributary

/// Group G: a run that is cut anywhere is finished by the next one.
enum ResumeChecks {
    static let all = [everyStep, fullRefresh]

    private static let everyStep = Check(
        "resume-at-every-step", group: .resume, level: .meta,
        proves: "A sync that is killed at any step and run again gives the table of a sync that was not killed.",
        method:
            "A sync with a commit after every two rows is cut before each request, answer, hand-over, file write and "
            + "commit in turn, as by a power cut; the next sync must complete the table. Batches end inside pages.",
        likelyCause:
            "A position or a stored value runs ahead of its rows: hand the position over with the very item that it "
            + "follows, never before.",
        catches: "position-ahead-of-emitted-page"
    ) { input in
        try await Bench.judging(input) { bench in
            try await bench.cutEverywhere(
                bench.schema.mode, expected: "the same \(bench.objects.count) rows as without the cut")
        }
    }

    private static let fullRefresh = Check(
        "resume-full-refresh-no-duplicates", group: .resume, level: .meta,
        proves: "A full refresh that is killed at any step and run again holds each row once.",
        method:
            "A full refresh is cut before each of its steps in turn and run again; the table must hold the upstream's "
            + "objects, each once.",
        likelyCause:
            "The read starts over although it was handed a position, so that rows are added twice. Go on from the "
            + "position, or declare that the read cannot resume.",
        catches: "resumed-read-starts-over"
    ) { input in
        try await Bench.judging(input) { bench in
            try await bench.cutEverywhere(.fullRefresh, expected: "each of the \(bench.objects.count) rows once")
        }
    }
}

extension Bench {
    /// Cuts a run at each of its steps, finishes it, and compares.
    func cutEverywhere(_ type: SyncType, expected: String) async throws -> [Finding] {
        let plan = plan(type, commitsOften: true)
        let shown = input.profile == .quick ? Array(objects.suffix(4)) : Array(objects.suffix(8))
        let whole = try await successful(plan, of: upstream(shown), at: "uninterrupted sync")
        for cut in whole.steps.indices {
            var dying = plan
            dying.cutBefore = cut
            let dead = try await run(dying, of: upstream(shown))
            let place = "cut before step \(cut) of \(whole.steps.count), a \(whole.steps[cut].rawValue)"
            let resumed = try await successful(plan, of: upstream(shown), into: dead.files, at: place)
            tally.add(Counters(items: 1))
            let findings = finding(
                try await difference(shown, resumed), at: place, expected: expected, resumed,
                cause: nil)
            if !findings.isEmpty { return findings }
        }
        return []
    }
}
