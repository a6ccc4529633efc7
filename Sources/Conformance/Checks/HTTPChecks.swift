import Cassettes
import Columns
import Pipeline
import Tributary

/// Group J: bad weather between the source and its upstream.
enum HTTPChecks {
    static let all = [transientRetried, permanentFinal, truncatedBody, errorBody]

    private static let transientRetried = Check(
        "http-transient-retried", group: .http, level: .fault,
        proves: "One passing failure at any request leaves the table as it would have been.",
        method: "429, 500, 502, 503, 504 and a reset connection, once, at each request of a full read in turn, below "
            + "production's retries and on a clock that does not wait.",
        likelyCause: "A passing failure is taken for the end of the list, or is kept from the layer that retries.",
        catches: "failed-slice-skipped-run-completes"
    ) { input in
        try await Bench.judging(input) { bench in
            let plan = bench.plan(.fullRefresh)
            let calm = try await bench.successful(plan, of: bench.upstream(), at: "full read")
            for index in calm.log.requests.indices {
                for fault in HTTPChecks.transient(at: index) {
                    let place = "\(fault.what) at request \(index)"
                    let run = try await bench.successful(
                        plan, of: FaultyUpstream(base: bench.upstream(), fault: fault), at: place)
                    let findings = bench.finding(
                        try await bench.difference(bench.objects, run), at: place, expected: "all rows", run)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static func transient(at index: Int) -> [WireFault] {
        [429, 500, 502, 503, 504].map { .status($0, ["error": ["message": "try again"]], at: index) } + [
            .reset(at: index)
        ]
    }

    private static let permanentFinal = Check(
        "http-permanent-errors-final", group: .http, level: .fault,
        proves: "An answer that no retry can mend ends the sync as a failure, at once.",
        method:
            "400, 401 and 403 from each request of a full read on. The sync must fail, and the refused request may be "
            + "sent twice at most.",
        likelyCause: "An error's status is taken for an empty list, or is retried although nothing will change.",
        catches: "refusal-taken-for-the-end"
    ) { input in
        try await Bench.judging(input) { bench in
            let calm = try await bench.successful(bench.plan(.fullRefresh), of: bench.upstream(), at: "full read")
            for index in calm.log.requests.indices {
                for status in [400, 401, 403] {
                    let fault = WireFault.status(status, ["error": ["message": "no"]], at: index, isLasting: true)
                    let findings = try await bench.mustFail(fault, after: index, allowing: 2)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static let truncatedBody = Check(
        "http-truncated-body", group: .http, level: .fault,
        proves: "A body that ends in its middle never makes a sync succeed with fewer rows.",
        method: "From each request of a full read on, bodies are cut in half. The sync must fail.",
        likelyCause: "What can be read of a broken body is taken for all of it.",
        catches: "truncated-body-accepted"
    ) { input in
        try await Bench.judging(input) { bench in
            let calm = try await bench.successful(bench.plan(.fullRefresh), of: bench.upstream(), at: "full read")
            for index in calm.log.requests.indices {
                let findings = try await bench.mustFail(.truncated(at: index), after: index, allowing: nil)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let errorBody = Check(
        "http-200-error-body", group: .http, level: .fault,
        proves: "An error that comes with status 200 is an error, not an empty list.",
        method: "From each request of a full read on, the answer is 200 with an error object. The sync must fail.",
        likelyCause: "A page without its rows is taken for an empty one: demand the member that holds them.",
        profile: .quick, catches: "success-status-with-error-body"
    ) { input in
        try await Bench.judging(input) { bench in
            let calm = try await bench.successful(bench.plan(.fullRefresh), of: bench.upstream(), at: "full read")
            for index in calm.log.requests.indices {
                let body: JSONValue = ["error": ["code": "internal", "message": "something broke"]]
                let findings = try await bench.mustFail(
                    .status(200, body, at: index, isLasting: true), after: index, allowing: nil)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

extension Bench {
    /// A full read with a lasting fault: it must not end well.
    func mustFail(_ fault: WireFault, after index: Int, allowing attempts: Int?) async throws -> [Finding] {
        let run = try await run(plan(.fullRefresh), of: FaultyUpstream(base: upstream(), fault: fault))
        let place = "\(fault.what) from request \(index) on"
        if run.error == nil {
            return [
                Finding(
                    at: place, expected: "the sync fails",
                    actual: "It succeeded with \(run.summary?.rowsRead ?? 0) rows.",
                    history: run.log.lines())
            ]
        }
        let sent = run.log.requests.count - index
        guard let attempts, sent > attempts else { return [] }
        return [
            Finding(
                at: place, expected: "the refused request is sent \(attempts) times at most",
                actual: "\(sent) requests followed.", history: run.log.lines())
        ]
    }
}
