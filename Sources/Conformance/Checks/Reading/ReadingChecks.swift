import Cassettes
import Columns
import Pipeline
import Tributary

/// Group C: every row, whatever the pages.
enum ReadingChecks {
    static let all =
        [rowsEqualModel, pageSizeInvariant, terminatesAtLastPage] + oddPages + changing + relations + columns
        + selection + windows + spelling + recorded + [hostile]

    private static let rowsEqualModel = Check(
        "read-rows-equal-model", group: .reading, level: .simulated,
        proves: "A full read gives exactly the rows that the upstream has, whatever their number is.",
        method:
            "A model of the upstream shows 0, 1, p-1, p, p+1, 2p and 3p+1 objects at page size p = 3. Each time the "
            + "lake's table is compared with the objects, by key and by each value: null is no empty text, no zero and no "
            + "false, a truth value no word, and a number that was rounded another one.",
        likelyCause: "Reading ends before the last page, or rows are dropped or changed on the way.", profile: .quick,
        catches: "first-page-only", "cursor-decoded-before-it-is-sent", "nested-list-first-page-only",
        "terminal-page-null-list-crashes",
        "result-window-cap-truncates", "reanchor-on-timestamp-stuck-on-ties", "page-number-missing-in-sync-mode",
        "page-cap-reported-as-complete", "null-batch-closes-bounded-read", "zero-becomes-null", "truth-becomes-a-word",
        "null-becomes-an-empty-text", "token-sent-under-another-name", "transport-of-the-first-connection-kept"
    ) { input in
        try await Bench.judging(input) { bench in
            for count in [0, 1, 2, 3, 4, 6, 10] where count <= bench.objects.count {
                let shown = Array(bench.objects.prefix(count))
                let run = try await bench.successful(
                    bench.plan(.fullRefresh), of: bench.upstream(shown), at: "full read of \(count) rows")
                let difference = try await bench.difference(shown, run)
                let findings = bench.finding(
                    difference, at: "full read of \(count) rows in pages of 3",
                    expected: "all \(count) rows of the upstream, each once", run,
                    cause: difference.isEmpty ? nil : try await bench.causeInFullRead(difference))
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let pageSizeInvariant = Check(
        "read-page-size-invariant", group: .reading, level: .meta,
        proves: "The table does not depend on how many rows the upstream puts on a page.",
        method: "Full reads while the model gives 1, 2, 7 and all rows a page, whatever size was asked for; all tables "
            + "must hold the upstream's rows.",
        likelyCause: "A page with fewer rows than were asked for is taken as the last one. Upstreams clamp sizes: only "
            + "their own sign ends a list.",
        catches: "short-page-means-end-when-limit-clamped"
    ) { input in
        try await Bench.judging(input) { bench in
            guard bench.endpoint.page.style != .single || bench.sql != nil else {
                throw Bench.Verdicted(verdict: .notApplicable("The list comes in one answer."))
            }
            for size in [1, 2, 7, bench.objects.count] {
                let run = try await bench.successful(
                    bench.plan(.fullRefresh), of: bench.upstream(pageSize: size), at: "full read, \(size) rows a page")
                let findings = bench.finding(
                    try await bench.difference(bench.objects, run), at: "full read, \(size) rows a page",
                    expected: "the same \(bench.objects.count) rows as with any other page size", run)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let terminatesAtLastPage = Check(
        "read-terminates-at-last-page", group: .reading, level: .simulated,
        proves: "After the last page nothing more is asked for.",
        method: "Full reads of n rows in pages of p: the requests for the list must be as many as there are pages.",
        likelyCause: "The upstream's own sign of the end is not looked at, so that one page too many is asked for.",
        catches: "request-after-last-page", "next-link-present-after-last-page"
    ) { input in
        try await Bench.judging(input) { bench in
            for size in [2, 3, bench.objects.count] {
                let run = try await bench.successful(
                    bench.plan(.fullRefresh), of: bench.upstream(pageSize: size), at: "full read, \(size) rows a page")
                let lists = run.log.requests.filter { bench.isList($0) }
                // A source may cut the list into windows: each has a last page of its own.
                let windows = max(1, Set(lists.filter(bench.isBounded).map(bench.boundText)).count)
                let pages = bench.pages(of: bench.objects, size: size) + windows - 1
                let asked = lists.count
                if asked > pages {
                    return [
                        Finding(
                            at: "full read, \(size) rows a page", expected: "\(pages) requests, one for each page",
                            actual: "\(asked.counted("request was", "requests were")) made.",
                            witness: run.log.requests.suffix(3).map(\.description),
                            history: run.log.lines())
                    ]
                }
            }
            return []
        }
    }
}

extension Bench {
    /// Whether a request asks for this table's list.
    func isList(_ request: LoggedRequest) -> Bool {
        guard let call = try? ModelCall(request.request) else { return false }
        return endpoint.names(for: call) != nil
    }
}

extension Bench {
    /// What all rows tell of a difference that a few have shown: one row that lacks may lack for any reason.
    fileprivate func causeInFullRead(_ difference: TableDiff) async throws -> String? {
        if difference.isOfValues {
            return "A value is changed on its way: converted, rounded, cut, or replaced where it is empty."
        }
        let whole = try await run(plan(.fullRefresh), of: upstream())
        guard whole.error == nil else { return nil }
        return causeOfLoss(try await self.difference(objects, whole), among: objects, pageSize: 3)
    }
}
