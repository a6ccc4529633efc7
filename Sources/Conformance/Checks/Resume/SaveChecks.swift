import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

/// What a failure leaves behind.
enum SaveChecks {
    static let all = [failedSave, firstPage]

    private static let failedSave = Check(
        "resume-failed-save-is-failure", group: .resume, level: .fault,
        proves: "A sync whose write fails does not report success, and what was stored before stays good.",
        method:
            "The disk refuses one file and one commit of a sync after another, up to 6 of each that are spread over the "
            + "sync and all in the profile hostile, over no table and over one with the older half of the rows; the sync must "
            + "end with an error, the newest state must be an older one, and the next sync must complete the table.",
        likelyCause:
            "The error of the write is logged and swallowed, or what the failed write would have stored is kept.",
        catches: "failed-save-swallowed", "watermark-computed-before-write"
    ) { input in
        try await Bench.judging(input) { bench in
            let shown = Array(bench.objects.prefix(8))
            let half = bench.firstHalf(of: shown)
            let old = try await bench.successful(bench.plan(), of: bench.upstream(half), at: "earlier sync")
            for (base, files) in [("no table", [:]), ("a table of \(half.count) rows", old.files)] {
                let findings = try await bench.failingWrites(shown, over: files, base)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let firstPage = Check(
        "resume-first-page-failure-leaves-nothing", group: .resume, level: .fault,
        proves: "A sync that fails before its first row leaves the table and the stored state as they were.",
        method:
            "The first request of an increment and of a full refresh fails with 400, 401, 403, 500, a reset connection "
            + "and half a body (of a database: a missing permission, a syntax error, a lost connection), over no table "
            + "and over one; lake and state must be what they were.",
        likelyCause: "The table is cleared, or a finishing position stored, before the first row is there.",
        catches: "failed-refresh-empties-table", "watermark-stamped-on-failure"
    ) { input in
        try await Bench.judging(input) { bench in
            let old = try await bench.successful(bench.plan(), of: bench.upstream(), at: "earlier sync")
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                for (fault, upstream) in try bench.failingFirstUpstreams() {
                    for files in [[:], old.files] {
                        let findings = try await bench.failingFirst(type, fault, upstream, over: files)
                        if !findings.isEmpty { return findings }
                    }
                }
            }
            return []
        }
    }

    fileprivate static var faults: [WireFault] {
        let statuses = [400, 401, 403, 500].map { status in
            WireFault.status(status, ["error": ["message": "Refused."]], at: nil, isLasting: true)
        }
        let reset = WireFault(what: "a reset connection", index: nil, isLasting: true) { _ in
            throw SourceError(
                .unreachable, "Reading the answer: the connection was reset.", recovery: .retry(after: nil))
        }
        return statuses + [reset, .truncated(at: 0)]
    }
}

extension Bench {
    /// Upstreams that fail from the first request on, by what they do.
    func failingFirstUpstreams() throws -> [(String, any Upstream)] {
        guard sql != nil else {
            return try SaveChecks.faults.map { fault in
                (fault.what, FaultyUpstream(base: try upstream(later: .seconds(60)), fault: fault))
            }
        }
        let faults: [(String, SourceError.Kind, SourceError.Recovery)] = [
            ("a missing permission", .permissionDenied, .stop), ("a syntax error", .upstreamFailure, .stop),
            ("a lost connection", .unreachable, .retry(after: nil)),
        ]
        return try faults.map { what, kind, recovery in
            var weather = Bench.pieces
            weather.before = { _, _ in
                throw SourceError(kind, "Reading from the database: \(what).", recovery: recovery)
            }
            return (what, try database(weather: weather))
        }
    }

    /// About the first half of some rows. In an append sync it ends where a cursor value ends: rows that come later with a
    /// value that was read are not asked for.
    fileprivate func firstHalf(of rows: [World.Object]) -> [World.Object] {
        let half = rows.count / 2
        guard schema.mode == .append, collection.cursor != nil else { return Array(rows.prefix(half)) }
        let ends = rows.indices.filter { $0 > 0 && cursor(rows[$0]) != cursor(rows[$0 - 1]) }
        return Array(rows.prefix(ends.min { abs($0 - half) < abs($1 - half) } ?? 0))
    }

    /// Has the disk refuse each write of a sync in turn.
    func failingWrites(
        _ shown: [World.Object], over files: MemoryLake.Files, _ base: String
    ) async throws -> [Finding] {
        let plan = plan(commitsOften: true)
        let whole = try await successful(plan, of: upstream(shown), into: files, at: "undisturbed sync")
        for refused in FailingWrites.Kind.allCases {
            let writes = whole.steps.count { $0 == refused.step }
            for number in try spread(Array(1...max(1, writes)), most: 6) {
                let place = "\(refused.rawValue) \(number) of \(writes) refused by the disk, over \(base)"
                let findings = try await failingWrite(shown, plan, refused, number, over: files, at: place)
                if !findings.isEmpty { return findings }
            }
        }
        return []
    }

    private func failingWrite(
        _ shown: [World.Object], _ plan: Lab.Plan, _ kind: FailingWrites.Kind, _ number: Int,
        over files: MemoryLake.Files, at place: String
    ) async throws -> [Finding] {
        var failing = plan
        failing.storage = { FailingWrites($0, kind, failing: number) }
        let run = try await run(failing, of: upstream(shown), into: files)
        tally.add(Counters(items: 1))
        let complete = StoredState.newest(in: run.files)?("isComplete").bool == true
        // A lake that cannot be read any more is not whole either.
        let difference = try? await difference(shown, run)
        if run.error == nil, difference?.isEmpty != true || !complete {
            let state = stored(run.files)?.description ?? "nothing"
            let rows = difference?.summary ?? "a log that cannot be read"
            return [
                Finding(
                    at: place, expected: "an error",
                    actual: "The sync reports success; durable: \(state); the table has \(rows).",
                    history: run.log.lines())
            ]
        }
        let next = try await successful(plan, of: upstream(shown), into: run.files, at: "\(place), then run again")
        return finding(
            try await self.difference(shown, next), at: "\(place), then run again",
            expected: "all \(shown.count) rows", next)
    }

    func failingFirst(
        _ type: SyncType, _ fault: String, _ upstream: any Upstream, over files: MemoryLake.Files
    ) async throws -> [Finding] {
        let failed = try await run(plan(type), of: upstream, into: files)
        let place = "\(type.rawValue), first request: \(fault), over \(files.isEmpty ? "no table" : "a table")"
        tally.add(Counters(items: 1))
        guard failed.error != nil else {
            return [
                Finding(
                    at: place, expected: "an error", actual: "The sync reports success.", history: failed.log.lines())
            ]
        }
        if failed.files == files { return [] }
        let before = StoredState.newest(in: files)
        let after = StoredState.newest(in: failed.files)
        if before?.text != after?.text {
            return [
                Finding(
                    at: place, expected: "the stored state as before: \(before?.description ?? "none")",
                    actual: "Stored is: \(after?.description ?? "none").", history: failed.log.lines())
            ]
        }
        return finding(
            try await difference(files.isEmpty ? [] : objects, failed), at: place, expected: "the table as before",
            failed)
    }
}
