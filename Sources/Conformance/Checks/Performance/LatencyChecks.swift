import Cassettes
import Columns
import Pipeline
import Tributary

/// Rows leave while the read goes on.
enum LatencyChecks {
    static let all = [firstBatch]

    private static let firstBatch = Check(
        "perf-first-batch-latency", group: .performance, level: .simulated,
        proves: "Rows are handed over page by page: the first ones leave before the third page is asked for.",
        method: "A full read of several pages; the requests before the first hand-over are counted.",
        likelyCause: "All pages are gathered before anything is handed over, so that memory grows with the table.",
        catches: "whole-list-in-one-item"
    ) { input in
        try await Bench.judging(input) { bench in
            guard bench.endpoint.page.style != .single else {
                throw Bench.Verdicted(verdict: .notApplicable("The API gives this list in one page."))
            }
            let bench = bench.grown(to: 5)
            let run = try await bench.successful(
                bench.plan(.fullRefresh), of: bench.upstream(pageSize: 1), at: "full read, a row a page")
            var pages = 0
            for event in run.log.all {
                if case .emitted = event { break }
                if case .request(let request) = event, bench.isList(request) { pages += 1 }
            }
            if pages <= 2 { return [] }
            return [
                Finding(
                    at: "full read, a row a page", expected: "the first hand-over after at most 2 pages",
                    actual: "It came after \(pages) pages.", history: Array(run.log.lines(last: 200).prefix(20)))
            ]
        }
    }.needing(.http)
}
