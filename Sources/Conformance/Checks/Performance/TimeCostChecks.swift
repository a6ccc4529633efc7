import Cassettes
import Columns
import Pipeline
import Tributary

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Time on the processor, measured in a process that does nothing else.
enum TimeCostChecks {
    static let all = [linear]

    /// Rows of the smaller table; the larger has four times as many.
    private static let rows = 400
    private static let rounds = 5
    /// Ratios above this fail. Work in proportion to the rows gives four at most; work by their square sixteen.
    private static let limit = 7.0

    private static let linear = Check(
        "perf-linear-time", group: .performance, level: .perf,
        proves: "Four times as many rows take about four times as long.",
        method:
            "In a process of its own the source reads 400 and 1,600 rows, in pages of 100 whose answers were prepared "
            + "before, so that only the source's own work is measured: time on the processor, the best of five, which are taken in "
            + "turns. Less than five milliseconds are never judged.",
        likelyCause: "Each row is looked for among all that came before it: use a set, or leave it to the runtime.",
        profile: .hostile, catches: "each-row-sought-among-all-before"
    ) { input in
        guard let children = input.children else {
            return .notExercised(ChildProcessRunner.missing)
        }
        return try await Bench.judging(input) { bench in
            guard bench.isPaged else {
                throw Bench.Verdicted(verdict: .notApplicable("The table does not come in pages."))
            }
            let outcome = try await children.run("perf-linear-time", of: input, limit: 120)
            guard let times = outcome.result?.array?.compactMap(\.double), times.count == 2 else {
                throw SourceError(.unexpectedAnswer, "Measuring the time of a read: \(outcome.ending)")
            }
            bench.tally.add(Counters(rows: rows * 5, runs: 2 * rounds))
            let (small, large) = (times[0], times[1])
            if large < 0.005 || large <= small * limit { return [] }
            return [
                Finding(
                    at: "full reads of \(rows) and \(rows * 4) rows",
                    expected: "at most \(limit) times as long for four times as many rows",
                    actual: "They took \(milliseconds(small)) and \(milliseconds(large)) ms.")
            ]
        }
    }

    private static func milliseconds(_ seconds: Double) -> String { String(Double(Int(seconds * 10_000)) / 10) }

    /// The best time of each size, in seconds. The sizes take turns, so that a machine that slows down meets both.
    static let task = ChildTask("perf-linear-time") { input, _, begin in
        let bench = try await Bench.make(input)
        let upstreams = try [rows, rows * 4].map { count in
            PreparedUpstream(try bench.upstream(bench.multiplied(to: count), pageSize: 100))
        }
        for upstream in upstreams { try await bench.readAndDrop(upstream) {} }
        var best = upstreams.map { _ in Double.infinity }
        for round in 1...rounds {
            begin("round \(round)")
            for (index, upstream) in upstreams.enumerated() {
                let start = clock()
                try await bench.readAndDrop(upstream) {}
                best[index] = min(best[index], Double(clock() - start) / Double(CLOCKS_PER_SEC))
            }
        }
        return .array(best.map { .number(JSONNumber($0)) })
    }
}

/// An upstream that answers a request as it did the first time, at no cost.
private struct PreparedUpstream: Upstream {
    let base: any Upstream
    private let answers = PreparedAnswers()

    init(_ base: any Upstream) { self.base = base }

    var name: String { base.name }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { base.integrations }
    var maximumPageSize: Int? { base.maximumPageSize }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        try base.httpClient(clock: clock).map { PreparedClient(base: $0, answers: answers) }
    }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try base.databaseConnector(clock: clock)
    }
}

private final class PreparedAnswers: Sendable {
    struct Answer: Sendable {
        var response: HTTPResponse
        var body: [UInt8]
    }

    private let known = Lock<[String: Answer]>([:])

    subscript(request: String) -> Answer? {
        get { known.withLock { $0[request] } }
        set { known.withLock { $0[request] = newValue } }
    }
}

private struct PreparedClient: HTTPClient {
    let base: any HTTPClient
    let answers: PreparedAnswers

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let name = LoggedRequest(index: 0, request: request).description + " " + Hexadecimal.text(request.body ?? [])
        if let answer = answers[name] {
            var response = answer.response
            response.body = HTTPBody(answer.body)
            return response
        }
        var response = try await base.send(request)
        let body = try await response.body.collect()
        answers[name] = PreparedAnswers.Answer(response: response, body: body)
        response.body = HTTPBody(body)
        return response
    }
}
