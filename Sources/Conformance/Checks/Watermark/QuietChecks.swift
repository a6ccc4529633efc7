import Cassettes
import Columns
import Pipeline
import Tributary

/// Syncs that find nothing.
enum QuietChecks {
    static let all = [emptyRun, idempotentRerun, futureState]

    private static let emptyRun = Check(
        "watermark-empty-run-keeps-state", group: .watermark, level: .simulated,
        proves: "A sync that finds nothing leaves the stored state and the table as they were.",
        method: "Sync; then the upstream answers with empty lists, an hour later, and the table is synced again. The "
            + "stored state must be the same, and the table's version, too.",
        likelyCause: "The source makes up a row or a value when nothing came.", profile: .quick,
        catches: "heartbeat-row-when-nothing-is-new"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            let second = try await bench.successful(
                bench.plan(), of: bench.upstream([], later: .seconds(3_600)), into: first.files, at: "sync of nothing")
            let findings = bench.finding(
                try await bench.difference(bench.objects, second), at: "sync of nothing",
                expected: "the table as it was", second)
            return findings.isEmpty ? bench.unchanged(first, second, at: "sync of nothing") : findings
        }
    }

    private static let idempotentRerun = Check(
        "watermark-idempotent-rerun", group: .watermark, level: .meta,
        proves: "Syncing again when nothing is new leaves the table equal.",
        method:
            "Sync, then three more an hour apart over the same objects; the same by appending, where it is offered.",
        likelyCause: "A key or another column holds something of the run, such as its time or number.", profile: .quick,
        catches: "key-from-volatile-export-id", "empty-key-list-disables-dedup"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let findings = try await bench.syncingAgain(bench.schema.mode)
            guard findings.isEmpty, bench.schema.mode != .append, try await bench.offeredTypes().contains(.append)
            else {
                return findings
            }
            return try await bench.syncingAgain(.append)
        }
    }

    private static let futureState = Check(
        "watermark-future-state-empty", group: .watermark, level: .simulated,
        proves:
            "A stored value later than all rows gives a sync without rows, without an error, and with the same value.",
        method:
            "Between two syncs ten years are added to the stored value, and then it is made the last moment of the year "
            + "9999 (of a counter: the greatest number); nothing may come, and nothing may change.",
        likelyCause:
            "The bound is computed without regard to overflow, or an empty answer is read as a reason to read all "
            + "again.",
        catches: "empty-increment-read-again-in-full"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            for (name, files) in bench.futures(first.files) {
                let place = "stored value \(name)"
                let run = try await bench.successful(
                    bench.plan(), of: bench.upstream(later: .seconds(3_600)), into: files, at: place)
                bench.tally.add(Counters(items: 1))
                var before = first
                before.files = files
                var findings = bench.unchanged(before, run, at: place)
                let answersNothing = !bench.bounds.isEmpty
                if findings.isEmpty, answersNothing, let rows = run.summary?.rowsRead, rows > 0 {
                    findings = [
                        Finding(
                            at: place, expected: "no rows",
                            actual: "\(rows.counted("row was", "rows were")) read; bounds: \(bench.boundTexts(run)).",
                            history: run.log.lines())
                    ]
                }
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

extension Bench {
    /// Syncs over the same objects, one after the other.
    func syncingAgain(_ type: SyncType) async throws -> [Finding] {
        var run = try await successful(plan(type), of: upstream(), at: "first sync")
        for repetition in 1...input.use.states(3) {
            let place = "\(type.rawValue) sync \(repetition + 1), with nothing new"
            let before = run.summary?.watermarkAfter
            run = try await successful(
                plan(type), of: upstream(later: .seconds(3_600 * repetition)), into: run.files, at: place)
            let findings = finding(
                try await difference(objects, run), at: place, expected: "the table as it was", run,
                cause: type == .append
                    ? "The bound is coarser than the values, or takes them in once more, so rows at the watermark come "
                        + "again and are appended again: offer no append for this table (supportsAppend)." : nil)
            if !findings.isEmpty { return findings }
            if run.summary?.watermarkAfter == before { continue }
            return [
                Finding(
                    at: place, expected: "last value \(before ?? "none"), as before",
                    actual: "\(run.summary?.watermarkAfter ?? "None") is stored.", history: run.log.lines())
            ]
        }
        return []
    }

    /// Whether a sync left the stored state as it was.
    func unchanged(_ before: Lab.Run, _ after: Lab.Run, at place: String) -> [Finding] {
        let (old, new) = (StoredState.newest(in: before.files), StoredState.newest(in: after.files))
        if Self.durable(old) == Self.durable(new) { return [] }
        return [
            Finding(
                at: place, expected: "the stored state as before: \(old?.description ?? "none")",
                actual: "Stored is: \(new?.description ?? "none").", history: after.log.lines())
        ]
    }

    /// A state without what tells the runs apart.
    private static func durable(_ state: StoredState?) -> String? {
        guard var value = state?.value else { return nil }
        value["runID"] = nil
        value["committedAt"] = nil
        // When a value ahead of the present was seen last says nothing of what is stored.
        value["lastAsOf"] = nil
        return JSONValue.object(value).text
    }

    /// The lake with stored values of the far future.
    func futures(_ files: MemoryLake.Files) -> [(String, MemoryLake.Files)] {
        guard let state = StoredState.newest(in: files), let kind = state("last")["type"]?.string,
            let text = state.mark("last")
        else { return [] }
        let end: Int64 = 253_402_300_799
        let (later, greatest): (String, String)
        switch kind {
        case "integer", "numeric":
            guard let number = Int64(text) else { return [] }
            let unit: Int64 = number > 100_000_000_000 ? 1_000 : 1
            later = String(number + (spelling.isTime ? 3_650 * 86_400 * unit : 1_000_000))
            greatest = String(spelling.isTime ? end * unit : .max)
        case "date":
            (later, greatest) = ("2099-12-31", "9999-12-31")
        case "objectid": return []
        default:
            guard let moment = TimestampParser.microseconds(text) else { return [] }
            later = CursorValue.timestamp(moment + 3_650 * 86_400_000_000).storedText
            greatest = "9999-12-31T23:59:59.999999Z"
        }
        return [("ten years later", later), ("as late as can be", greatest)].map { name, value in
            let changed = StoredState.changing(files) { $0["last"] = ["type": .string(kind), "value": .string(value)] }
            return (name, changed)
        }
    }
}
