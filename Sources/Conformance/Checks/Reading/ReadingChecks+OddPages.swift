import Cassettes
import Columns
import Pipeline
import Tributary

// Pages as no author expects them.
extension ReadingChecks {
    static let oddPages = [emptyPage, shortPage, repeatedToken, longList, overlap, truncation]

    private static let emptyPage = Check(
        "read-empty-page-is-not-the-end", group: .reading, level: .simulated,
        proves: "A page without rows that leads on is followed.",
        method:
            "Full reads while the model puts pages without rows at the beginning, in the middle, twice in a row and "
            + "before the last page; the table must hold every row.",
        likelyCause: "A page without rows is taken for the last one. Upstreams filter after they cut their pages: only "
            + "their own sign ends a list.", profile: .quick,
        catches: "empty-page-taken-as-end-despite-has-more"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandPages()
            guard bench.endpoint.leadsOnFromEmptyPages else {
                throw Bench.Verdicted(verdict: .notApplicable("A page without rows is this API's sign of the end."))
            }
            let last = max(1, (bench.objects.count + 2) / 3 - 1)
            for (place, pages) in [
                ("at the beginning", [0: 1]), ("before the second page", [1: 1]), ("twice in a row", [1: 2]),
                ("before the last page", [last: 1]),
            ] {
                var quirks = ModelQuirks()
                quirks.emptyPages = pages
                let findings = try await bench.unchanged(by: quirks, at: "full read, pages without rows \(place)")
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let shortPage = Check(
        "read-short-page-is-not-the-end", group: .reading, level: .simulated,
        proves: "A page with fewer rows than were asked for that leads on is followed.",
        method:
            "Full reads while the pages have 1, 3, 2, … rows, whatever was asked for; the table must hold every row.",
        likelyCause: "The rows of a page are counted against the number that was asked for. Upstreams give fewer: only "
            + "their own sign ends a list.",
        catches: "short-page-taken-as-end"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandPages()
            if bench.endpoint.page.endsWithShortPage {
                throw Bench.Verdicted(verdict: .notApplicable("A short page is this API's sign of the end."))
            }
            for sizes in [[1, 3, 2], [3, 1], [2, 2, 1]] {
                var quirks = ModelQuirks()
                quirks.sizes = sizes
                let names = sizes.map(String.init).joined(separator: ", ")
                let findings = try await bench.unchanged(by: quirks, at: "full read, \(names), … rows a page")
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let repeatedToken = Check(
        "read-terminates-on-repeated-token", group: .reading, level: .fault,
        proves: "A list whose positions run in a circle ends with an error, not never.",
        method:
            "Full reads while the model's positions lead in circles of one, two and three pages. The read must fail "
            + "within as many requests as twice the pages; a list by offset or number must at least end, within 1,000.",
        likelyCause: "Positions that were seen are not remembered, or only the last of them.", profile: .quick,
        catches: "repeated-next-token-loops", "token-cycle-longer-than-one"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandPages()
            let bench = bench.grown(to: 5)
            for circle in [1, 2, 3] {
                var quirks = ModelQuirks()
                quirks.circle = circle
                quirks.collection = bench.collection.name
                // A number never comes again, so what tells such a list's end can only be that many pages brought nothing.
                let mayEnd = bench.endpoint.page.style.isCounted
                if mayEnd && circle > 1 { continue }
                let budget = mayEnd ? 1_000 : 4 * (bench.objects.count + bench.owners.count) + 8
                var plan = bench.plan(.fullRefresh)
                plan.requestLimit = max(plan.requestLimit, budget)
                let run = try await bench.run(plan, of: bench.upstream(quirks: quirks, pageSize: 1))
                let asked = run.log.requests.count
                if asked <= budget, run.error != nil || mayEnd, !(run.error is LabBudgetExceeded) { continue }
                return [
                    Finding(
                        at: "full read, positions in a circle of \(circle) pages",
                        expected: "an error within \(budget) requests",
                        actual: run.error == nil
                            ? "The read succeeded after \(asked) requests."
                            : "\(asked.counted("request was", "requests were")) made; it ended with: \(run.error.map { "\($0)" } ?? "")",
                        witness: run.log.requests.suffix(4).map(\.description),
                        cause: mayEnd
                            ? "The answers say without end that more follows: give up with an error after pages that bring "
                                + "nothing new, or after far more of them than a list can have."
                            : circle > 1 ? "Only the last position is remembered, not those before it." : nil)
                ]
            }
            return []
        }
    }

    private static let longList = Check(
        "read-long-list-complete", group: .reading, level: .simulated,
        proves: "A list of hundreds of pages comes whole, or the read fails: it does not stop after so many pages.",
        method:
            "Full reads of copies of the table's objects, one a page: 320 pages, 1,100 in the profile hostile; and of 1,100 "
            + "rows on as few pages as the API allows, or in one table of a database. A read that succeeds must have every row.",
        likelyCause: "A guard against endless lists counts pages and ends the read in silence: throw an error there.",
        catches: "page-cap-ends-in-silence"
    ) { input in
        try await Bench.judging(input) { bench in
            if bench.sql == nil { try bench.demandPages() }
            if bench.endpoint.resultCap != nil {
                throw Bench.Verdicted(verdict: .notApplicable("The upstream caps its results."))
            }
            if bench.sql == nil, try input.profile == .hostile || input.placeAmongAlike == 0 {
                let findings = try await bench.longRead(rows: input.profile == .hostile ? 1_100 : 320, pageSize: 1)
                if !findings.isEmpty { return findings }
            }
            let page = min(100, bench.endpoint.page.maximumSize)
            return try await bench.longRead(rows: 1_100, pageSize: page)
        }
    }

    private static let overlap = Check(
        "read-overlapping-pages", group: .reading, level: .fault,
        proves: "Rows that come again on the next page stand in the table once.",
        method:
            "Incremental syncs while each page repeats the last row, half and all of the rows of the page before, with "
            + "one commit and with a commit after every two rows.",
        likelyCause:
            "Rows are added where they should be merged by their key, or a row that came before counts as new.",
        catches: "rows-numbered-as-they-come"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandPages()
            guard bench.schema.mode == .incremental else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The table is read by full refreshes, which take rows as they come."))
            }
            guard bench.endpoint.page.style != .offset, bench.endpoint.resultCap == nil else {
                throw Bench.Verdicted(verdict: .notApplicable("Offsets count rows, so pages cannot overlap."))
            }
            guard !bench.endpoint.endsByCounting else {
                throw Bench.Verdicted(
                    verdict: .notApplicable(
                        "The answers state a total: who counts rows up to it cannot see them twice."))
            }
            for (count, often) in [(1, false), (1, true), (2, true), (3, false)] {
                var quirks = ModelQuirks()
                quirks.overlap = count
                let place = "sync, each page repeating \(count) of 3 rows\(often ? ", a commit every two rows" : "")"
                let run = try await bench.successful(
                    bench.plan(commitsOften: often), of: bench.upstream(quirks: quirks), at: place)
                let findings = bench.finding(
                    try await bench.difference(bench.objects, run), at: place, expected: "each row once", run)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let truncation = Check(
        "read-truncation-detected", group: .reading, level: .fault,
        proves: "A read that gets fewer rows than the upstream says there are fails.",
        method:
            "Full reads while the model keeps back the last row, half a page and the last page, and goes on stating "
            + "the total, or that more follows. The sync must fail.",
        likelyCause:
            "A page without rows or without a position is taken for the end although the upstream says that more "
            + "follows.",
        catches: "claim-of-more-not-believed", "total-not-looked-at"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandPages()
            let statesMore = bench.endpoint.says(.more)
            guard statesMore || bench.endpoint.says(.total) else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The answers state neither a total nor whether more follows."))
            }
            guard statesMore || bench.endpoint.page.style.isCounted else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("A link or a token says where the list goes on; the total is an aside."))
            }
            for count in [1, 2, 3] where count < bench.objects.count {
                var quirks = ModelQuirks()
                quirks.withheld = count
                quirks.collection = bench.collection.name
                let run = try await bench.run(bench.plan(.fullRefresh), of: bench.upstream(quirks: quirks))
                if run.error != nil, !(run.error is LabBudgetExceeded) { continue }
                return [
                    Finding(
                        at: "full read, the last \(count) rows kept back",
                        expected: "an error, since the upstream states "
                            + (statesMore ? "that more follows" : "a total of \(bench.objects.count)"),
                        actual: run.error == nil
                            ? "The sync succeeded with \(run.summary?.rowsRead ?? 0) rows."
                            : "The read went on without end.", history: run.log.lines(),
                        cause: run.error == nil
                            ? nil
                            : "Pages without rows are asked for as long as the answers say that more follows: give up with "
                                + "an error after pages that bring nothing new.")
                ]
            }
            return []
        }
    }
}

extension ModelDeclaration.Endpoint {
    /// Whether nothing but the number of rows says where the list ends: a total, and no sign of more.
    fileprivate var endsByCounting: Bool {
        page.style.isCounted && says(.total) && !says(.more)
    }

    /// Whether a page without rows can say where the next one is.
    var leadsOnFromEmptyPages: Bool {
        guard !page.endsWithEmptyPage else { return false }
        return page.hasTokens || page.style == .page && says(.more)
    }
}

extension Bench {
    /// A full read of so many rows, which must bring all of them or fail.
    fileprivate func longRead(rows: Int, pageSize: Int) async throws -> [Finding] {
        let bench = grown(to: rows)
        var plan = bench.plan(.fullRefresh)
        let pages = (rows + pageSize - 1) / pageSize
        plan.requestLimit = 8 * pages + 200
        let run = try await bench.run(plan, of: bench.upstream(pageSize: pageSize))
        guard run.error == nil || run.error is LabBudgetExceeded else {
            bench.tally.add(Counters(rows: rows))
            return []
        }
        return bench.finding(
            try await bench.difference(bench.objects, run),
            at: "full read of \(rows) rows" + (sql == nil ? ", \(pageSize) a page" : ""),
            expected: "all \(rows) rows, or an error", run)
    }

    /// Ends a check that is about pages of an HTTP API.
    func demandPages() throws {
        try demandHTTP()
        if endpoint.page.style == .single {
            throw Verdicted(verdict: .notApplicable("The list comes in one answer."))
        }
    }

    /// An upstream that pages oddly.
    func upstream(
        _ visible: [World.Object]? = nil, quirks: ModelQuirks, pageSize: Int? = nil
    ) throws -> ModelUpstream {
        var upstream = try upstream(visible, pageSize: pageSize)
        upstream.quirks = quirks
        if upstream.quirks.collection == nil { upstream.quirks.collection = collection.name }
        return upstream
    }

    /// A full read of an upstream that pages oddly: it must give every row.
    func unchanged(by quirks: ModelQuirks, at place: String) async throws -> [Finding] {
        let run = try await successful(plan(.fullRefresh), of: upstream(quirks: quirks), at: place)
        return finding(
            try await difference(objects, run), at: place, expected: "all \(objects.count) rows of the upstream", run)
    }
}
