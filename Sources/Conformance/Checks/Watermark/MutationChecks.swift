import Cassettes
import Columns
import Pipeline
import Tributary

/// Rows that change while they are read, and rows without a cursor value.
enum MutationChecks {
    static let all = [updateDuringRun, nullCursor]

    private static let updateDuringRun = Check(
        "watermark-update-during-run", group: .watermark, level: .simulated,
        proves:
            "A row that changes while a sync pages is there afterwards in one version, and in the newer one after the "
            + "next sync; no other row is lost.",
        method:
            "Between each two requests of a sync in turn, the model changes a row that was read already, and one that "
            + "was not; so also between a cut and the next run. Then one more sync. In a list that comes newest first a row "
            + "that changes before it was read moves behind its reader: the next sync must bring it.",
        likelyCause:
            "The stored value passes over a change that was made behind the reader: an unsorted list needs a lookback "
            + "that covers its longest read, a sorted one an order by the cursor, and a lookback of a few units of its "
            + "times where a change may get a time that was read already.",
        catches: "watermark-beyond-sync-start", "resume-id-without-window-bound"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            guard bench.collection.cursorMovesOnUpdate == true else {
                throw Bench.Verdicted(verdict: .notApplicable("A change does not move the cursor of this table."))
            }
            if let reason = try await bench.movesUnderItsReader() {
                throw Bench.Verdicted(verdict: .notApplicable(reason))
            }
            let during = try await bench.changingBetweenRequests()
            return during.isEmpty ? try await bench.changingBetweenAttempts() : during
        }
    }

    private static let nullCursor = Check(
        "watermark-null-cursor-policy", group: .watermark, level: .simulated,
        proves: "Rows without a cursor value come in the first incremental sync as they do in a full refresh, or are "
            + "refused with a typed error; they never vanish.",
        method:
            "A row whose cursor is null, missing or an empty text stands first, in the middle and last; a first "
            + "incremental sync is compared with a full refresh. Then one more sync. Of a database, a first sync over many "
            + "rows without a value is cut after each commit, and goes on from its position, and without it; with a start of "
            + "history, too, and from its position by appending. Rows that are all without a value are appended twice.",
        likelyCause:
            "The first sync sends a bound of its own, such as 1970, which leaves out rows without a value; or such rows "
            + "are skipped in the code.",
        catches: "null-cursor-rows-never-read", "rest-of-null-cursors-lost", "values-read-again-among-null-cursors",
        "null-cursors-left-out-behind-a-watermark", "null-cursors-appended-again",
        "nulls-read-before-a-start-of-history"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            guard let name = bench.collection.cursor else { return [] }
            if bench.cursorIsKey {
                throw Bench.Verdicted(verdict: .notApplicable("The cursor is the primary key: no row is without it."))
            }
            for kind in NullKind.allCases {
                for index in [0, bench.objects.count / 2, bench.objects.count - 1] {
                    let findings = try await bench.withoutCursor(kind, at: index, name)
                    if !findings.isEmpty { return findings }
                }
            }
            return try await bench.cutAmongNulls(name)
        }
    }

    /// How a value may be missing.
    enum NullKind: String, CaseIterable {
        case null
        case missing
        case empty = "an empty text"
    }
}

extension Bench {
    /// Why no reader could hold on to this list while rows move in it; nil where one can.
    func movesUnderItsReader() async throws -> String? {
        let style = endpoint.page.style
        let isNumbered =
            style == .page || style == .offset
            || ((style == .link || style == .nextURL) && endpoint.page.parameter == "page")
        guard isNumbered else { return nil }
        return "The API numbers its pages, so a row that moves shifts all others: no reader of it can be exact while "
            + "rows change."
    }

    func changingBetweenRequests() async throws -> [Finding] {
        var plan = plan()
        // What a source declares for rows that are restated is what it may count on here.
        plan.lookback = nil
        let pages = Lock<[[String]]>([])
        plan.onEmit = { item, _ in
            let rows = try item.map(Self.rows) ?? []
            if !rows.isEmpty { pages.withLock { $0.append(rows.map { ModelPage.key(of: $0, by: collection.key) }) } }
        }
        let whole = try await successful(plan, of: upstream(), at: "sync")
        let order = pages.withLock { $0 }
        let isNewestFirst = comesNewestFirst(order.flatMap { $0 })
        plan.onEmit = nil
        let requests = whole.log.requests.count { isList($0) }
        for index in try spread(Array(1..<max(2, requests))) where order.indices.contains(index) {
            let read = order[index - 1].first
            let unread = order[index...].last?.last
            let findings = try await changing(
                read, unread, beforeRequest: index, plan, leavingFor: isNewestFirst ? unread : nil)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Whether rows of these keys, in the order in which they came, are sorted by a cursor that falls.
    private func comesNewestFirst(_ keys: [String]) -> Bool {
        let byKey = Dictionary(objects.map { (key($0), $0) }) { first, _ in first }
        let rows = keys.compactMap { byKey[$0] }
        let descending = [ModelDeclaration.Order(field: collection.cursor ?? "", isDescending: true)]
        guard let first = rows.first, let last = rows.last, cursor(first) != cursor(last) else { return false }
        return ModelOrder.sorted(rows, by: descending).map(cursor) == rows.map(cursor)
    }

    /// - Parameter later: the row that the next sync may bring, for it moves behind the reader of this one.
    private func changing(
        _ read: String?, _ unread: String?, beforeRequest index: Int, _ plan: Lab.Plan, leavingFor later: String?
    ) async throws -> [Finding] {
        let upstream = try upstream()
        let (name, names, top) = (collection.name, collection.key, newest)
        for (victim, delay) in [(read, Int64(60_000_000)), (unread, 120_000_000)] {
            guard let old = objects.first(where: { key($0) == victim }) else { continue }
            let new = updated(old, to: top + delay, as: "changed")
            upstream.world.change(beforeRequest: index) { world in
                let place = world.collections[name]?.firstIndex { ModelPage.key(of: $0.body, by: names) == victim }
                if let place { world.update(name, at: place) { $0 = new } }
            }
        }
        let place =
            "before request \(index) \(read ?? "") (read already) changes, and then \(unread ?? "") (not read yet)"
        let run = try await successful(plan, of: upstream, at: place)
        let after = upstream.world.current.visible(name)
        let missing = try await difference(after.filter { key($0) != later }, run).missing
        if !missing.isEmpty {
            return [
                Finding(
                    at: place, expected: "every row, in one version or another",
                    actual: "\(missing.count.counted("row is", "rows are")) not in the table.",
                    witness: missing.map(TableDiff.text),
                    history: run.log.lines())
            ]
        }
        let next = try await successful(
            plan, of: self.upstream(after, later: .seconds(3_600)), into: run.files, at: "\(place), next sync")
        return finding(
            try await difference(after, next),
            at: "\(place), after the next sync; stored \(run.summary?.watermarkAfter ?? "nothing"), "
                + "bound sent: \(boundTexts(next))",
            expected: "the rows as they are now", next)
    }

    /// A row that was stored changes while the sync is down.
    func changingBetweenAttempts() async throws -> [Finding] {
        var plan = plan(commitsOften: true)
        plan.lookback = nil
        plan.keepsLakes = true
        let whole = try await successful(plan, of: upstream(), at: "sync")
        plan.keepsLakes = false
        let top = newest
        for cut in try commits(of: whole) {
            guard let stored = try await storedTable(cut.files), !stored.rows.isEmpty else { continue }
            let there = Set(stored.rows.map(\.key))
            guard let victim = objects.firstIndex(where: { there.contains(tableKey($0)) }) else { continue }
            let other = objects.lastIndex { !there.contains(tableKey($0)) }
            // Inside the span that the sync was reading, and newer than what was stored of the row.
            // A counter is drawn once: what changes gets a number of its own.
            // A time that a row has already is given again only where times are coarse.
            let again = spelling.unit >= 1_000_000 ? top : top + spelling.unit
            for position in spelling.isTime ? [again, top + 60_000_000] : [top + 1] {
                var now = objects
                now[victim] = updated(now[victim], to: position, as: "changed")
                if let other { now[other] = updated(now[other], to: position + 60_000_000, as: "changed") }
                let place = "\(cut.place); meanwhile \(key(now[victim])) changes"
                var run = try await successful(plan, of: upstream(now, later: .seconds(60)), into: cut.files, at: place)
                run = try await successful(
                    plan, of: upstream(now, later: .seconds(3_600)), into: run.files, at: "\(place), next sync")
                let findings = finding(
                    try await difference(now, run), at: "\(place), after two syncs",
                    expected: "the rows as they are now",
                    run)
                if !findings.isEmpty { return findings }
            }
        }
        return []
    }

    func withoutCursor(_ kind: MutationChecks.NullKind, at index: Int, _ name: String) async throws -> [Finding] {
        var shown = objects
        switch kind {
        case .null: shown[index].body[path: name] = .null
        case .missing: shown[index].body[path: name] = nil
        case .empty:
            if cursor(objects[index]).string == nil || sql != nil { return [] }
            shown[index].body[path: name] = ""
        }
        let place = "\(key(objects[index])) with a cursor that is \(kind.rawValue)"
        let full = try await run(plan(.fullRefresh), of: upstream(shown))
        let first = try await run(plan(), of: upstream(shown))
        if let error = first.error {
            if error is SourceError { return [] }
            return [
                Finding(
                    at: place, expected: "the row, or a typed error", actual: "It ended with: \(error)",
                    history: first.log.lines())
            ]
        }
        guard full.error == nil, try await table(full)?.byKey[tableKey(objects[index])] != nil else { return [] }
        let second = try await successful(
            plan(), of: upstream(shown, later: .seconds(3_600)), into: first.files, at: "\(place), next sync")
        for (name, run) in [("first incremental sync", first), ("next sync", second)] {
            tally.add(Counters(rows: shown.count))
            let missing = try await difference(shown, run).missing
            if missing.isEmpty { continue }
            return [
                Finding(
                    at: "\(place), \(name); bound sent: \(boundTexts(run))",
                    expected: "the \(shown.count) rows of a full refresh", actual: "\(missing.count) are not there.",
                    witness: missing.map { "lost: \(TableDiff.text($0))" }, history: run.log.lines())
            ]
        }
        return []
    }
}
