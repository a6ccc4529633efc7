import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

/// Positions that are stored: never beyond the rows, and what becomes of those that the upstream has forgotten.
enum PositionChecks {
    static let all = [midPage, neverAhead, expiredToken]

    private static let midPage = Check(
        "resume-mid-page", group: .resume, level: .meta,
        proves: "When a batch ends inside a page, the stored position does not lie beyond the rows that are stored.",
        method:
            "Pages of four rows, batches of 1, 3 and 5 rows and of a few bytes, a commit after each; from each stored "
            + "state the next sync must complete the table.",
        likelyCause:
            "The position behind the whole page is handed over with its first rows: hand it over with the last row of "
            + "the page, or with the page as one item.",
        catches: "position-with-the-first-row-of-a-page", "position-ahead-of-emitted-page"
    ) { input in
        try await Bench.judging(input) { bench in
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                // Rows are of any length: batches of a few bytes may be those of so many rows.
                var seen: Set<[Int]> = []
                for (rows, bytes) in [(1, nil), (3, nil), (5, nil), (5_000, 300)] as [(Int, Int?)] {
                    let findings = try await bench.midPage(type, rows: rows, bytes: bytes, unless: &seen)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static let neverAhead = Check(
        "resume-checkpoint-never-ahead", group: .resume, level: .simulated,
        proves: "No stored position covers a row that is not in the table.",
        method:
            "Each stored state of a run is held against the one log of hand-overs: all rows that were handed over up to "
            + "the stored position must be in the table or in its rebuild. Commits after two rows, after five, and with "
            + "a disk that refuses the second commit.",
        likelyCause:
            "A position is stored when it is known, not when its rows are: rows wait in a buffer while it is saved.",
        catches: "saved-before-the-hand-over-is-confirmed"
    ) { input in
        try await Bench.judging(input) { bench in
            for rows in [2, 5] {
                for failingCommit in [nil, 2] as [Int?] {
                    let findings = try await bench.heldAgainstLog(rows: rows, failingCommit: failingCommit)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static let expiredToken = Check(
        "resume-expired-token", group: .resume, level: .fault,
        proves:
            "A stored position that the upstream no longer knows costs no row: the read starts again, or says why not.",
        method:
            "A sync is cut after each commit that stored a position; the upstream then refuses that position with 400, "
            + "404, 410 and 400 «expired» until a list is begun anew; where a list belongs to a parent with 400 alone, since "
            + "404 and 410 say that the parent is gone. The sync must complete the table, or fail with a "
            + "typed error, and the one after it must complete the table. A read of a database is handed the position of another "
            + "kind of sync, and its own with parts that lack or differ: it must bring each row once, or fail.",
        likelyCause:
            "The refusal is read as an empty page or as the end of the list. Answer it with `.expireResumeToken`, so "
            + "that the runtime starts the read again.",
        catches: "refused-position-taken-as-the-end", "position-of-another-order-taken-as-the-end",
        "position-of-another-order-taken-as-the-start"
    ) { input in
        try await Bench.judging(input) { bench in
            bench.sql == nil ? try await bench.refusingPositions() : try await bench.strangePositions()
        }
    }
}

extension Bench {
    /// Resumes from each stored position of a sync with small batches, unless a sync with these batches was looked at.
    func midPage(
        _ type: SyncType, rows: Int, bytes: Int?, unless seen: inout Set<[Int]>
    ) async throws -> [Finding] {
        var plan = plan(type, commitsOften: true)
        plan.options.batchRows = rows
        if let bytes { plan.options.batchBytes = bytes }
        let shown = Array(objects.prefix(9))
        plan.keepsLakes = true
        let limit = bytes.map { "\($0) bytes" } ?? "\(rows) rows"
        let whole = try await successful(plan, of: upstream(shown, pageSize: 4), at: "batches of \(limit)")
        plan = self.plan(type)
        guard seen.insert(whole.log.batches).inserted else { return [] }
        for cut in try commits(of: whole) {
            let place = "\(type.rawValue), pages of 4 rows, batches of \(limit), \(cut.place)"
            let resumed = try await successful(plan, of: upstream(shown, pageSize: 4), into: cut.files, at: place)
            let findings = finding(
                try await difference(shown, resumed), at: place, expected: "all \(shown.count) rows, each once",
                resumed,
                cause: "The stored position lies behind rows of the page that were still to be stored.")
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Holds each stored position against what was handed over up to it.
    func heldAgainstLog(rows: Int, failingCommit: Int?) async throws -> [Finding] {
        var plan = plan(commitsOften: true)
        plan.options.batchRows = rows
        plan.keepsLakes = true
        let handed = Lock<[(token: String?, keys: [TableImage.Key])]>([])
        plan.onEmit = { item, token in
            let rows = try item.map(Self.rows) ?? []
            let keys = rows.map { tableKey($0) }
            handed.withLock { $0.append((token?.value.text, keys)) }
        }
        if let failingCommit { plan.storage = { FailingWrites($0, .commit, failing: failingCommit) } }
        let whole = try await run(plan, of: upstream())
        let log = handed.withLock { $0 }
        let place = "batches of \(rows) rows" + (failingCommit.map { ", commit \($0) refused by the disk" } ?? "")
        for cut in try commits(of: whole) {
            // Some hand-overs have a position in common, in front of rows that are read again: it covers the first.
            guard let token = stored(cut.files)?.token, let last = log.firstIndex(where: { $0.token == token }) else {
                continue
            }
            // A rebuild that has been published may still be there, half swept away: its rows are in the table then.
            let table = try await lab.table(schema.name, in: cut.files, keys: keyColumns)
            let hasStage = StoredState.newest(in: cut.files, isStage: true) != nil
            let stage =
                hasStage
                ? try? await lab.table(schema.name, in: cut.files, keys: keyColumns, stage: "rebuild") : nil
            let stored = (table?.rows ?? []) + (stage?.rows ?? [])
            let there = Set(stored.map(\.key))
            let covered = log[...last].flatMap(\.keys)
            tally.add(Counters(rows: covered.count))
            // Rows without a key can only be counted.
            let missing =
                keyColumns.isEmpty
                ? Array(covered.dropFirst(stored.count)) : covered.filter { !there.contains($0) }
            if missing.isEmpty { continue }
            return [
                Finding(
                    at: "\(place), \(cut.place)", expected: "the rows that the position covers are stored with it",
                    actual: "\(missing.count) of \(covered.count) rows are not.",
                    witness: missing.map { "not stored: \(TableDiff.text($0))" }, history: whole.log.lines())
            ]
        }
        return []
    }

    func refusingPositions() async throws -> [Finding] {
        for type in Set([schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
            var plan = plan(type, commitsOften: true)
            plan.keepsLakes = true
            let whole = try await successful(plan, of: upstream(), at: "uninterrupted sync")
            plan.keepsLakes = false
            let cuts = everyCommit(of: whole).filter { stored($0.files)?.token != nil }
            guard let first = cuts.first, let last = cuts.last else { continue }
            for (status, text) in refusals {
                for cut in cuts.count > 1 ? [first, last] : [first] {
                    let findings = try await refusing(status, text, plan, cut)
                    if !findings.isEmpty { return findings }
                }
            }
        }
        if tally.sum.items == 0 {
            throw Verdicted(verdict: .notApplicable("The source hands over no positions, so none can be refused."))
        }
        return []
    }

    /// How the upstream may refuse a position. That a child's list is not there, or gone, says that its parent is, and that
    /// the list has ended.
    private var refusals: [(status: Int, text: String)] {
        let all = [(400, "invalid position"), (404, "no such object"), (410, "gone"), (400, "expired")]
        return !endpoint.scope.isEmpty ? all.filter { $0.0 == 400 } : all
    }

    private func refusing(_ status: Int, _ text: String, _ plan: Lab.Plan, _ cut: Cut) async throws -> [Finding] {
        let body: JSONValue = ["error": ["message": .string(text), "param": .string(endpoint.page.parameter)]]
        let upstream = TappedUpstream(try self.upstream(), "which refuses a stored position with \(status) «\(text)»") {
            let hasBegun = Lock(false)
            return { request, base in
                if isContinuation(request) {
                    if !hasBegun.withLock({ $0 }) { return .made(status, body, url: request.url) }
                } else if (try? ModelCall(request)).map({ endpoint.names(for: $0) != nil }) == true {
                    hasBegun.withLock { $0 = true }
                }
                return try await base.send(request)
            }
        }
        let run = try await run(plan, of: upstream, into: cut.files)
        let place = "position refused with \(status) «\(text)», \(cut.place)"
        tally.add(Counters(items: 1))
        if let error = run.error, !(error is SourceError) {
            return [
                Finding(
                    at: place, expected: "a new start, or a typed error", actual: "It ended with: \(error)",
                    history: run.log.lines())
            ]
        }
        let last =
            run.error == nil
            ? run : try await successful(plan, of: self.upstream(), into: run.files, at: "\(place), then run again")
        return finding(
            try await difference(objects, last), at: place, expected: "all \(objects.count) rows", last,
            cause: "The refusal was taken for the end of the list.")
    }
}
